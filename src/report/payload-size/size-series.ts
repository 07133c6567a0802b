/** A run's cells as series over the size of the data. */
import { phases, type Cell, type Conditions } from '../../domain/factors.js';
import type { TimePart } from '../../domain/summary/payload-size.js';
import { bytes, type Bytes } from '../../domain/units.js';
import { estimateMedian, type MedianEstimate } from '../../stats/median-interval.js';
import { median } from '../../stats/quantiles.js';
import { sortSamples } from '../../stats/sorted-samples.js';
import { ioTimeOf } from '../claims/io-time.js';
import type { CellColumns, Figure } from '../summarize/accumulate.js';
import { payloadOf } from '../summarize/summarize-cell.js';

/** One size of a series: the medians of its times, in ms. */
export interface SizedCell {
  readonly cell: Cell;
  readonly bytes: Bytes;
  readonly n: number;
  readonly medians: ReadonlyMap<TimePart, MedianEstimate>;
}

/** Cells that differ in their payload only, from the smallest to the largest. */
export interface Series {
  readonly key: string;
  readonly cell: Cell;
  readonly sizes: readonly SizedCell[];
}

/** A string that is equal for cells that differ in their payload only. */
export const seriesKey = (cell: Omit<Cell, 'class' | 'payload'>): string =>
  JSON.stringify([cell.runtime, sameButRuntime(cell)]);

/** The same without start and runtime, so that a function's series can be set beside each other. */
export const sameButRuntime = (cell: Omit<Conditions, 'payload'>): string =>
  JSON.stringify([cell.start, placeOf(cell)]);

/** The same for cold and warm. */
export const placeOf = (cell: Omit<Conditions, 'payload' | 'start'>): string =>
  JSON.stringify([
    cell.function,
    cell.environment,
    cell.concurrency,
    cell.storage,
    cell.access,
    cell.connection,
  ]);

const figureOf = (phase: (typeof phases)[number]): Figure => `${phase}Ms`;

function medianOf(columns: CellColumns, figure: Figure): MedianEstimate | undefined {
  const column = columns.figures.get(figure);
  return column === undefined
    ? undefined
    : estimateMedian(column.present(), column.alongside(columns.sandboxes));
}

function ioMedian(columns: CellColumns): MedianEstimate | undefined {
  const io = ioTimeOf(columns);
  return io === undefined ? undefined : estimateMedian(io.values, io.sandboxes);
}

function mediansOf(columns: CellColumns): ReadonlyMap<TimePart, MedianEstimate> {
  const found: [TimePart, MedianEstimate | undefined][] = [
    ...phases.map((phase): [TimePart, MedianEstimate | undefined] => [
      phase,
      medianOf(columns, figureOf(phase)),
    ]),
    ['io', ioMedian(columns)],
    ['total', medianOf(columns, 'latencyMs')],
  ];
  return new Map(found.filter((one): one is [TimePart, MedianEstimate] => one[1] !== undefined));
}

/** The size of a cell's data: of its payload, or of the objects it fetched or stored, whichever is largest. */
function sizeOf(columns: CellColumns): Bytes {
  const objects = (['fetchedBytes', 'storedBytes'] as const).flatMap((figure) => {
    const column = columns.figures.get(figure);
    return column === undefined ? [] : [median(sortSamples(column.present()))];
  });
  return bytes(Math.round(Math.max(payloadOf(columns) ?? 0, ...objects)));
}

/** The series of cells that have samples, in the order in which their first cells come. */
export function seriesOf(cells: readonly CellColumns[]): Series[] {
  const found = new Map<string, { cell: Cell; sizes: SizedCell[] }>();
  for (const columns of cells) {
    if (columns.samples === 0) continue;
    const { cell } = columns;
    const key = seriesKey(cell);
    let series = found.get(key);
    if (series === undefined) found.set(key, (series = { cell, sizes: [] }));
    series.sizes.push({ cell, bytes: sizeOf(columns), n: columns.samples, medians: mediansOf(columns) });
  }
  return [...found].map(([key, { cell, sizes }]) => ({
    key,
    cell,
    sizes: sizes.sort((a, b) => a.bytes - b.bytes),
  }));
}
