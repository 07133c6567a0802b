/** What is kept of a command's output, and how it is cut into lines. */
import { StringDecoder } from 'node:string_decoder';
import type { Bytes } from '../../domain/units.js';

const blockBytes = 4096;
/** A line without an end is given out in pieces of this length. */
const longestLine = 64 * 1024;

/** Keeps the last `limit` bytes of what is pushed. */
export class TailBuffer {
  private readonly chunks: Buffer[] = [];
  private kept = 0;
  private lost = false;

  constructor(private readonly limit: Bytes) {}

  /** Whether more was pushed than is kept. */
  get overflowed(): boolean {
    return this.lost;
  }

  push(chunk: Buffer): void {
    const last = this.chunks.at(-1);
    // Small chunks are put together: as objects of their own they would take many times their bytes.
    if (last !== undefined && last.length + chunk.length <= blockBytes)
      this.chunks[this.chunks.length - 1] = Buffer.concat([last, chunk]);
    else this.chunks.push(chunk);
    this.kept += chunk.length;
    while (this.kept > this.limit) {
      const first = this.chunks.shift();
      if (first === undefined) return;
      this.lost = true;
      const excess = this.kept - this.limit;
      this.kept -= first.length;
      if (first.length > excess) {
        const rest = first.subarray(excess);
        this.chunks.unshift(rest);
        this.kept += rest.length;
      }
    }
  }

  text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }
}

/** Calls back for each line, ended by a line feed, a carriage return (progress bars) or the end. Empty lines are left out. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';

  constructor(private readonly onLine: (line: string) => void) {}

  push(chunk: Buffer): void {
    this.split(this.rest + this.decoder.write(chunk));
  }

  end(): void {
    this.split(`${this.rest}${this.decoder.end()}\n`);
  }

  private split(text: string): void {
    const lines = text.split(/[\r\n]+/);
    this.rest = lines.pop() ?? '';
    if (this.rest.length > longestLine) {
      lines.push(this.rest);
      this.rest = '';
    }
    for (const line of lines) if (line.trim() !== '') this.onLine(line);
  }
}
