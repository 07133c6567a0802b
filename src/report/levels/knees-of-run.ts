/** The knee of each ladder of clients. */
import { cellKey, CellSchema } from '../../domain/factors.js';
import type { LevelRecord } from '../../domain/level.js';
import { KneeSchema, type KneeSummary } from '../../domain/summary/load-summary.js';
import { findKnee } from '../../stats/knee.js';
import { seededRandom } from '../../stats/random.js';
import { measuredLevel, type MeasuredLevel } from '../../stats/round-spread.js';

/** Of every function on every runtime that clients sent to; a level that is not valid has no part in it. */
export function kneesOf(records: readonly LevelRecord[], seed: number): KneeSummary[] {
  const ladders = new Map<string, LevelRecord[]>();
  for (const record of records) {
    if (record.arrivals !== undefined) continue;
    const key = cellKey({ ...record, concurrency: 1 });
    ladders.set(key, [...(ladders.get(key) ?? []), record]);
  }
  return [...ladders]
    .filter(([, ladder]) => measuredOf(ladder).length > 1)
    .map(([key, ladder]) => kneeOf(key, ladder, seed));
}

function kneeOf(key: string, ladder: readonly LevelRecord[], seed: number): KneeSummary {
  const levels = measuredOf(ladder.filter(({ valid }) => valid));
  const common = {
    ...KneeSchema.omit({ levels: true, why: true }).parse(withoutClients(ladder)),
    levels: levels.length,
  };
  if (levels.length < 2)
    return { ...common, why: 'fewer than two levels are valid: of the others see why they are not' };
  const knee = findKnee(levels, seededRandom(seed, `knee ${key}`));
  if (!knee.found) return { ...common, why: knee.why };
  return {
    ...common,
    concurrency: knee.concurrency,
    ...(knee.ci95 === undefined ? {} : { ci95: [knee.ci95[0], knee.ci95[1]] }),
    throughputPerSecond: knee.capacityPerSecond,
    ...(knee.capacityCi95 === undefined
      ? {}
      : { throughputCi95: [knee.capacityCi95[0], knee.capacityCi95[1]] }),
    why: '',
  };
}

function withoutClients([first]: readonly LevelRecord[]): object {
  const cell: Partial<LevelRecord> = { ...CellSchema.parse(first) };
  delete cell.concurrency;
  return cell;
}

function measuredOf(ladder: readonly LevelRecord[]): MeasuredLevel[] {
  const rounds = new Map<number, number[][]>();
  for (const { concurrency, blockThroughputs } of ladder)
    rounds.set(concurrency, [...(rounds.get(concurrency) ?? []), blockThroughputs]);
  return [...rounds]
    .map(([concurrency, ours]) => measuredLevel(concurrency, ours))
    .sort((a, b) => a.concurrency - b.concurrency);
}
