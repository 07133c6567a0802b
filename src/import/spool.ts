/** Records on their way from the source to the run directory: the first ones in memory, the rest in an unnamed file. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCode, LumosError } from '../domain/errors.js';

const heldInMemory = 20_000;
const pieceLength = 1 << 20;

/** Takes JSON values, then gives them back once, in their order. Memory is bounded, whatever their number. */
export class Spool<T> {
  private held: T[] = [];
  private descriptor: number | undefined;
  private pending: string[] = [];
  private pendingLength = 0;

  add(value: T): void {
    if (this.held.length < heldInMemory) {
      this.held.push(value);
      return;
    }
    const line = `${JSON.stringify(value)}\n`;
    this.pending.push(line);
    this.pendingLength += line.length;
    if (this.pendingLength >= pieceLength) this.flush();
  }

  /** @param parse makes the value of what `JSON.parse` gave */
  *values(parse: (value: unknown) => T): Generator<T> {
    const held = this.held;
    this.held = [];
    yield* held;
    if (this.descriptor === undefined && this.pending.length === 0) return;
    this.flush();
    for (const line of this.writtenLines()) yield parse(JSON.parse(line));
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  private flush(): void {
    this.descriptor ??= openUnnamed();
    let rest = Buffer.from(this.pending.join(''));
    this.pending = [];
    this.pendingLength = 0;
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(this.descriptor, rest));
    } catch (error) {
      throw spoolError(error);
    }
  }

  private *writtenLines(): Generator<string> {
    const buffer = Buffer.allocUnsafe(pieceLength);
    let rest: Buffer = Buffer.alloc(0);
    for (let position = 0; ;) {
      const read =
        this.descriptor === undefined ? 0 : readSync(this.descriptor, buffer, 0, pieceLength, position);
      if (read === 0) return;
      position += read;
      const bytes = Buffer.concat([rest, buffer.subarray(0, read)]);
      const end = bytes.lastIndexOf(0x0a) + 1;
      rest = bytes.subarray(end);
      if (end > 0) yield* bytes.toString('utf8', 0, end - 1).split('\n');
    }
  }
}

/** A file without a name: the system removes it when it is closed, however this process ends. */
function openUnnamed(): number {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'lumos-import-'));
    try {
      return openSync(join(folder, 'records'), 'wx+', 0o600);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  } catch (error) {
    throw spoolError(error);
  }
}

function spoolError(error: unknown): Error {
  const why = hasCode(error, 'ENOSPC', 'EDQUOT')
    ? 'is full'
    : hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR')
      ? 'may not be written to'
      : undefined;
  if (why === undefined) return error instanceof Error ? error : new Error(String(error));
  return new LumosError('missing-dependency', `the folder for temporary files, ${tmpdir()}, ${why}`, {
    remedy: 'Set TMPDIR to a folder on a disk with as much free space as the source takes.',
  });
}
