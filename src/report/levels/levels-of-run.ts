/** The levels of a load run: rounds merged, intervals from their blocks of time. */
import { cellKey, CellSchema } from '../../domain/factors.js';
import type { LevelRecord, StoredHistogram } from '../../domain/level.js';
import { shareOf } from '../../domain/load.js';
import type { LevelSummary } from '../../domain/summary/load-summary.js';
import { bytes, joules, milliseconds } from '../../domain/units.js';
import { batchMean, rateInterval } from '../../stats/batch-means.js';
import { LatencyHistogram } from '../../stats/latency-histogram.js';
import { estimateMean } from '../../stats/mean-interval.js';

/** By function, payload and runtime, clients and rates ascending. */
export function levelsOf(records: readonly LevelRecord[]): LevelSummary[] {
  const groups = new Map<string, [LevelRecord, ...LevelRecord[]]>();
  for (const record of records) {
    const rounds = groups.get(cellKey(record));
    if (rounds === undefined) groups.set(cellKey(record), [record]);
    else rounds.push(record);
  }
  return [...groups.values()]
    .map(merged)
    .sort(
      (a, b) =>
        compare(a.function, b.function) ||
        compare(a.payload, b.payload) ||
        compare(a.runtime, b.runtime) ||
        a.concurrency - b.concurrency ||
        (a.rate ?? 0) - (b.rate ?? 0),
    );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** A sum over the rounds; undefined where a round lacks the figure: a gap must not pass for a small sum. */
export function sumOf(
  rounds: readonly LevelRecord[],
  of: (one: LevelRecord) => number | undefined,
): number | undefined {
  const values = rounds.map(of);
  return values.every((value) => value !== undefined) ? sum(values) : undefined;
}

export function histogramOf(stored: readonly StoredHistogram[]): LatencyHistogram {
  const all = new LatencyHistogram();
  for (const one of stored) all.add(LatencyHistogram.fromStored(one));
  return all;
}

export function quantilesOf(
  histogram: LatencyHistogram,
  ci95?: readonly [number, number],
): LevelSummary['latencyMs'] {
  const [p50, p90, p99, p999] = [0.5, 0.9, 0.99, 0.999].map((share) => histogram.quantile(share));
  const { mean, min, max } = histogram;
  if (p50 === undefined || p90 === undefined || p99 === undefined || p999 === undefined) return undefined;
  if (mean === undefined || min === undefined || max === undefined) return undefined;
  return { p50, p90, p99, p999, mean, min, max, ...(ci95 === undefined ? {} : { ci95: [ci95[0], ci95[1]] }) };
}

/** The hull of the rounds' own intervals: wider than any of them, and never too narrow for their middle. */
export function hullOf(
  intervals: readonly (readonly [number, number] | undefined)[],
): [number, number] | undefined {
  const known = intervals.filter((one) => one !== undefined);
  if (known.length === 0 || known.length < intervals.length) return undefined;
  return [Math.min(...known.map(([low]) => low)), Math.max(...known.map(([, high]) => high))];
}

/**
 * Of several rounds the rounds are what varies: blocks of one share its sandboxes and its moment. Of rounds too few for a spread
 * their hull, as the p50's.
 */
function throughputIntervalOf(
  rounds: readonly Pick<LevelRecord, 'blockThroughputs' | 'blockMs'>[],
  throughputPerSecond: number,
): readonly [number, number] | undefined {
  const blocks = rounds.map((one) => one.blockThroughputs);
  const clusters = blocks.flatMap((ours, round) => ours.map(() => round));
  if (clusters.length === 0) return undefined;
  const { ci95 } = estimateMean(blocks.flat(), clusters);
  const completions = sum(
    rounds.map(({ blockThroughputs, blockMs }) => (sum(blockThroughputs) * blockMs) / 1000),
  );
  const ofBlocks = ci95 ?? hullOf(blocks.map((ours) => batchMean(ours)?.ci95));
  return rateInterval(throughputPerSecond, completions, ofBlocks);
}

function merged(rounds: readonly [LevelRecord, ...LevelRecord[]]): LevelSummary {
  const [first] = rounds;
  const succeeded = sum(rounds.map((one) => one.succeeded));
  const makespan = sum(rounds.map((one) => one.makespanMs));
  const completions = sum(rounds.map((one) => one.throughputPerSecond * one.makespanMs));
  const throughputPerSecond = makespan > 0 ? completions / makespan : 0;
  const ci95 = throughputIntervalOf(rounds, throughputPerSecond);
  const valid = rounds.every((one) => one.valid);
  const why = valid ? rounds.map(endOf) : rounds.flatMap((one) => one.why);
  return {
    ...CellSchema.parse(first),
    ...(first.rate === undefined ? {} : { rate: first.rate }),
    rounds: rounds.length,
    sent: sum(rounds.map((one) => one.sent)),
    succeeded,
    throughputPerSecond,
    ...(ci95 === undefined ? {} : { ci95: [ci95[0], ci95[1]] }),
    ...timesOf(rounds),
    ...precisionOf(rounds),
    errors: errorsOf(rounds),
    late: sum(rounds.map((one) => one.late)),
    unsent: sum(rounds.map((one) => one.unsent)),
    instances: Math.max(...rounds.map((one) => one.instances.highest)),
    ...startsOf(rounds),
    instanceSeconds: sum(rounds.map((one) => one.instances.instanceMs)) / 1000,
    ...usedOf(rounds, succeeded),
    valid,
    why: [...new Set(why)].join('; '),
    // Of a trace all functions together have one (src/report/traces).
    ...(first.timeline === undefined || first.trace !== undefined ? {} : { timeline: first.timeline }),
  };
}

function endOf({ endedBy, precision }: LevelRecord): string {
  if (endedBy !== 'precision' || precision === undefined) return `ended by ${endedBy}`;
  return `ended by the ${precision.quantile}'s interval being narrower than ${precision.width * 100} % of it`;
}

/** Of several rounds the hull, as the p50's. */
function precisionOf(rounds: readonly [LevelRecord, ...LevelRecord[]]): Pick<LevelSummary, 'precision'> {
  const [{ precision }] = rounds;
  if (precision === undefined) return {};
  const { quantile } = precision;
  const valueMs = histogramOf(rounds.map((one) => one.latency)).quantile(shareOf(quantile));
  const ci95 = hullOf(rounds.map((one) => one.precision?.ci95));
  if (valueMs === undefined) return {};
  return { precision: { quantile, valueMs, ...(ci95 === undefined ? {} : { ci95 }) } };
}

function startsOf(rounds: readonly LevelRecord[]): Partial<LevelSummary> {
  const startsFailed = sum(rounds.map((one) => one.instances.startsFailed));
  const failed = startsFailed === 0 ? {} : { startsFailed };
  const startsDelayed = sumOf(rounds, (one) => one.instances.startsDelayed);
  if (startsDelayed === undefined) return failed;
  return {
    ...failed,
    startsDelayed,
    startsWaiting: Math.max(...rounds.map((one) => one.instances.startsWaiting ?? 0)),
  };
}

function timesOf(rounds: readonly LevelRecord[]): Partial<LevelSummary> {
  const queued = histogramOf(rounds.map((one) => one.queued));
  const latencyMs = quantilesOf(
    histogramOf(rounds.map((one) => one.latency)),
    hullOf(rounds.map((one) => one.p50Ci95)),
  );
  const serviceMs = quantilesOf(histogramOf(rounds.map((one) => one.service)));
  const queuedMs = quantilesOf(queued);
  return {
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(serviceMs === undefined ? {} : { serviceMs }),
    ...(queuedMs === undefined ? {} : { queuedMs }),
    ...(queued.count === 0 ? {} : { coldShare: sum(rounds.map((one) => one.cold)) / queued.count }),
  };
}

function usedOf(rounds: readonly LevelRecord[], succeeded: number): Partial<LevelSummary> {
  const cpu = sumOf(rounds, (one) => one.cpuMs);
  const memoryGibSeconds = sumOf(rounds, (one) => one.memoryGibSeconds);
  const energy = sumOf(rounds, (one) => one.energyJoules);
  const peaks = rounds.map((one) => one.peakMemoryBytes);
  const shares = rounds.flatMap(({ generator }) => generator.cpuShare ?? []);
  return {
    ...(cpu === undefined || succeeded === 0 ? {} : { cpuMsPerRequest: milliseconds(cpu / succeeded) }),
    ...(memoryGibSeconds === undefined ? {} : { memoryGibSeconds }),
    ...(energy === undefined ? {} : { energyJoules: joules(energy) }),
    ...(peaks.every((peak) => peak !== undefined) ? { peakMemoryBytes: bytes(Math.max(...peaks)) } : {}),
    ...(shares.length === 0 ? {} : { generatorCpuShare: Math.max(...shares) }),
  };
}

export function errorsOf(rounds: readonly LevelRecord[]): Record<string, number> {
  const errors: Record<string, number> = {};
  for (const { errors: ours } of rounds)
    for (const [kind, count] of Object.entries(ours)) errors[kind] = (errors[kind] ?? 0) + count;
  return errors;
}
