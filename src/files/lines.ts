/** Lines of a file of any size, in constant memory. */
import { createReadStream } from 'node:fs';

const lineFeed = 0x0a;

export interface LineBatch {
  /** The number of the first of `lines`, from 1. */
  readonly firstNumber: number;
  readonly lines: readonly string[];
}

/**
 * The lines of `path` that end in a line feed, those of one piece of the file at a time: a generator's turn for each
 * line would cost more than cutting it out. What follows the last line feed is a line that was never finished (the
 * writer was killed in it) and is not given out.
 */
export async function* completeLines(path: string): AsyncGenerator<LineBatch> {
  let rest: Buffer[] = [];
  let firstNumber = 1;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(lineFeed);
    if (end === -1) {
      rest.push(chunk);
      continue;
    }
    // Cut at line feeds, which are in no other character's bytes: every piece is whole characters.
    const lines = decoded([...rest, chunk.subarray(0, end)]).split('\n');
    rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : [];
    yield { firstNumber, lines };
    firstNumber += lines.length;
  }
}

const decoded = (pieces: readonly Buffer[]): string => Buffer.concat(pieces).toString('utf8');
