/** Where a Wasm runtime's dearer I/O has used up what it gained over a container at the start. */
import { ConditionsSchema } from '../../domain/factors.js';
import type { Crossover, Estimate } from '../../domain/summary/payload-size.js';
import { bytes, milliseconds, type Bytes } from '../../domain/units.js';
import { drawnInterval } from '../../stats/drawn-interval.js';
import type { Interval } from '../../stats/median-interval.js';
import type { LineEstimate } from '../../stats/relative-line.js';
import { storageText } from '../cell-groups.js';
import {
  formatBytes,
  formatDuration,
  formatDurationInterval,
  formatSignificant,
} from '../format-quantity.js';
import { estimateOf, perByte, quotientInterval, type FittedSeries } from './fit-series.js';

/** The four lines a crossover is made of: launch from cold starts, I/O from warm ones. */
export interface CrossoverLines {
  readonly candidate: { readonly launch: LineEstimate; readonly io: LineEstimate };
  readonly baseline: { readonly launch: LineEstimate; readonly io: LineEstimate };
}

type Decision = Pick<Crossover, 'outcome'> & { readonly bytes?: Estimate };

interface Difference {
  readonly value: number;
  readonly ci95: Interval | undefined;
  readonly draws: Float64Array;
}

function difference(value: number, above: Float64Array, below: Float64Array): Difference {
  const draws =
    above.length === below.length ? above.map((one, i) => one - (below[i] as number)) : new Float64Array(0);
  return { value, draws, ci95: draws.length === 0 ? undefined : drawnInterval(draws) };
}

/** What is gained at the start, in ms, and what each byte costs more, in ms: container's against candidate's lines. */
function gainAndCost({ candidate, baseline }: CrossoverLines): { gain: Difference; cost: Difference } {
  return {
    gain: difference(
      baseline.launch.intercept - candidate.launch.intercept,
      baseline.launch.drawnIntercepts,
      candidate.launch.drawnIntercepts,
    ),
    cost: difference(
      candidate.io.slope - baseline.io.slope,
      candidate.io.drawnSlopes,
      baseline.io.drawnSlopes,
    ),
  };
}

/**
 * Cost passes gain at gain / cost bytes, but only where both are surely above 0; a quotient of intervals that reach 0
 * would be a made-up number (Fieller, "Some problems in interval estimation", JRSS B 16, 1954: its confidence set then
 * has no end).
 */
function decide(gain: Difference, cost: Difference): Decision {
  if (gain.ci95 === undefined || cost.ci95 === undefined) return { outcome: 'undecided' };
  if (gain.ci95[1] <= 0) return { outcome: 'no-gain' };
  if (gain.ci95[0] <= 0) return { outcome: 'undecided' };
  if (cost.ci95[1] <= 0) return { outcome: 'never' };
  if (cost.ci95[0] <= 0) return { outcome: 'undecided' };
  const ci95 = quotientInterval(gain.draws, cost.draws);
  return ci95 === undefined || !(ci95[0] > 0)
    ? { outcome: 'undecided' }
    : { outcome: 'crosses', bytes: estimateOf(gain.value / cost.value, ci95) };
}

const wholeBytes = (value: number): Bytes => bytes(Math.round(value));

/** What the series of one crossover have in common. */
const PlaceSchema = ConditionsSchema.omit({ payload: true, start: true });

/** The crossover of one function's candidate and container, from the warm series of both and the lines. */
export function crossoverOf(
  candidate: FittedSeries,
  baseline: FittedSeries,
  lines: CrossoverLines,
): Crossover {
  const { runtime } = candidate.series.cell;
  const place = PlaceSchema.parse(candidate.series.cell);
  const { gain, cost } = gainAndCost(lines);
  const decision = decide(gain, cost);
  const sizes = [...candidate.series.sizes, ...baseline.series.sizes].map((size) => size.bytes);
  const measuredBytes: [Bytes, Bytes] = [bytes(Math.min(...sizes)), bytes(Math.max(...sizes))];
  const facts: Omit<Crossover, 'sentence'> = {
    ...place,
    candidate: runtime,
    baseline: baseline.series.cell.runtime,
    gainMs: estimateOf(gain.value, gain.ci95),
    costNsPerByte: perByte(cost.value, cost.ci95),
    ...decision,
    measuredBytes,
    extrapolated: decision.bytes !== undefined && decision.bytes.value > measuredBytes[1],
  };
  return { ...facts, sentence: sentenceOf(facts) };
}

const duration = ({ value, ci95 }: Estimate): string => {
  const size = milliseconds(Math.abs(value));
  if (ci95 === undefined) return formatDuration(size);
  // Written for gains as for losses: the ends of a loss change places.
  const [low, high] = value < 0 ? [-ci95[1], -ci95[0]] : ci95;
  return `${formatDuration(size)} ${formatDurationInterval([milliseconds(low), milliseconds(high)], size)}`;
};

/** ns a byte with its interval: `1.32 ns [1.20, 1.44]`. */
export const perByteText = ({ value, ci95 }: Estimate): string =>
  `${formatSignificant(value)} ns` +
  (ci95 === undefined ? '' : ` [${formatSignificant(ci95[0])}, ${formatSignificant(ci95[1])}]`);

function bytesText({ value, ci95 }: Estimate): string {
  const at = formatBytes(wholeBytes(value));
  return ci95 === undefined
    ? at
    : `${at} [${formatBytes(wholeBytes(ci95[0]))} to ${formatBytes(wholeBytes(ci95[1]))}]`;
}

/** What the figures say, naming the size where there is one. */
function sentenceOf(facts: Omit<Crossover, 'sentence'>): string {
  const { candidate, baseline, gainMs, costNsPerByte, measuredBytes } = facts;
  const [smallest, largest] = measuredBytes.map(formatBytes);
  const storage = storageText({ ...facts, payload: '', start: 'warm' });
  const subject = `${facts.function}${storage === '' ? '' : `, ${storage}`}`;
  const sooner = `${candidate} is up ${duration(gainMs)} sooner than ${baseline}`;
  const more = `its I/O takes ${perByteText(costNsPerByte)} a byte more`;
  const within = `within the measured sizes (${String(smallest)} to ${String(largest)})`;
  switch (facts.outcome) {
    case 'crosses': {
      const size = facts.bytes === undefined ? '' : bytesText(facts.bytes);
      const beyond = facts.extrapolated ? ` Extrapolated: ${within} the gain outweighs the cost.` : '';
      return `${subject}: ${sooner}, and ${more} when warm: its I/O cost passes its start-up gain at ${size}.${beyond}`;
    }
    case 'never':
      return `${subject}: ${sooner}, and its I/O takes no longer for each byte (${perByteText(costNsPerByte)} more): its I/O cost never passes its start-up gain, ${within}.`;
    case 'no-gain':
      return `${subject}: ${candidate} is up ${duration(gainMs)} later than ${baseline}: there is no start-up gain for its I/O cost to pass.`;
    case 'undecided':
      return (
        `${subject}: not decided. ${candidate} is up ${formatSignificant(gainMs.value)} ms sooner than ${baseline}${intervalText(gainMs)}, ` +
        `and its I/O takes ${perByteText(costNsPerByte)} a byte more; ` +
        (costNsPerByte.ci95 === undefined || gainMs.ci95 === undefined
          ? 'the samples are too few for an interval.'
          : `an interval that reaches 0 leaves open whether the cost ever passes the gain, ${within}.`)
      );
  }
}

const intervalText = ({ ci95 }: Estimate): string =>
  ci95 === undefined ? '' : ` [${formatSignificant(ci95[0])}, ${formatSignificant(ci95[1])}]`;
