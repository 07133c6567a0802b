/** A file that nobody else can open and that the system removes with whoever has it open, however that ends. */
import { closeSync, openSync, readSync, rmSync, unlinkSync, mkdtempSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LumosError, messageOf } from '../../domain/errors.js';

export class UnnamedFile {
  private readonly file: number;
  private length = 0;

  /** In the system's folder for such files (`TMPDIR`). */
  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'lumos-trace-'));
    try {
      const path = join(folder, 'order');
      this.file = openSync(path, 'wx+', 0o600);
      unlinkSync(path);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Bytes that were put into it. */
  get size(): number {
    return this.length;
  }

  /** Gives back where it was put. @throws LumosError where there is no room left */
  append(data: Float64Array | Int32Array | Uint8Array): number {
    const at = this.length;
    const view = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    try {
      for (let done = 0; done < view.length;)
        done += writeSync(this.file, view, done, view.length - done, at + done);
    } catch (error) {
      throw new LumosError('failed', `temporary data of a trace cannot be written: ${messageOf(error)}`, {
        remedy:
          'It needs room for temporary data of about the size of the trace: set TMPDIR to a folder that has it.',
        cause: error,
      });
    }
    this.length += view.length;
    return at;
  }

  /** Fills `into` from there. */
  read(into: Float64Array | Int32Array | Uint8Array, at: number): void {
    const view = Buffer.from(into.buffer, into.byteOffset, into.byteLength);
    for (let done = 0; done < view.length;) {
      const count = readSync(this.file, view, done, view.length - done, at + done);
      if (count === 0) throw new LumosError('failed', 'temporary data of a trace ended before its time');
      done += count;
    }
  }

  close(): void {
    closeSync(this.file);
  }
}
