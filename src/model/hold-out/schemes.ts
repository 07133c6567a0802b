/** Ways to leave cells out, each a way in which a prediction may reach beyond what was measured. */
import { z } from 'zod';
import { systemOf, workOf, type ModelCell } from '../observations/model-cell.js';

export const schemeIds = [
  'leave-one-cell-out',
  'leave-one-payload-out',
  'leave-one-pair-out',
  'leave-one-environment-out',
] as const;
export const SchemeIdSchema = z.enum(schemeIds);
export type SchemeId = z.infer<typeof SchemeIdSchema>;

export interface Scheme {
  readonly id: SchemeId;
  /** What is left out at once; a cell is in one group at most. */
  readonly groups: readonly (readonly ModelCell[])[];
}

function groupsBy(
  cells: readonly ModelCell[],
  keyOf: (cell: ModelCell) => string | undefined,
): ModelCell[][] {
  const groups = new Map<string, ModelCell[]>();
  for (const cell of cells) {
    const key = keyOf(cell);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  }
  return [...groups.values()];
}

const distinct = (values: readonly string[]): number => new Set(values).size;

/** A function's largest payload on all runtimes, for functions with at least two: what lies beyond the ladder. */
function largestPayloads(cells: readonly ModelCell[]): ModelCell[][] {
  const sizes = new Map<string, Set<number>>();
  for (const cell of cells) {
    const key = workOf(cell.cell);
    sizes.set(key, (sizes.get(key) ?? new Set<number>()).add(cell.size));
  }
  return groupsBy(cells, (cell) => {
    const own = sizes.get(workOf(cell.cell));
    if (own === undefined || own.size < 2 || cell.size !== Math.max(...own)) return undefined;
    return workOf(cell.cell);
  });
}

/** A function on a runtime, at all its payloads and starts, as long as both remain elsewhere. */
function pairs(cells: readonly ModelCell[]): ModelCell[][] {
  if (distinct(cells.map(({ cell }) => systemOf(cell))) < 2) return [];
  if (distinct(cells.map(({ cell }) => workOf(cell))) < 2) return [];
  const systems = new Map<string, Set<string>>();
  const works = new Map<string, Set<string>>();
  for (const { cell } of cells) {
    const [system, work] = [systemOf(cell), workOf(cell)];
    systems.set(work, (systems.get(work) ?? new Set<string>()).add(system));
    works.set(system, (works.get(system) ?? new Set<string>()).add(work));
  }
  return groupsBy(cells, ({ cell }) => {
    const [system, work] = [systemOf(cell), workOf(cell)];
    if ((systems.get(work)?.size ?? 0) < 2 || (works.get(system)?.size ?? 0) < 2) return undefined;
    return JSON.stringify([work, system]);
  });
}

/** Functions that a calibration run of a new environment measures; they stay when the environment is left out. */
export const calibrationFunctions: readonly string[] = ['hello-world', 'echo', 'hashing', 'object-read'];

/** All of an environment but its calibration; none where there is only one environment. */
function environments(cells: readonly ModelCell[]): ModelCell[][] {
  if (distinct(cells.map(({ cell }) => cell.environment)) < 2) return [];
  return groupsBy(cells, ({ cell }) =>
    calibrationFunctions.includes(cell.function) ? undefined : cell.environment,
  );
}

/** The groups of each scheme; a scheme without groups is one that these cells cannot answer. */
export function schemesOf(cells: readonly ModelCell[]): Scheme[] {
  return [
    { id: 'leave-one-cell-out', groups: cells.map((cell) => [cell]) },
    { id: 'leave-one-payload-out', groups: largestPayloads(cells) },
    { id: 'leave-one-pair-out', groups: pairs(cells) },
    { id: 'leave-one-environment-out', groups: environments(cells) },
  ];
}
