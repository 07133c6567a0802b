/** Writes an output that the user named: a file whole or not at all, anything else straight into what is there. */
import { chmodSync, chownSync, constants, readSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '../domain/errors.js';
import { realFiles, writeAll, type FileCalls } from './file-calls.js';
import type { FilePlace, OutputPlace } from './output-place.js';
import { TemporaryFile } from './temporary-file.js';
import { cannotWrite, writing } from './write-failure.js';
import { syncFolder } from './write-whole.js';

/** Takes the next piece of an output; resolves when the next one may come. */
export type OutputSink = (chunk: string | Uint8Array) => Promise<void>;

export interface OutputSettings {
  /** Where standard output goes; only `src/cli` prints. */
  readonly standardOutput: OutputSink;
  readonly calls?: FileCalls;
  /** Called when nobody reads from a FIFO yet. */
  readonly onWaiting?: (path: string) => void;
}

/** How long to wait for a pipe that is full, or that nobody has opened yet, before trying again. */
const pipePauses = { full: 2, unopened: 50 };

/**
 * Hands `work` a sink that leads to `place`, and gives back what `work` gives. If anything fails, a file is as it was
 * before. @throws LumosError that names the path and the reason, and whatever `work` throws
 */
export async function writeOutput<T>(
  place: OutputPlace,
  settings: OutputSettings,
  work: (sink: OutputSink) => Promise<T>,
): Promise<T> {
  switch (place.kind) {
    case 'standard-output':
      return work(settings.standardOutput);
    case 'descriptor':
      return work(pipeSink(place.path, place.descriptor, settings.calls ?? realFiles));
    case 'stream':
      return writeStream(place.path, settings, work);
    case 'socket':
      return writeSocket(place.path, work);
    case 'file':
      return writeFile(place, settings.calls ?? realFiles, work);
  }
}

async function writeFile<T>(
  place: FilePlace,
  calls: FileCalls,
  work: (sink: OutputSink) => Promise<T>,
): Promise<T> {
  const temporary = temporaryFor(place, calls);
  if (temporary === undefined) return writeInPlace(place, calls, work);
  try {
    const result = await work(async (chunk) => {
      writing(place.path, () => temporary.write(Buffer.from(chunk)));
      await nextTurn(); // a stop signal has its turn, and removes the temporary file
    });
    writing(place.path, () => publish(temporary, place, calls));
    return result;
  } catch (error) {
    temporary.discard();
    throw error;
  }
}

/** Undefined where the file can be written but nothing can be made beside it. */
function temporaryFor(place: FilePlace, calls: FileCalls): TemporaryFile | undefined {
  try {
    return new TemporaryFile(place.realPath, calls);
  } catch (error) {
    if (place.existing !== undefined && hasCode(error, 'EACCES', 'EPERM')) return undefined;
    throw cannotWrite(place.path, error);
  }
}

function publish(temporary: TemporaryFile, place: FilePlace, calls: FileCalls): void {
  if (place.existing !== undefined) keepRights(temporary.path, place.existing);
  temporary.finish();
  try {
    temporary.publish();
  } catch (error) {
    // A file that is mounted by itself, as in a container, cannot be replaced, but it can be written.
    if (place.existing === undefined || !hasCode(error, 'EBUSY', 'EXDEV')) throw error;
    copyInto(temporary.path, place.realPath, calls);
    temporary.discard();
  }
  syncFolder(dirname(place.realPath), calls);
}

/** The new file is readable for the same people as the one that it replaces. */
function keepRights(path: string, { mode, uid, gid }: { mode: number; uid: number; gid: number }): void {
  try {
    chownSync(path, uid, gid);
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'EINVAL', 'ENOSYS')) throw error;
  }
  chmodSync(path, mode & 0o7777);
}

async function writeInPlace<T>(
  place: FilePlace,
  calls: FileCalls,
  work: (sink: OutputSink) => Promise<T>,
): Promise<T> {
  const descriptor = writing(place.path, () => calls.open(place.realPath, 'r+'));
  let written = 0;
  try {
    const result = await work((chunk) => {
      const data = Buffer.from(chunk);
      writing(place.path, () => writeAll(calls, descriptor, data));
      written += data.length;
      return Promise.resolve();
    });
    writing(place.path, () => {
      calls.truncate(descriptor, written);
      calls.sync(descriptor);
    });
    return result;
  } finally {
    calls.close(descriptor);
  }
}

function copyInto(from: string, to: string, calls: FileCalls): void {
  const [source, target] = [calls.open(from, 'r'), calls.open(to, 'r+')];
  try {
    const buffer = Buffer.alloc(1 << 16);
    let written = 0;
    for (let count = readSync(source, buffer); count > 0; count = readSync(source, buffer)) {
      writeAll(calls, target, buffer.subarray(0, count));
      written += count;
    }
    calls.truncate(target, written);
    calls.sync(target);
  } finally {
    calls.close(source);
    calls.close(target);
  }
}

async function writeStream<T>(
  path: string,
  settings: OutputSettings,
  work: (sink: OutputSink) => Promise<T>,
): Promise<T> {
  const calls = settings.calls ?? realFiles;
  const descriptor = await openStream(path, calls, settings.onWaiting);
  let result: T;
  try {
    result = await work(pipeSink(path, descriptor, calls));
  } catch (error) {
    calls.close(descriptor);
    throw error;
  }
  writing(path, () => calls.close(descriptor));
  return result;
}

/** A FIFO without a reader is waited for: the process still answers to signals meanwhile. */
async function openStream(
  path: string,
  calls: FileCalls,
  onWaiting: ((path: string) => void) | undefined,
): Promise<number> {
  for (let hasSaid = false; ; hasSaid = true) {
    try {
      return calls.open(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    } catch (error) {
      if (!hasCode(error, 'ENXIO')) throw cannotWrite(path, error);
      if (!hasSaid) onWaiting?.(path);
    }
    await sleep(pipePauses.unopened);
  }
}

/** Writes into a pipe or a device; waits while it is full, without holding up the rest of the process. */
function pipeSink(path: string, descriptor: number, calls: FileCalls): OutputSink {
  return async (chunk) => {
    const data = Buffer.from(chunk);
    for (let done = 0; done < data.length;) {
      try {
        done += calls.write(descriptor, data, done, data.length - done);
      } catch (error) {
        if (!hasCode(error, 'EAGAIN')) throw cannotWrite(path, error);
        await sleep(pipePauses.full);
      }
    }
    await nextTurn();
  };
}

async function writeSocket<T>(path: string, work: (sink: OutputSink) => Promise<T>): Promise<T> {
  const socket = connect({ path });
  try {
    await settled(socket, 'connect');
    const result = await work(async (chunk) => {
      if (socket.errored !== null) throw socket.errored;
      if (!socket.write(chunk)) await settled(socket, 'drain');
    });
    socket.end();
    await settled(socket, 'close');
    return result;
  } catch (error) {
    throw hasCode(error, 'ECONNREFUSED', 'EPIPE', 'ECONNRESET', 'EACCES', 'EPROTOTYPE')
      ? cannotWrite(path, error)
      : error;
  } finally {
    socket.destroy();
  }
}

/** Resolves on `event`, rejects on an error or when the socket is closed before it. */
const settled = (socket: Socket, event: 'connect' | 'drain' | 'close'): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.resume();
    socket.once('error', reject);
    socket.once('close', () => {
      if (event === 'close') resolve();
      else reject(Object.assign(new Error('the reader is gone'), { code: 'EPIPE' }));
    });
    if (event !== 'close') socket.once(event, () => resolve());
  });
