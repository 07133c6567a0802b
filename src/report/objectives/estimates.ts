/** What an objective is judged by: the figure of one cell, with its interval, and what keeps that wide. */
import { failedRequests } from '../../domain/level.js';
import type { Cost, Objective } from '../../domain/slo.js';
import type { CellSummary } from '../../domain/summary/cell-summary.js';
import { shareOf, type Precision } from '../../domain/load.js';
import type { ObjectiveResult } from '../../domain/summary/objective-result.js';
import { fromMebibytes, milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import { estimateMean } from '../../stats/mean-interval.js';
import { fewestWithoutSuccess, proportionInterval } from '../../stats/proportion-interval.js';
import { samplesWorth, type EffectiveSize } from '../../stats/effective-size.js';
import { estimateQuantile, fewestForQuantile } from '../../stats/quantile-interval.js';
import { estimateSandboxMedian } from '../../stats/sandbox-median.js';
import { failureCount } from '../cell-groups.js';
import { formatBytes, formatCount, formatCounted, formatSignificant } from '../format-quantity.js';
import type { LoadCell } from '../levels/load-cells.js';
import type { CellColumns } from '../summarize/accumulate.js';

export type OpenInterval = readonly [low: number, high: number | null];

export interface ObjectiveEstimate {
  readonly unit: ObjectiveResult['unit'];
  /** The limit of the objective, in the unit. */
  readonly limit: number;
  readonly measured?: number | undefined;
  readonly ci95?: OpenInterval | undefined;
  /** What it comes from: "n = 30", "3 of 100 failed". */
  readonly basis: string;
  /** Why there is no interval, or none that could tell; said where the verdict is `unsure`. */
  readonly lacking?: string | undefined;
  /** Whether what is lacking stays away however often the cell is repeated. */
  readonly beyondRepetition?: boolean;
  /** How many samples of the cell would do, where they are too few. */
  readonly samplesNeeded?: number | undefined;
}

/** One cell, as the summary and as the rows have it. */
export interface JudgedCell {
  readonly cell: CellSummary;
  /** Undefined where it has no row. */
  readonly columns: CellColumns | undefined;
  /** The cell as a level of load; undefined of single invocations. */
  readonly load?: LoadCell | undefined;
}

export interface Prices {
  readonly cost: Cost | undefined;
  /** What a sandbox may have at most, where the experiment says so: that is what is paid for. */
  readonly memoryMiB: number | undefined;
}

export function estimateFor(objective: Objective, judged: JudgedCell, prices: Prices): ObjectiveEstimate {
  const estimate = estimateOfAny(objective, judged, prices);
  const level = judged.load?.level;
  if (level === undefined || level.valid) return estimate;
  // It measured something else than the target: there is nothing to tell and nothing to judge.
  return {
    ...{ unit: estimate.unit, limit: estimate.limit, basis: 'n = 0' },
    lacking: `the level is not valid: ${level.why}`,
    beyondRepetition: true,
  };
}

function estimateOfAny(objective: Objective, judged: JudgedCell, prices: Prices): ObjectiveEstimate {
  switch (objective.metric) {
    case 'quantile':
      return { unit: 'ms', limit: objective.limitMs, ...quantileOf(objective.share, judged) };
    case 'mean':
      return { unit: 'ms', limit: objective.limitMs, ...meanOf(judged) };
    case 'error-rate':
      return { unit: 'share', limit: objective.limit, ...errorRateOf(objective.limit, judged) };
    case 'throughput':
      return { unit: 'per-second', limit: objective.perSecond, ...throughputOf(judged) };
    case 'cost':
      return { unit: 'per-million', limit: objective.perMillion, ...costOf(judged, prices) };
  }
}

type Figure = Omit<ObjectiveEstimate, 'unit' | 'limit'>;

const noSample = { basis: 'n = 0', lacking: 'no invocation was ok' } satisfies Figure;

/** "n = 40", and the failures, which no latency is of. */
function basisOf({ cell }: JudgedCell, n: number): string {
  const failed = failureCount(cell);
  return `n = ${formatCount(n)}${failed === 0 ? '' : ` (${formatCount(failed)} failed and are not in it)`}`;
}

interface Latencies {
  readonly values: Float64Array;
  readonly sandboxes: Float64Array;
}

function latenciesOf({ columns }: JudgedCell): Latencies | undefined {
  const column = columns?.figures.get('latencyMs');
  if (columns === undefined || column === undefined) return undefined;
  return { values: column.present(), sandboxes: column.alongside(columns.sandboxes) };
}

function quantileOf(share: number, judged: JudgedCell): Figure {
  const sample = sampleQuantileOf(share, judged);
  if (judged.load === undefined) return sample;
  const { level, latency } = judged.load;
  const { precision } = level;
  const own =
    share === 0.5
      ? level.latencyMs?.ci95
      : precision !== undefined && shareOf(precision.quantile as Precision['quantile']) === share
        ? precision.ci95
        : undefined;
  return figureOfLevel(judged, level, latency.quantile(share), own, sample);
}

/**
 * A figure of all requests of a level. Its interval is the level's own, or else that of the sample that its rows are, made as wide as
 * to hold the figure.
 */
function figureOfLevel(
  judged: JudgedCell,
  level: LoadCell['level'],
  measured: number | undefined,
  own: readonly [number, number] | undefined,
  sample: Figure,
): Figure {
  if (measured === undefined) return noSample;
  const ci95 = own ?? sample.ci95;
  const rows = judged.columns?.samples ?? 0;
  const ofSample = own === undefined && ci95 !== undefined && rows < level.succeeded;
  return {
    measured,
    ci95:
      ci95 === undefined
        ? undefined
        : [Math.min(ci95[0], measured), ci95[1] === null ? null : Math.max(ci95[1], measured)],
    basis: `${basisOf(judged, level.succeeded)}${ofSample ? `, the interval from a sample of ${formatCount(rows)}` : ''}`,
    lacking: ci95 === undefined ? (sample.lacking ?? 'no interval') : sample.lacking,
  };
}

function sampleQuantileOf(share: number, judged: JudgedCell): Figure {
  const latencies = latenciesOf(judged);
  if (latencies === undefined) return noSample;
  const { values, sandboxes } = latencies;
  const { value: measured, size, ci95 } = estimateQuantile(values, share, sandboxes);
  const basis = basisOf(judged, size.n);
  if (share === 0.5) {
    // The interval of the tables, and where they have none that of the sandboxes' medians.
    const interval = estimateSandboxMedian(values, sandboxes).ci95;
    const lacking = interval === undefined ? lackingSamples(share, size, judged) : {};
    return { measured, ci95: interval, basis, ...lacking };
  }
  if (ci95 === undefined) return { measured, basis, ...lackingSamples(share, size, judged) };
  const lacking = ci95.high === undefined ? lackingSamples(share, size, judged) : {};
  return { measured, ci95: [ci95.low ?? 0, ci95.high ?? null], basis, ...lacking };
}

/** How many samples the quantile takes, what the cell's are worth, and what would do. */
function lackingSamples(
  share: number,
  size: EffectiveSize,
  { load }: JudgedCell,
): Pick<Figure, 'lacking' | 'beyondRepetition' | 'samplesNeeded'> {
  const needed = fewestForQuantile(share);
  const wanted = `an ${share <= 0.5 ? 'interval' : 'upper end'} needs ${formatCount(needed)} independent samples`;
  const worth = Math.floor(size.effectiveN);
  // The rows of a load are a sample whose size does not follow the repetitions.
  const samplesNeeded = load === undefined ? samplesWorth(needed, size) : undefined;
  if (worth >= size.n) return { lacking: wanted, samplesNeeded };
  const those = load === undefined ? 'these' : `its ${formatCounted(size.n, 'row')}`;
  const lacking = `${wanted}, and ${those} count as ${formatCount(worth)} independent ones`;
  if (size.clusters > 1) return { lacking, samplesNeeded };
  return { lacking: `${lacking}; more sandboxes are needed`, beyondRepetition: true };
}

interface MeanFigure extends Figure {
  readonly ci95?: readonly [number, number] | undefined;
}

function meanOf(judged: JudgedCell): MeanFigure {
  const sample = sampleMeanOf(judged);
  if (judged.load === undefined) return sample;
  const { level, latency } = judged.load;
  const figure = figureOfLevel(judged, level, latency.mean, undefined, sample);
  return { ...figure, ci95: closed(figure.ci95) };
}

const closed = (ci95: OpenInterval | undefined): readonly [number, number] | undefined =>
  ci95 === undefined || ci95[1] === null ? undefined : [ci95[0], ci95[1]];

function sampleMeanOf(judged: JudgedCell): MeanFigure {
  const latencies = latenciesOf(judged);
  if (latencies === undefined) return noSample;
  const { mean, n, clusters, ci95 } = estimateMean(latencies.values, latencies.sandboxes);
  const sandboxes = clusters === 1 ? 'one sandbox' : `${formatCount(clusters)} sandboxes`;
  return {
    measured: mean,
    ci95: ci95 === undefined ? undefined : [Math.max(0, ci95[0]), ci95[1]],
    basis: basisOf(judged, n),
    lacking:
      ci95 === undefined
        ? `an interval needs 6 samples of 3 sandboxes, and there are ${formatCounted(n, 'sample')} of ${sandboxes}`
        : undefined,
  };
}

/** Over all invocations, whatever became of them: of a load over all its requests, of which rows are a sample. */
function errorRateOf(limit: number, { cell, columns, load }: JudgedCell): Figure {
  const level = load?.level;
  const rows = level?.sent ?? columns?.rows ?? 0;
  if (rows === 0) return { basis: 'n = 0', lacking: 'no invocation was made' };
  const failed = level === undefined ? failureCount(cell) : failedRequests(level);
  const needed = fewestWithoutSuccess(limit);
  return {
    measured: failed / rows,
    ci95: proportionInterval(failed, rows),
    basis: `${formatCount(failed)} of ${formatCount(rows)} invocations failed`,
    lacking:
      rows < needed
        ? `even without a failure ${formatCount(needed)} invocations are needed to show it`
        : undefined,
  };
}

/** Of the level of load that the cell is. */
function throughputOf({ cell, load }: JudgedCell): Figure {
  const level = load?.level;
  if (level === undefined)
    return {
      basis: `n = ${formatCount(cell.n)}`,
      lacking: 'no load was kept up: a sequence of single requests has no throughput',
      beyondRepetition: true,
    };
  const { throughputPerSecond: measured, ci95, succeeded } = level;
  const basis = `n = ${formatCount(succeeded)}`;
  return {
    ...{ measured, basis, ci95 },
    lacking: ci95 === undefined ? 'too short for an interval: a longer load may tell' : undefined,
    beyondRepetition: ci95 === undefined,
  };
}

const million = 1e6;
const gibibyte = 1024 ** 3;

/**
 * Price of a million invocations: mean latency as billed duration, times memory, times its price, and the price of a
 * request. Memory is the experiment's limit, else the median peak of the cell, and counts as exact.
 */
function costOf(judged: JudgedCell, { cost, memoryMiB }: Prices): Figure {
  const { measured: mean, ci95, basis, lacking } = meanOf(judged);
  const memory: Bytes | undefined =
    memoryMiB === undefined ? judged.cell.peakMemoryBytes : fromMebibytes(memoryMiB);
  if (cost === undefined) return { basis, lacking: 'the experiment has no prices', beyondRepetition: true };
  if (mean === undefined) return { basis, lacking };
  if (memory === undefined)
    return {
      basis,
      lacking: 'its memory was not measured, and limits.memoryMiB is not set',
      beyondRepetition: true,
    };
  const priceOf = (meanMs: Milliseconds): number =>
    million * ((meanMs / 1000) * (memory / gibibyte) * cost.perGibSecond + cost.perRequest);
  return {
    measured: priceOf(milliseconds(mean)),
    ci95: ci95 === undefined ? undefined : [priceOf(milliseconds(ci95[0])), priceOf(milliseconds(ci95[1]))],
    basis: `${basis}, ${formatSignificant(mean)} ms of ${formatBytes(memory)}${memoryMiB === undefined ? ' (median peak)' : ' (the limit)'}`,
    lacking,
  };
}
