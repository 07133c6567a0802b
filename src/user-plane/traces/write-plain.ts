/** Writes the plain format. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { hasCode, invalidInput, messageOf } from '../../domain/errors.js';
import type { TraceInvocation } from '../../domain/trace.js';
import { plainColumns } from './trace-format.js';

const mebibyte = 2 ** 20;
/** Rows put together before they are written. */
const rowsAtOnce = 1024;

/** A row as it stands in the file: seconds to the microsecond. */
const rowOf = ({ atMs, function: name, durationMs, memoryBytes }: TraceInvocation): string =>
  `${Number((atMs / 1000).toFixed(6))},${name},${durationMs === undefined ? '' : Number(durationMs.toFixed(6))},` +
  `${memoryBytes === undefined ? '' : Number((memoryBytes / mebibyte).toFixed(3))}\n`;

/**
 * Writes `invocations` as they come, in constant memory, and gives back how many there were. The file is there when it
 * is whole; until then it has another name. @throws LumosError `invalid-input` where it cannot be written
 */
export async function writePlainTrace(
  path: string,
  invocations: AsyncIterable<readonly TraceInvocation[]> | Iterable<readonly TraceInvocation[]>,
): Promise<number> {
  const unfinished = `${path}.part`;
  const stream = createWriteStream(unfinished, { flags: 'w' });
  let failure: unknown;
  stream.on('error', (error) => (failure = error));
  let count = 0;
  try {
    stream.write(`${plainColumns.join(',')}\n`);
    for await (const batch of invocations) {
      if (failure !== undefined) break;
      count += batch.length;
      if (!stream.write(batch.map(rowOf).join('')))
        await Promise.race([once(stream, 'drain'), once(stream, 'close')]);
    }
    stream.end();
    await once(stream, 'close').catch(() => undefined);
    if (failure !== undefined) throw unwritable(path, failure);
    await rename(unfinished, path);
    return count;
  } catch (error) {
    stream.destroy();
    await rm(unfinished, { force: true });
    throw error;
  }
}

const unwritable = (path: string, error: unknown): Error =>
  hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EISDIR')
    ? invalidInput(`${path} cannot be written: ${messageOf(error)}`)
    : error instanceof Error
      ? error
      : new Error(messageOf(error));

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
