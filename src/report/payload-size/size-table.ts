/** The lines through a run's times as a table: what an invocation costs before its first byte, and for each byte. */
import type { Estimate, SizeSeries, TimePart } from '../../domain/summary/payload-size.js';
import type { Summary } from '../../domain/summary/summary.js';
import { storageText } from '../cell-groups.js';
import { absent, formatRatio, formatSignificant, type Signs, asciiSigns } from '../format-quantity.js';

/** The parts that are shown, under their names for a reader. */
const shownParts = [
  ['transport', 'boundary'],
  ['deserialize', 'deserialize'],
  ['compute', 'compute'],
  ['serialize', 'serialize'],
  ['fetch', 'fetch'],
  ['store', 'store'],
  ['total', 'total'],
] as const satisfies readonly (readonly [TimePart, string])[];

export interface SizeTable {
  readonly head: readonly string[];
  /** Leading columns that name the row; the others hold figures. */
  readonly names: number;
  readonly rows: readonly (readonly string[])[];
}

export const sizeReading =
  "Slopes in ns for each byte, from lines time = intercept + slope x bytes through the sizes' medians; in brackets 95 % " +
  "intervals. Intercept: the total's at 0 bytes, in ms. Miss: how far the total's line misses a size's median at most.";

const estimate = (value: Estimate | undefined): string => {
  if (value === undefined) return absent;
  const [low, high] = value.ci95 ?? [];
  const interval =
    low === undefined || high === undefined ? '' : ` [${formatSignificant(low)}, ${formatSignificant(high)}]`;
  return `${formatSignificant(value.value)}${interval}`;
};

const ratio = (value: Estimate | undefined, signs: Signs): string => {
  if (value === undefined) return absent;
  const [low, high] = value.ci95 ?? [];
  const interval =
    low === undefined || high === undefined ? '' : ` [${formatSignificant(low)}, ${formatSignificant(high)}]`;
  return `${formatRatio(value.value, signs)}${interval}`;
};

const nameOf = (series: SizeSeries): string => {
  const storage = storageText({ ...series, payload: '' });
  return `${series.function}${storage === '' ? '' : `, ${storage}`}`;
};

/** One row for each function, start and runtime; only parts that some series has are columns. */
export function sizeTable({ payloadSize }: Summary, signs: Signs = asciiSigns): SizeTable {
  const series = payloadSize?.series ?? [];
  const parts = shownParts.filter(([part]) => series.some((one) => one.fits[part] !== undefined));
  return {
    head: [
      'function',
      'start',
      'runtime',
      ...parts.map(([, name]) => name),
      'intercept',
      'miss',
      'slope vs native',
      'largest vs native',
    ],
    names: 3,
    rows: series.map((one) => [
      nameOf(one),
      one.start,
      one.runtime,
      ...parts.map(([part]) => estimate(one.fits[part]?.slopeNsPerByte)),
      estimate(one.fits.total?.interceptMs),
      one.fits.total === undefined ? absent : `${(100 * one.fits.total.worstMiss).toFixed(0)} %`,
      ratio(one.againstNative?.slope, signs),
      ratio(one.againstNative?.total, signs),
    ]),
  };
}

/** Where each Wasm runtime's I/O cost passes its start-up gain, in a sentence each. */
export const crossoverSentences = ({ payloadSize }: Summary): string[] =>
  (payloadSize?.crossovers ?? []).map((crossover) => crossover.sentence);
