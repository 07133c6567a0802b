/** The effects a component shares: of each factor by itself, and of factors together where that makes a difference. */
import {
  accessOf,
  codeOf,
  systemOf,
  workOf,
  type ComponentId,
  type ModelCell,
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
  readonly access: string;
  /** How far from the centre of all, and of the function's own cells, in logarithms of the driver. */
  readonly size: number;
  readonly ownSize: number;
}

type TermDefinition = readonly [name: string, share: (levels: Levels) => Share];

const shared =
  (...factors: (keyof Omit<Levels, 'size' | 'ownSize'>)[]): TermDefinition[1] =>
  (levels) => ({ level: factors.map((factor) => levels[factor]).join(' | '), scale: 1 });

const sloped =
  (place: 'size' | 'ownSize', ...factors: (keyof Omit<Levels, 'size' | 'ownSize'>)[]): TermDefinition[1] =>
  (levels) => ({ level: factors.map((factor) => levels[factor]).join(' | '), scale: levels[place] });

/**
 * From what all share down to what one function does on one system at one payload. `code` is what a function is compiled
 * to (machine code or Wasm), `class` the runtime's: what a function does as Wasm on one engine speaks for another.
 */
const definitions: readonly TermDefinition[] = [
  ['all', shared()],
  ['function', shared('work')],
  ['system', shared('system')],
  ['environment', shared('environment')],
  ['start', shared('start')],
  ['storage access', shared('access')],
  ['system and start', shared('system', 'start')],
  ['system and environment', shared('system', 'environment')],
  ['function and code', shared('work', 'code')],
  ['function and class', shared('work', 'kind')],
  ['function and system', shared('work', 'system')],
  ['function and start', shared('work', 'start')],
  ['function, code and start', shared('work', 'code', 'start')],
  ['function, system and start', shared('work', 'system', 'start')],
  ['function and environment', shared('work', 'environment')],
  ['payload', shared('payload')],
  ['payload and start', shared('payload', 'start')],
  ['payload and code', shared('payload', 'code')],
  ['payload and system', shared('payload', 'system')],
  ['growth of the function', sloped('ownSize', 'work')],
  ['growth of the system', sloped('size', 'system', 'start')],
];

/** The names of all terms, in the order of `sharesOf`. */
export const termNames: readonly string[] = definitions.map(([name]) => name);

/** How many factors a term joins, in the same order. */
export const termOrders: readonly number[] = termNames.map((name) =>
  name.startsWith('payload') ? name.split(/ and |, /u).length + 1 : name.split(/ and |, /u).length,
);

export function centresOf(id: ComponentId, cells: readonly ModelCell[]): Centres {
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
export function sharesOf(id: ComponentId, place: Place, centres: Centres): Shares {
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
    access: accessOf(cell),
    size: size - centres.all,
    ownSize: size - (centres.byWork[work] ?? centres.all),
  };
  return definitions.map(([, share]) => share(levels));
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
