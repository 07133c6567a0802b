/** Looks for the knee by measuring where it may be, instead of everywhere. */
import { findKnee, plateauMargin, type Knee, type MeasuredLevel } from '../../stats/knee.js';
import type { Random } from '../../stats/random.js';

export interface KneeSearch {
  /** The most clients that are tried. */
  readonly most: number;
  /** Levels that may be measured besides the doublings. Default 5. */
  readonly refinements?: number;
  readonly random: Random;
}

export interface SearchedKnee {
  readonly knee: Knee;
  /** Everything that was measured, ascending. */
  readonly levels: readonly MeasuredLevel[];
}

const golden = (Math.sqrt(5) - 1) / 2;
const meanOf = ({ blocks }: MeasuredLevel): number =>
  blocks.reduce((sum, block) => sum + block, 0) / Math.max(1, blocks.length);

/**
 * Doubles the clients from 1 until throughput grows by less than the plateau's margin, then closes in on the highest
 * throughput by golden section (Kiefer, "Sequential minimax search for a maximum", Proc. AMS 4, 1953) over whole numbers:
 * where throughput falls again under load, its peak lies between two doublings. No level is measured twice. Rejects
 * with what `measure` rejects with.
 */
export async function searchKnee(
  measure: (concurrency: number) => Promise<MeasuredLevel>,
  { most, refinements = 5, random }: KneeSearch,
): Promise<SearchedKnee> {
  const measured = new Map<number, MeasuredLevel>();
  const at = async (concurrency: number): Promise<number> => {
    const level = measured.get(concurrency) ?? (await measure(concurrency));
    measured.set(concurrency, level);
    return meanOf(level);
  };
  const last = await doubleUntilFlat(at, most);
  const enough = measured.size + refinements;
  await closeIn(at, Math.floor(last / 4), last, () => measured.size >= enough);
  const levels = [...measured.values()].sort((a, b) => a.concurrency - b.concurrency);
  return { knee: findKnee(levels, random), levels };
}

type MeasuredAt = (concurrency: number) => Promise<number>;

/** The last level measured: the first that brought no more, or the most. */
async function doubleUntilFlat(at: MeasuredAt, most: number): Promise<number> {
  let clients = 1;
  let throughput = await at(clients);
  while (clients < most) {
    clients = Math.min(2 * clients, most);
    const next = await at(clients);
    if (next < throughput * (1 + plateauMargin)) break;
    throughput = next;
  }
  return clients;
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
