/** Rows into columns: what of a run's rows the summary needs, at a few dozen bytes a row. */
import { cellKey, CellSchema, type Cell, type Outcome } from '../../domain/factors.js';
import type { Measurement } from '../../domain/measurement.js';
import { SampleColumn } from './sample-column.js';

/** The figures of a row that the summary takes medians of. */
export const figures = [
  'latencyMs',
  'launchMs',
  'deserializeMs',
  'fetchMs',
  'computeMs',
  'storeMs',
  'serializeMs',
  'transportMs',
  'storageRoundTrips',
  'fetchedBytes',
  'storedBytes',
  'hostFetchMs',
  'hostStoreMs',
  'serviceRequests',
  'serviceReceivedBytes',
  'serviceSentBytes',
  'cpuMs',
  'peakMemoryBytes',
  'peakResidentBytes',
  'readBytes',
  'writtenBytes',
  'responseBytes',
] as const satisfies readonly (keyof Measurement)[];
export type Figure = (typeof figures)[number];

export type Failure = Exclude<Outcome, 'ok'>;

/** Everything the rows of one cell say. A sample is a row with outcome `ok`. */
export interface CellColumns {
  readonly cell: Cell;
  /** Samples so far. */
  samples: number;
  /** Of each sample, the number of the sandbox it comes from. */
  readonly sandboxes: SampleColumn;
  /** Of each sample, its figures; a figure no sample has is not in the map. */
  readonly figures: ReadonlyMap<Figure, SampleColumn>;
  /** Of each row that says, whatever became of it. */
  readonly payloadBytes: SampleColumn;
  readonly failures: ReadonlyMap<Failure, number>;
  rows: number;
}

interface GrowingColumns extends CellColumns {
  readonly figures: Map<Figure, SampleColumn>;
  readonly failures: Map<Failure, number>;
}

/** A cell's failures by outcome, in alphabetical order. */
export const failureCounts = (columns: CellColumns): readonly (readonly [Failure, number])[] =>
  [...columns.failures].sort(([a], [b]) => (a < b ? -1 : 1));

/** Takes a run's rows one at a time, in any order, and keeps them as columns, cell by cell. */
export class RunAccumulator {
  private readonly byKey = new Map<string, GrowingColumns>();

  add(row: Measurement): void {
    const columns = this.columnsOf(row);
    if (row.payloadBytes !== undefined) columns.payloadBytes.set(columns.rows, row.payloadBytes);
    columns.rows += 1;
    if (row.outcome !== 'ok') {
      columns.failures.set(row.outcome, (columns.failures.get(row.outcome) ?? 0) + 1);
      return;
    }
    const index = columns.samples;
    columns.samples += 1;
    columns.sandboxes.set(index, row.sandbox ?? row.trial);
    for (const figure of figures) {
      const value = row[figure];
      if (value === undefined) continue;
      let column = columns.figures.get(figure);
      if (column === undefined) columns.figures.set(figure, (column = new SampleColumn()));
      column.set(index, value);
    }
  }

  /** The columns of a cell; undefined where it has no row. */
  get(cell: Cell): CellColumns | undefined {
    return this.byKey.get(cellKey(cell));
  }

  /** The columns of every cell that has a row. */
  all(): readonly CellColumns[] {
    return [...this.byKey.values()];
  }

  private columnsOf(row: Measurement): GrowingColumns {
    const key = cellKey(row);
    let columns = this.byKey.get(key);
    if (columns === undefined) {
      columns = {
        cell: CellSchema.parse(row),
        samples: 0,
        rows: 0,
        sandboxes: new SampleColumn(),
        figures: new Map(),
        payloadBytes: new SampleColumn(),
        failures: new Map(),
      };
      this.byKey.set(key, columns);
    }
    return columns;
  }
}

/** The columns of a whole file of rows. */
export async function accumulate(
  rows: AsyncIterable<Measurement> | Iterable<Measurement>,
): Promise<RunAccumulator> {
  const run = new RunAccumulator();
  for await (const row of rows) run.add(row);
  return run;
}
