/** Rows of a trace that say nothing that can be used: where they are, and why. */
import { invalidInput } from '../../domain/errors.js';
import type { LineBlock, TraceLines } from './line-blocks.js';
import type { Reading } from './reading.js';

export interface BadRow {
  readonly file: string;
  /** From 1, headers and blank lines counted. */
  readonly line: number;
  readonly reason: string;
  /** True for a last line that nothing ends: its writer was stopped in it. Such a line is always left out. */
  readonly isCut?: true;
}

/** Told of each; what it throws ends the reading. */
export type OnBadRow = (row: BadRow) => void;

/** @throws LumosError `invalid-input` with file, line and reason */
export const refuseBadRow: OnBadRow = ({ file, line, reason }) => {
  throw invalidInput(
    `${file}:${line}: ${reason}`,
    'Mend the row, or give --skip-bad-rows, which leaves such rows out and counts them.',
  );
};

type Listeners = Pick<Reading, 'onBadRow' | 'onNote'>;

interface LastRow {
  readonly file: string;
  readonly line: number;
  /** Why it cannot be used, if it cannot. */
  readonly reason: string | undefined;
}

function tellOpenEnd({ file, line, reason }: LastRow, { onBadRow, onNote }: Listeners): void {
  if (reason !== undefined) onBadRow({ file, line, reason, isCut: true });
  else
    onNote(
      `${file}:${line}: the last line has no line end, and was taken as it is: if the file was cut there, its last value is short`,
    );
}

/**
 * Hands each row of a file over. A last line without an end that cannot be used was cut: it is reported as such. Where
 * compressed data ends early, the line it ends in is not even tried: half a number is a number too.
 * @param take gives back why it cannot use a row
 */
export async function eachRow(
  lines: TraceLines,
  hasHeader: boolean,
  reading: Listeners,
  take: (block: LineBlock, line: number) => string | undefined,
): Promise<void> {
  const { path: file } = lines;
  let first = hasHeader ? 1 : 0;
  for await (const block of lines.blocks()) {
    const { count, numbers, isOpen, isCut, nextNumber } = block;
    const whole = isCut && isOpen ? count - 1 : count;
    for (let i = first; i < whole; i += 1) {
      const line = numbers[i] ?? 0;
      const reason = take(block, i);
      if (isOpen && i === count - 1) tellOpenEnd({ file, line, reason }, reading);
      else if (reason !== undefined) reading.onBadRow({ file, line, reason });
    }
    if (count > 0) first = 0;
    if (isCut) {
      const line = isOpen ? (numbers[count - 1] ?? nextNumber) : nextNumber;
      reading.onBadRow({ file, line, reason: 'the compressed data ends here, before its end', isCut: true });
    }
  }
}
