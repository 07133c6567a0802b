/** A run's rows as Apache Parquet, for notebooks and databases. */
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { BasicType, ColumnSource } from 'hyparquet-writer';
import type { Measurement } from '../domain/measurement.js';

/** Where the file's bytes go, in order. A promise holds up the next row group until it resolves. */
export type ParquetSink = (chunk: Uint8Array) => void | Promise<void>;

export interface ParquetOptions {
  /** Rows held in memory at once, and in each row group of the file. Default 50 000. */
  readonly rowGroupSize?: number;
}

interface ColumnType {
  readonly type: BasicType;
  /** Whether every row has it. */
  readonly required: boolean;
}

const required = (type: BasicType): ColumnType => ({ type, required: true });
const optional = (type: BasicType): ColumnType => ({ type, required: false });

/** Every field of a row, in the order of the file; a field added to the row is missed by the compiler here. */
const columnTypes: { readonly [Name in keyof Required<Measurement>]: ColumnType } = {
  schema: required('STRING'),
  trial: required('INT64'),
  sandbox: optional('INT64'),
  invocation: required('INT64'),
  round: required('INT64'),
  function: required('STRING'),
  payload: required('STRING'),
  runtime: required('STRING'),
  class: required('STRING'),
  environment: required('STRING'),
  emulated: optional('BOOLEAN'),
  start: required('STRING'),
  concurrency: required('INT64'),
  arrivals: optional('STRING'),
  storage: optional('STRING'),
  access: optional('STRING'),
  connection: optional('STRING'),
  transport: optional('STRING'),
  language: optional('STRING'),
  options: optional('STRING'),
  startedAt: optional('STRING'),
  outcome: required('STRING'),
  reason: optional('STRING'),
  lateMs: optional('DOUBLE'),
  queuedMs: optional('DOUBLE'),
  cold: optional('BOOLEAN'),
  instance: optional('INT64'),
  traceFunction: optional('STRING'),
  node: optional('STRING'),
  deployment: optional('STRING'),
  payloadBytes: optional('INT64'),
  responseBytes: optional('INT64'),
  sequence: optional('INT64'),
  latencyMs: optional('DOUBLE'),
  launchMs: optional('DOUBLE'),
  deserializeMs: optional('DOUBLE'),
  fetchMs: optional('DOUBLE'),
  computeMs: optional('DOUBLE'),
  storeMs: optional('DOUBLE'),
  serializeMs: optional('DOUBLE'),
  transportMs: optional('DOUBLE'),
  storageRoundTrips: optional('INT64'),
  fetchedBytes: optional('INT64'),
  storedBytes: optional('INT64'),
  hostFetchMs: optional('DOUBLE'),
  hostStoreMs: optional('DOUBLE'),
  serviceRequests: optional('INT64'),
  serviceReceivedBytes: optional('INT64'),
  serviceSentBytes: optional('INT64'),
  cpuMs: optional('DOUBLE'),
  cpuUserMs: optional('DOUBLE'),
  cpuSystemMs: optional('DOUBLE'),
  peakMemoryBytes: optional('INT64'),
  peakResidentBytes: optional('INT64'),
  readBytes: optional('INT64'),
  writtenBytes: optional('INT64'),
};

const names = Object.keys(columnTypes) as (keyof typeof columnTypes)[];

function columnsOf(rows: readonly Measurement[]): ColumnSource[] {
  return names.map((name) => {
    const { type, required: always } = columnTypes[name];
    const value = (row: Measurement): unknown => {
      const plain = row[name];
      if (plain === undefined) return null;
      return type === 'INT64' ? BigInt(plain) : plain;
    };
    return { name, type, nullable: !always, data: rows.map(value) };
  });
}

/**
 * Writes rows as one Parquet file (Snappy, row groups) and returns how many there were. Columns have the names and
 * units of the rows; whole numbers are 64-bit integers (a row takes all up to 2^53), durations doubles, absent figures nulls. Memory is bounded by one row
 * group.
 * @throws RangeError when `rowGroupSize` is not a positive whole number.
 */
export async function writeParquet(
  rows: AsyncIterable<Measurement> | Iterable<Measurement>,
  sink: ParquetSink,
  { rowGroupSize = 50_000 }: ParquetOptions = {},
): Promise<number> {
  if (!Number.isInteger(rowGroupSize) || rowGroupSize < 1) {
    throw new RangeError(`rowGroupSize must be a positive whole number, not ${rowGroupSize}`);
  }
  const writer = new ByteWriter();
  /** Hands on what was encoded so far and starts the buffer anew; `offset` keeps counting for the file's index. */
  const drain = async (): Promise<void> => {
    const chunk = writer.getBytes().slice();
    writer.index = 0;
    if (chunk.byteLength > 0) await sink(chunk);
  };
  const file = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({ columnData: columnsOf([]) }),
    createdBy: 'lumos',
  });
  let count = 0;
  let group: Measurement[] = [];
  const flush = async (): Promise<void> => {
    if (group.length === 0) return;
    await file.write({ columnData: columnsOf(group), rowGroupSize: group.length });
    group = [];
    await drain();
  };
  for await (const row of rows) {
    group.push(row);
    count += 1;
    if (group.length >= rowGroupSize) await flush();
  }
  await flush();
  await file.finish();
  await drain();
  return count;
}
