/** Rows of a trace that say nothing that can be used: where they are, and why. */
import { invalidInput } from '../../domain/errors.js';

export interface BadRow {
  readonly file: string;
  /** From 1, headers and blank lines counted. */
  readonly line: number;
  readonly reason: string;
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
