/** Lines of a file of any size, in constant memory. */
import { invalidInput } from '../domain/errors.js';
import { chunksOf } from './input.js';

const lineFeed = 0x0a;

/** The longest line there may be, in bytes: no format that is read by lines has longer ones. */
const longestLine = 16 << 20;

export interface LineBatch {
  /** The number of the first of `lines`, from 1. */
  readonly firstNumber: number;
  readonly lines: readonly string[];
}

/**
 * The lines of `path` that end in a line feed, those of one piece of the file at a time: a generator's turn for each
 * line would cost more than cutting it out. What follows the last line feed is a line that was never finished (the
 * writer was killed in it) and is not given out.
 * @throws LumosError for a file that cannot be read, and for a line above 16 MiB
 */
export async function* completeLines(path: string): AsyncGenerator<LineBatch, void> {
  let rest: Buffer[] = [];
  let restLength = 0;
  let firstNumber = 1;
  for await (const chunk of chunksOf(path)) {
    const end = chunk.lastIndexOf(lineFeed);
    if (end === -1) {
      rest.push(chunk);
      restLength += chunk.length;
      if (restLength > longestLine) throw tooLong(path, firstNumber);
      continue;
    }
    // Cut at line feeds, which are in no other character's bytes: every piece is whole characters.
    const lines = decoded([...rest, chunk.subarray(0, end)]).split('\n');
    rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : [];
    restLength = chunk.length - end - 1;
    yield { firstNumber, lines };
    firstNumber += lines.length;
  }
}

const tooLong = (path: string, line: number): Error =>
  invalidInput(
    `${path}:${line}: a line above ${longestLine >> 20} MiB, which no such file has`,
    'Name another file.',
  );

const decoded = (pieces: readonly Buffer[]): string => Buffer.concat(pieces).toString('utf8');
