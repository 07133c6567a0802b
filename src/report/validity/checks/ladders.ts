/** Whether payloads differ as their labels say, and whether every runtime was given all of them. */
import { conditionsKey, runtimeName } from '../../../domain/factors.js';
import type { RunManifest } from '../../../domain/run-manifest.js';
import type { CellSummary } from '../../../domain/summary/cell-summary.js';
import type { ConcernedCells, ValidityFinding } from '../../../domain/validity.js';
import { counted, groupBy, someOf, type CheckedRun } from '../check.js';

/** Medians this close are equal, as a factor; those of `alike` where their samples overlap too. */
const equal = 1.01;
const alike = 1.05;
/** Sizes at least so far apart should show, as a factor. */
const leastApart = 1.5;
/** A series that spans less than this grows too little to say anything. */
const leastRange = 5;
/** Medians below this factor of the smallest are on a floor, where all payloads are alike. */
const aboveFloor = 2;

function sizeOf(
  manifest: RunManifest,
  { function: name, payload, payloadBytes }: CellSummary,
): number | undefined {
  const step = manifest.functions
    ?.find((one) => one.name === name)
    ?.payloads?.find(({ label }) => label === payload);
  const label = Number(payload);
  return step?.size ?? step?.bytes ?? (label > 0 ? label : payloadBytes);
}

interface Step {
  readonly cell: CellSummary;
  readonly size: number;
  readonly p50: number;
  readonly range: readonly [number, number];
}

/** All factors but the payload. */
const seriesKey = (cell: CellSummary): string =>
  JSON.stringify([runtimeName(cell), conditionsKey({ ...cell, payload: '*' })]);

const overlap = ([a, b]: Step['range'], [c, d]: Step['range']): boolean => a <= d && c <= b;

/** Neighbours of one series that take as long as each other, where the series as a whole grows. */
function alikeIn(cells: readonly CellSummary[], manifest: RunManifest): (readonly [Step, Step])[] {
  const steps = cells
    .flatMap((cell): Step[] => {
      const size = sizeOf(manifest, cell);
      if (cell.latencyMs === undefined || size === undefined) return [];
      const { p50, min, max } = cell.latencyMs;
      return [{ cell, size, p50, range: [min, max] }];
    })
    .sort((a, b) => a.size - b.size);
  const medians = steps.map(({ p50 }) => p50);
  const [least, most] = [Math.min(...medians), Math.max(...medians)];
  if (steps.length < 3 || most < leastRange * least) return [];
  return steps.slice(1).flatMap((step, i): (readonly [Step, Step])[] => {
    const before = steps[i] as Step;
    const [low, high] = [Math.min(before.p50, step.p50), Math.max(before.p50, step.p50)];
    const same = high <= equal * low || (high <= alike * low && overlap(before.range, step.range));
    return same && step.size >= leastApart * before.size && low >= aboveFloor * least ? [[before, step]] : [];
  });
}

/** Payloads that differ by their labels and not by what they cost. */
export function checkDuplicates({ summary, manifest }: CheckedRun): ValidityFinding[] {
  const pairs = groupBy(summary.cells, seriesKey).flatMap((cells) => alikeIn(cells, manifest));
  if (pairs.length === 0) return [];
  const texts = groupBy(pairs, ([{ cell }, other]) =>
    JSON.stringify([cell.function, cell.payload, other.cell.payload]),
  ).map((group) => {
    const [[a, b]] = group as [readonly [Step, Step], ...(readonly [Step, Step])[]];
    const where = group.map(([{ cell }]) => `${cell.start} on ${runtimeName(cell)}`);
    return `${a.cell.function} ${b.cell.payload} takes as long as ${a.cell.payload} (${where.join(', ')})`;
  });
  return [
    {
      id: 'duplicate-inputs',
      severity: 'warning',
      cells: pairs.flat().map(({ cell: { function: name, payload, runtime, start } }): ConcernedCells => ({
        ...{ function: name, payload, runtime, start },
      })),
      text: `Payloads that cannot be told apart although their sizes differ and the function grows elsewhere: ${someOf(texts, 12)}.`,
      advice:
        'Look whether the same input was sent under both labels; if so, one of the two cells is no cell of its own.',
    },
  ];
}

/** Combinations that some runtimes of an imported run have and others lack. Lumos' own plan leaves out what cannot run. */
export function checkMissingArms({ summary, manifest }: CheckedRun): ValidityFinding[] {
  if (manifest.imported === undefined) return [];
  const runtimes = new Map<string, Set<string>>();
  for (const cell of summary.cells) {
    const own = runtimes.get(cell.start) ?? new Set<string>();
    runtimes.set(cell.start, own.add(runtimeName(cell)));
  }
  const lacking = groupBy(summary.cells, conditionsKey).flatMap((group) => {
    const there = new Set(group.map(runtimeName));
    const [first] = group;
    if (first === undefined) return [];
    return [...(runtimes.get(first.start) ?? [])]
      .filter((runtime) => !there.has(runtime))
      .map((runtime) => ({ runtime, function: first.function, payload: first.payload, start: first.start }));
  });
  if (lacking.length === 0) return [];
  const texts = lacking.map((one) => `${one.function} ${one.payload}, ${one.start}, on ${one.runtime}`);
  return [
    {
      id: 'missing-arm',
      severity: 'warning',
      cells: lacking,
      text: `${counted(lacking.length, 'combination')} that other runtimes have ${lacking.length === 1 ? 'is' : 'are'} missing: ${someOf(texts)}.`,
      advice: 'Leave these functions or payloads out of any statement on all of them.',
    },
  ];
}
