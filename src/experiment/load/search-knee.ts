/** Looks for the knee by measuring where it may be, instead of everywhere. */
import { findKnee, plateauMargin, type Knee } from '../../stats/knee.js';
import type { Random } from '../../stats/random.js';
import { throughputOf, type MeasuredLevel } from '../../stats/round-spread.js';

export interface KneeSearch {
  /** The most clients that are tried. */
  readonly most: number;
  /** Levels that may be measured besides the doublings. Default 5. */
  readonly refinements?: number;
  /** Levels that are there already, ascending: with three or more the search begins at these, and doubles nothing. */
  readonly ladder?: readonly number[];
  readonly random: Random;
}

export interface SearchedKnee {
  readonly knee: Knee;
  /** Everything that was measured, ascending. */
  readonly levels: readonly MeasuredLevel[];
}

const golden = (Math.sqrt(5) - 1) / 2;

/**
 * Begins with a ladder that was measured, or doubles the clients from 1 until throughput grows by less than the plateau's
 * margin; then closes in on the highest
 * throughput by golden section (Kiefer, "Sequential minimax search for a maximum", Proc. AMS 4, 1953) over whole numbers:
 * where throughput falls again under load, its peak lies between two doublings. No level is measured twice. Rejects
 * with what `measure` rejects with.
 */
export async function searchKnee(
  measure: (concurrency: number) => Promise<MeasuredLevel>,
  { most, refinements = 5, ladder = [], random }: KneeSearch,
): Promise<SearchedKnee> {
  const measured = new Map<number, MeasuredLevel>();
  const at = async (concurrency: number): Promise<number> => {
    const level = measured.get(concurrency) ?? (await measure(concurrency));
    measured.set(concurrency, level);
    // Where nothing was answered there is no peak.
    return level.rounds.length === 0 ? 0 : throughputOf(level);
  };
  const [from, to] = await (ladder.length < 3 ? doubleUntilFlat(at, most) : aroundTheKnee(at, ladder));
  const enough = measured.size + refinements;
  await closeIn(at, from, to, () => measured.size >= enough);
  const levels = [...measured.values()].sort((a, b) => a.concurrency - b.concurrency);
  return { knee: findKnee(levels, random), levels };
}

type MeasuredAt = (concurrency: number) => Promise<number>;

/** From the neighbour below to the one above of the first level that is on the plateau. */
async function aroundTheKnee(at: MeasuredAt, ladder: readonly number[]): Promise<[number, number]> {
  const throughputs: number[] = [];
  for (const clients of ladder) throughputs.push(await at(clients));
  const highest = Math.max(...throughputs);
  const first = throughputs.findIndex((one) => one >= highest * (1 - plateauMargin));
  return [ladder[Math.max(0, first - 1)] ?? 1, ladder[Math.min(ladder.length - 1, first + 1)] ?? 1];
}

/** Up to the last level measured, the first that brought no more, or the most; from the one two doublings below. */
async function doubleUntilFlat(at: MeasuredAt, most: number): Promise<[number, number]> {
  let clients = 1;
  let throughput = await at(clients);
  while (clients < most) {
    clients = Math.min(2 * clients, most);
    const next = await at(clients);
    if (next < throughput * (1 + plateauMargin)) break;
    throughput = next;
  }
  return [Math.floor(clients / 4), clients];
}

async function closeIn(at: MeasuredAt, from: number, to: number, isEnough: () => boolean): Promise<void> {
  let [low, high] = [Math.max(1, from), to];
  while (high - low > 2 && !isEnough()) {
    const left = Math.round(high - golden * (high - low));
    const right = Math.max(left + 1, Math.round(low + golden * (high - low)));
    if ((await at(left)) < (await at(right))) low = left;
    else high = right;
  }
}
