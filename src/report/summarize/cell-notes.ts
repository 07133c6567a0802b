/** What a reader must know before using a cell's figures. */
import { failureCounts, type CellColumns, type Failure } from './accumulate.js';
import { fewestForInterval, type MedianEstimate } from '../../stats/median-interval.js';
import { countOutliers } from '../../stats/outliers.js';
import { sortSamples, type SortedSamples } from '../../stats/sorted-samples.js';

/** Fewer samples than this are called a small sample. */
const smallSample = 10;
/** From this many samples on, the p99 is not the largest sample nor between it and the next. */
export const enoughForP99 = 100;
/** A design effect above this is told: an interval twice as wide as independent samples would have. */
const strongDesignEffect = 4;

export type Note =
  | { readonly kind: 'not-run' }
  | { readonly kind: 'no-sample' }
  | {
      readonly kind: 'failures';
      readonly rows: number;
      readonly counts: readonly (readonly [Failure, number])[];
    }
  | { readonly kind: 'small-sample'; readonly n: number }
  | { readonly kind: 'p99-near-maximum'; readonly n: number }
  | { readonly kind: 'one-sandbox'; readonly n: number }
  | { readonly kind: 'no-interval'; readonly n: number; readonly effectiveN: number }
  | { readonly kind: 'clustered'; readonly n: number; readonly effectiveN: number }
  | { readonly kind: 'outliers'; readonly n: number; readonly outliers: number };

/** The notes on a cell, of which `latency` is the median latency; none where nothing needs saying. */
export function notesOn(
  columns: CellColumns | undefined,
  latency: MedianEstimate | undefined,
): readonly Note[] {
  if (columns === undefined || columns.rows === 0) return [{ kind: 'not-run' }];
  return [...failureNotes(columns), ...(latency === undefined ? [] : sampleNotes(latency))];
}

function failureNotes(columns: CellColumns): Note[] {
  const counts = failureCounts(columns);
  return [
    ...(columns.samples === 0 ? [{ kind: 'no-sample' } as const] : []),
    ...(counts.length === 0 ? [] : [{ kind: 'failures', rows: columns.rows, counts } as const]),
  ];
}

function sampleNotes({ sorted, size, ci95 }: MedianEstimate): Note[] {
  const { n, effectiveN } = size;
  const notes: Note[] = [];
  if (n < smallSample && ci95 !== undefined) notes.push({ kind: 'small-sample', n });
  if (n < enoughForP99) notes.push({ kind: 'p99-near-maximum', n });
  if (n > 1 && size.clusters === 1) notes.push({ kind: 'one-sandbox', n });
  else if (ci95 === undefined) notes.push({ kind: 'no-interval', n, effectiveN });
  else if (size.designEffect > strongDesignEffect) notes.push({ kind: 'clustered', n, effectiveN });
  const outliers = countOutliers(onLogScale(sorted));
  if (outliers > 0) notes.push({ kind: 'outliers', n, outliers });
  return notes;
}

/**
 * Latencies are skewed to the right, and the rule for outliers is made for symmetric samples: their logarithms are
 * nearer to that, so an ordinary long tail is not called an outlier. Samples of 0 have no logarithm and stay as they are.
 */
const onLogScale = (sorted: SortedSamples): SortedSamples =>
  (sorted[0] as number) > 0 ? sortSamples(sorted.map(Math.log)) : sorted;

const whole = (value: number): string => Math.round(value).toString();

/** A note in words. */
export function noteText(note: Note): string {
  switch (note.kind) {
    case 'not-run':
      return 'planned, but no invocation was made';
    case 'no-sample':
      return 'every invocation failed: there is nothing to take a figure of';
    case 'failures':
      return `${failuresText(note)}; the figures are of the others only`;
    case 'small-sample':
      return `n = ${note.n}: a small sample, go by the interval and not by the median`;
    case 'p99-near-maximum':
      return `n = ${note.n}: the p99 is the largest sample or just below it`;
    case 'one-sandbox':
      return `no interval: all ${note.n} samples come from one sandbox, another may behave differently`;
    case 'no-interval':
      return `no interval: ${countText(note)}, and ${fewestForInterval} are needed`;
    case 'clustered':
      return `samples of one sandbox resemble each other: ${note.n} count as ${whole(note.effectiveN)} independent ones`;
    case 'outliers':
      return `outliers: ${note.outliers} of ${note.n} samples; something else may have run`;
  }
}

function countText({ n, effectiveN }: Extract<Note, { kind: 'no-interval' }>): string {
  const counted = Math.floor(effectiveN);
  return counted >= n ? `n = ${n}` : `${n} samples count as ${whole(counted)} independent ones`;
}

function failuresText({ rows, counts }: Extract<Note, { kind: 'failures' }>): string {
  const failed = counts.reduce((sum, [, count]) => sum + count, 0);
  return `${failed} of ${rows} invocations failed (${counts.map(([outcome, count]) => `${count} ${outcome}`).join(', ')})`;
}
