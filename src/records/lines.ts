/** Lines of a file of any size, in constant memory. */
import { createReadStream } from 'node:fs';

const lineFeed = 0x0a;

/**
 * The lines of `path` that end in a line feed, with their numbers from 1. What follows the last line feed is a line
 * that was never finished (the writer was killed in it) and is not given out.
 */
export async function* completeLines(path: string): AsyncGenerator<{ line: string; lineNumber: number }> {
  let rest: Buffer[] = [];
  let lineNumber = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      rest.push(chunk.subarray(start, end));
      const line =
        rest.length === 1 ? chunk.toString('utf8', start, end) : Buffer.concat(rest).toString('utf8');
      rest = [];
      lineNumber += 1;
      start = end + 1;
      yield { line, lineNumber };
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
}
