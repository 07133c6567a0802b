/** Writes the plain format. */
import type { TraceInvocation } from '../../domain/trace.js';
import type { OutputSink } from '../../files/output-file.js';
import { plainColumns } from './trace-format.js';

const mebibyte = 2 ** 20;
/** Rows put together before they are written. */
const rowsAtOnce = 1024;

const quotedName = (name: string): string => (/[",]/u.test(name) ? `"${name.replaceAll('"', '""')}"` : name);

/** A row as it stands in the file: seconds to the microsecond. */
const rowOf = ({ atMs, function: name, durationMs, memoryBytes }: TraceInvocation): string =>
  `${Number((atMs / 1000).toFixed(6))},${quotedName(name)},${durationMs === undefined ? '' : Number(durationMs.toFixed(6))},` +
  `${memoryBytes === undefined ? '' : Number((memoryBytes / mebibyte).toFixed(3))}\n`;

/** Writes `invocations` as they come, in constant memory, and gives back how many there were. */
export async function writePlainTrace(
  sink: OutputSink,
  invocations: AsyncIterable<readonly TraceInvocation[]> | Iterable<readonly TraceInvocation[]>,
): Promise<number> {
  let count = 0;
  await sink(`${plainColumns.join(',')}\n`);
  for await (const batch of invocations) {
    count += batch.length;
    await sink(batch.map(rowOf).join(''));
  }
  return count;
}

/** Single invocations in batches, as they are written. */
export function* inBatches(invocations: Iterable<TraceInvocation>): Generator<TraceInvocation[], void> {
  let batch: TraceInvocation[] = [];
  for (const one of invocations) {
    batch.push(one);
    if (batch.length < rowsAtOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
