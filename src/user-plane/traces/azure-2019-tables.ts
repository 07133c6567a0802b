/** Durations and memory of the 2019 data set, which are in files of their own. */
import { eachRow } from './bad-rows.js';
import { DurationMixture } from './duration-mixture.js';
import { decimalOf } from './decimal.js';
import { cellsOf, headerColumns, placesOf } from './header-columns.js';
import { TraceLines } from './line-blocks.js';
import type { Reading } from './reading.js';

/** The shares at which the table has percentiles. */
const shares = [0, 0.01, 0.25, 0.5, 0.75, 0.99, 1] as const;
const percentileColumns = [0, 1, 25, 50, 75, 99, 100].map((percent) => `percentile_Average_${percent}`);

/** What tells a function or app from all others: hashes of owner, app and function, as they stand in a row. */
export const keyOf = (...hashes: readonly string[]): string => hashes.join(',');

/** How long an invocation of a function ran, drawn. */
export type DrawDuration = (uniform: () => number) => number;

/** Of each function, by its key, percentiles of how long it ran. */
export class Durations {
  private readonly rows = new Map<string, number>();
  /** Of functions with several rows, all of them. */
  private readonly several = new Map<string, number[]>();
  private readonly weights: number[] = [];
  private values = new Float64Array(1024 * shares.length);

  add(key: string, percentiles: readonly number[], weight: number): void {
    const row = this.weights.length;
    if ((row + 1) * shares.length > this.values.length) {
      const grown = new Float64Array(2 * this.values.length);
      grown.set(this.values);
      this.values = grown;
    }
    this.values.set(percentiles, row * shares.length);
    this.weights.push(weight);
    const before = this.rows.get(key);
    if (before === undefined) this.rows.set(key, row);
    else this.several.set(key, [...(this.several.get(key) ?? [before]), row]);
  }

  get withSeveralRows(): number {
    return this.several.size;
  }

  /** Undefined for a function the table does not have. @param invocations that will be drawn */
  drawerOf(key: string, invocations: number): DrawDuration | undefined {
    const several = this.several.get(key);
    if (several !== undefined) {
      const mixture = new DurationMixture(
        several.map((row) => this.weights[row] ?? 0),
        invocations,
      );
      return (uniform) => this.at(several[mixture.draw(uniform)] as number, uniform());
    }
    const row = this.rows.get(key);
    return row === undefined ? undefined : (uniform) => this.at(row, uniform());
  }

  /** The duration below which a share in [0, 1) of the row's lie, on straight lines between its percentiles. */
  private at(row: number, share: number): number {
    const first = row * shares.length;
    let above = 1;
    while (above < shares.length - 1 && share > (shares[above] as number)) above += 1;
    const [low, high] = [shares[above - 1] as number, shares[above] as number];
    const [from, to] = [this.values[first + above - 1] as number, this.values[first + above] as number];
    return from + ((share - low) / (high - low)) * (to - from);
  }
}

/** A function that has several rows ran as they say in the shares of their counts. Percentiles that fall are a broken row. */
export async function readDurations(path: string | undefined, reading: Reading): Promise<Durations> {
  const durations = new Durations();
  if (path === undefined) return durations;
  const wanted = ['HashOwner', 'HashApp', 'HashFunction', ...percentileColumns];
  const hasWeights = await eachTableRow(path, wanted, 'Count', reading, (texts, weight) => {
    const values = texts.slice(3).map(decimalOf);
    const wrong = values.findIndex(
      (value, index) => !(value >= 0 && value < Infinity && value >= (values[index - 1] ?? 0)),
    );
    if (wrong >= 0)
      return `${percentileColumns[wrong] ?? ''}: "${texts[wrong + 3]?.slice(0, 40) ?? ''}" is no duration that follows the ones before`;
    durations.add(keyOf(...texts.slice(0, 3)), values, weight);
    return undefined;
  });
  noteSeveral(path, durations.withSeveralRows, 'function', hasWeights ? 'Count' : undefined, reading);
  return durations;
}

const mebibyte = 2 ** 20;

/** Average allocated memory in bytes, by the app's key: Azure counts it by app. */
export async function readMemory(
  path: string | undefined,
  reading: Reading,
): Promise<ReadonlyMap<string, number>> {
  const means = new Map<string, WeightedMean>();
  if (path === undefined) return new Map();
  const wanted = ['HashOwner', 'HashApp', 'AverageAllocatedMb'];
  const hasWeights = await eachTableRow(
    path,
    wanted,
    'SampleCount',
    reading,
    ([owner = '', app = '', text = ''], weight) => {
      const value = decimalOf(text);
      if (!(value > 0 && value < Infinity))
        return `AverageAllocatedMb: "${text.slice(0, 40)}" is no size above 0`;
      const key = keyOf(owner, app);
      let mean = means.get(key);
      if (mean === undefined) means.set(key, (mean = new WeightedMean()));
      mean.add(value, weight);
      return undefined;
    },
  );
  const several = [...means.values()].filter(({ rows }) => rows > 1).length;
  noteSeveral(path, several, 'app', hasWeights ? 'SampleCount' : undefined, reading);
  return new Map([...means].map(([key, mean]) => [key, Math.round(mean.value * mebibyte)]));
}

class WeightedMean {
  rows = 0;
  private sum = 0;
  private weight = 0;
  private plainSum = 0;

  add(value: number, weight: number): void {
    this.rows += 1;
    this.sum += value * weight;
    this.weight += weight;
    this.plainSum += value;
  }

  /** Every row alike where none has a weight. */
  get value(): number {
    if (this.rows === 1 || this.weight === 0) return this.plainSum / this.rows;
    return this.sum / this.weight;
  }
}

function noteSeveral(
  path: string,
  count: number,
  what: string,
  weight: string | undefined,
  { onNote }: Reading,
): void {
  if (count === 0) return;
  const subject = count === 1 ? `1 ${what} has` : `${count} ${what}s have`;
  const how = weight === undefined ? 'which count alike' : `which are weighted by ${weight}`;
  onNote(`${path}: ${subject} more than one row, ${how}`);
}

/**
 * Hands over the columns that were asked for, by their names in the header, and the weight of the row: 1 in a table
 * without such a column. @param take gives back why it cannot use a row @returns whether there are weights
 */
async function eachTableRow(
  path: string,
  wanted: readonly string[],
  weightColumn: string,
  reading: Reading,
  take: (fields: readonly string[], weight: number) => string | undefined,
): Promise<boolean> {
  const lines = await TraceLines.of(path);
  try {
    const header = lines.header ?? { text: '', number: 1 };
    const columns = headerColumns(header, path);
    const found = placesOf(wanted, columns, `${path}:${header.number}`);
    const places = wanted.map((name) => found[name] as number);
    const weightPlace = columns.indexOf(weightColumn);
    await eachRow(lines, true, reading, ({ bytes, starts, ends }, i) => {
      const fields = cellsOf(bytes.toString('latin1', starts[i] ?? 0, ends[i] ?? 0));
      if (fields.length !== columns.length) return `${fields.length} fields instead of ${columns.length}`;
      const weight = weightPlace < 0 ? 1 : decimalOf(fields[weightPlace] ?? '');
      if (!(weight >= 0 && weight < Infinity))
        return `${weightColumn}: "${fields[weightPlace]?.slice(0, 40) ?? ''}" is no count of 0 or more`;
      return take(
        places.map((place) => fields[place] ?? ''),
        weight,
      );
    });
    return weightPlace >= 0;
  } finally {
    await lines.close();
  }
}
