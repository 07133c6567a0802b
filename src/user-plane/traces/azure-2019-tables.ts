/** Durations and memory of the 2019 data set, which are in files of their own. */
import type { OnBadRow } from './bad-rows.js';
import { lineBlocks } from './line-blocks.js';

/** The shares at which the table has percentiles. */
const shares = [0, 0.01, 0.25, 0.5, 0.75, 0.99, 1] as const;
const percentileColumns = [0, 1, 25, 50, 75, 99, 100].map((percent) => `percentile_Average_${percent}`);

/** Of each function, by its hash, percentiles of how long it ran. */
export class Durations {
  private readonly rows = new Map<string, number>();
  private values = new Float64Array(1024 * shares.length);

  /** Undefined for a function the table does not have. */
  rowOf(name: string): number | undefined {
    return this.rows.get(name);
  }

  add(name: string, percentiles: readonly number[]): void {
    const row = this.rows.get(name) ?? this.rows.size;
    if ((row + 1) * shares.length > this.values.length) {
      const grown = new Float64Array(2 * this.values.length);
      grown.set(this.values);
      this.values = grown;
    }
    this.values.set(percentiles, row * shares.length);
    this.rows.set(name, row);
  }

  /** The duration below which a share in [0, 1) of the row's lie, on straight lines between its percentiles. */
  at(row: number, share: number): number {
    const first = row * shares.length;
    let above = 1;
    while (above < shares.length - 1 && share > (shares[above] as number)) above += 1;
    const [low, high] = [shares[above - 1] as number, shares[above] as number];
    const [from, to] = [this.values[first + above - 1] as number, this.values[first + above] as number];
    return from + ((share - low) / (high - low)) * (to - from);
  }
}

/** Percentiles that fall are a broken row. */
export async function readDurations(path: string | undefined, onBadRow: OnBadRow): Promise<Durations> {
  const durations = new Durations();
  if (path === undefined) return durations;
  await eachRow(path, ['HashFunction', ...percentileColumns], onBadRow, ([name = '', ...texts]) => {
    const values = texts.map(Number);
    const wrong = values.findIndex(
      (value, index) => !(value >= 0 && value < Infinity && value >= (values[index - 1] ?? 0)),
    );
    if (wrong >= 0)
      return `${percentileColumns[wrong] ?? ''}: "${texts[wrong]?.slice(0, 40) ?? ''}" is no duration that follows the ones before`;
    durations.add(name, values);
    return undefined;
  });
  return durations;
}

const mebibyte = 2 ** 20;

/** Average allocated memory in bytes, by the app's hash: Azure counts it by app. */
export async function readMemory(
  path: string | undefined,
  onBadRow: OnBadRow,
): Promise<ReadonlyMap<string, number>> {
  const memory = new Map<string, number>();
  if (path === undefined) return memory;
  await eachRow(path, ['HashApp', 'AverageAllocatedMb'], onBadRow, ([app = '', text = '']) => {
    const value = Number(text);
    if (text === '' || !(value > 0 && value < Infinity))
      return `AverageAllocatedMb: "${text.slice(0, 40)}" is no size above 0`;
    memory.set(app, Math.round(value * mebibyte));
    return undefined;
  });
  return memory;
}

/** Hands over the columns that were asked for, by their names in the header. @param take gives back why it cannot use a row */
async function eachRow(
  path: string,
  wanted: readonly string[],
  onBadRow: OnBadRow,
  take: (fields: readonly string[]) => string | undefined,
): Promise<void> {
  let places: number[] | undefined;
  let columns = 0;
  for await (const { bytes, starts, ends, numbers, count } of lineBlocks(path)) {
    for (let i = 0; i < count; i += 1) {
      const fields = bytes.toString('latin1', starts[i] ?? 0, ends[i] ?? 0).split(',');
      if (places === undefined) {
        places = wanted.map((name) => fields.indexOf(name));
        columns = fields.length;
        continue;
      }
      const reason =
        fields.length === columns
          ? take(places.map((place) => fields[place] ?? ''))
          : `${fields.length} fields instead of ${columns}`;
      if (reason !== undefined) onBadRow({ file: path, line: numbers[i] ?? 0, reason });
    }
  }
}
