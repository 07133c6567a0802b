/** The effects a component shares: of each factor by itself, and of factors together where that makes a difference. */
import {
  accessOf,
  codeOf,
  systemOf,
  workOf,
  type ModelCell,
  type TargetId,
} from '../observations/model-cell.js';
import type { Share, Shares } from '../linear/effects-design.js';
import { driverOf, type Place } from './place.js';

/** Scales that slopes are measured from: the middle of what was measured, in the logarithm. */
export interface Centres {
  readonly all: number;
  readonly byWork: Readonly<Record<string, number>>;
}

interface Levels {
  readonly work: string;
  readonly system: string;
  readonly payload: string;
  readonly start: string;
  readonly environment: string;
  readonly code: string;
  readonly kind: string;
  readonly execution: string;
  readonly access: string;
  /** How far from the centre of all, and of the function's own cells, in logarithms of the driver. */
  readonly size: number;
  readonly ownSize: number;
}

type Factor = keyof Omit<Levels, 'size' | 'ownSize'>;

interface TermDefinition {
  readonly name: string;
  /** How many factors it joins; a payload is one of its function, and counts as two. */
  readonly order: number;
  /** Undefined where the term does not speak of the place. */
  readonly share: (levels: Levels) => Share | undefined;
}

const levelOf = (levels: Levels, factors: readonly Factor[]): string =>
  factors.map((factor) => levels[factor]).join(' | ');

const orderOf = (factors: readonly Factor[]): number =>
  factors.reduce((sum, factor) => sum + (factor === 'payload' ? 2 : 1), 0);

const shared = (name: string, ...factors: Factor[]): TermDefinition => ({
  name,
  order: Math.max(1, orderOf(factors)),
  share: (levels) => ({ level: levelOf(levels, factors), scale: 1 }),
});

const sloped = (name: string, place: 'size' | 'ownSize', ...factors: Factor[]): TermDefinition => ({
  name,
  order: orderOf(factors) + 1,
  share: (levels) => ({ level: levelOf(levels, factors), scale: levels[place] }),
});

/**
 * How a runtime executes code. What functions differ by from runtime to runtime is of another size in each: hardly
 * anything between two that run the same machine code, much on an interpreter.
 */
const executions = ['machine code', 'compiled Wasm', 'interpreted Wasm'] as const;

const executionOf = ({ class: kind }: Pick<ModelCell['cell'], 'class'>): (typeof executions)[number] =>
  kind === 'process' || kind === 'container'
    ? 'machine code'
    : kind === 'wasm-interpreted'
      ? 'interpreted Wasm'
      : 'compiled Wasm';

/** A term for each way of executing, so that each has a variance of its own. */
const byExecution = (name: string, ...factors: Factor[]): TermDefinition[] =>
  executions.map((execution) => ({
    name: `${name}, ${execution}`,
    order: orderOf(factors),
    share: (levels) =>
      levels.execution === execution ? { level: levelOf(levels, factors), scale: 1 } : undefined,
  }));

/**
 * From what all share down to what one function does on one system at one payload. `code` is what a function is compiled
 * to (machine code or Wasm), `class` the runtime's: what a function does as Wasm on one engine speaks for another.
 */
const definitions: readonly TermDefinition[] = [
  shared('all'),
  shared('function', 'work'),
  shared('system', 'system'),
  shared('environment', 'environment'),
  shared('start', 'start'),
  shared('storage access', 'access'),
  shared('system and start', 'system', 'start'),
  shared('system and environment', 'system', 'environment'),
  shared('function and code', 'work', 'code'),
  ...byExecution('function and class', 'work', 'kind'),
  ...byExecution('function and system', 'work', 'system'),
  shared('function and start', 'work', 'start'),
  shared('function, code and start', 'work', 'code', 'start'),
  shared('function, system and start', 'work', 'system', 'start'),
  shared('function and environment', 'work', 'environment'),
  shared('payload', 'payload'),
  shared('payload and start', 'payload', 'start'),
  shared('payload and code', 'payload', 'code'),
  ...byExecution('payload and system', 'payload', 'system'),
  sloped('growth of the function', 'ownSize', 'work'),
  sloped('growth of the system', 'size', 'system', 'start'),
];

/** The names of all terms, in the order of `sharesOf`. */
export const termNames: readonly string[] = definitions.map(({ name }) => name);

/** How many factors each term joins, in the same order. */
export const termOrders: readonly number[] = definitions.map(({ order }) => order);

export function centresOf(id: TargetId, cells: readonly ModelCell[]): Centres {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
  const works = new Map<string, number[]>();
  for (const cell of cells) {
    const name = workOf(cell.cell);
    works.set(name, [...(works.get(name) ?? []), Math.log(driverOf(id, cell))]);
  }
  return {
    all: mean(cells.map((cell) => Math.log(driverOf(id, cell)))),
    byWork: Object.fromEntries([...works].map(([name, logs]) => [name, mean(logs)])),
  };
}

/** A place's share in each term. */
export function sharesOf(id: TargetId, place: Place, centres: Centres): Shares {
  const { cell } = place;
  const work = workOf(cell);
  const size = Math.log(driverOf(id, place));
  const levels: Levels = {
    work,
    system: systemOf(cell),
    payload: `${work} ${cell.payload}`,
    start: cell.start,
    environment: cell.environment,
    code: codeOf(cell),
    kind: cell.class,
    execution: executionOf(cell),
    access: accessOf(cell),
    size: size - centres.all,
    ownSize: size - (centres.byWork[work] ?? centres.all),
  };
  return definitions.map(({ share }) => share(levels));
}

/**
 * Which terms tell these observations apart in a way no term before does: with one environment, its effect is that of
 * all. The others are left out, since their variance could not be told from the earlier term's.
 */
export function tellingTerms(design: readonly Shares[]): number[] {
  const seen = new Set<string>();
  return termNames.flatMap((_, term) => {
    const levels = new Map<string, number>();
    const partition = design.map((shares) => {
      const share = shares[term];
      const level = share?.level ?? '';
      if (!levels.has(level)) levels.set(level, levels.size);
      return `${String(levels.get(level))}*${share?.scale.toPrecision(6) ?? ''}`;
    });
    const key = partition.join(',');
    const flat = design.every((shares) => shares[term]?.scale === 0);
    if (flat || seen.has(key)) return [];
    seen.add(key);
    return [term];
  });
}
