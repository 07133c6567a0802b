/** What of a source does not become rows: refused, or left out and counted. */
import { invalidInput, LumosError } from '../domain/errors.js';
import type { ValidityFinding } from '../domain/validity.js';
import type { ImportOptions } from './imported-rows.js';

export const mended =
  'Mend the record, or import with --skip-bad-rows, which leaves such records out and counts them.';

/** The error for a record that cannot be read: where it is, and why. */
export const badRecord = (place: string, reason: string, remedy: string = mended): LumosError =>
  invalidInput(`${place}: ${reason}`, remedy);

export class SourceLosses {
  private skipped = 0;
  private firstSkipped: string | undefined;
  private cut: string | undefined;
  private openEnd: string | undefined;

  constructor(private readonly options: Pick<ImportOptions, 'skipBadRows' | 'strict'>) {}

  /** For a record that cannot be read. @throws `error`, unless the user wants such records left out */
  skip(error: unknown): void {
    if (this.options.skipBadRows !== true || !(error instanceof LumosError)) throw error;
    this.skipped += 1;
    this.firstSkipped ??= error.message;
  }

  /** For a last record that the source ends in. @throws LumosError if the user is strict */
  endCut(place: string): void {
    if (this.options.strict === true)
      throw invalidInput(
        `${place}: the file ends within this record`,
        'Fetch the whole file, or import without --strict, which leaves this record out.',
      );
    this.cut = place;
    this.openEnd = undefined;
  }

  /** For a record that cannot be read: as `endCut` where no line end ends it, else as `skip`. */
  lose(error: unknown, { place, isOpen }: { readonly place: string; readonly isOpen: boolean }): void {
    if (isOpen && error instanceof LumosError) this.endCut(place);
    else this.skip(error);
  }

  /** For a last record that is whole but has no line end: if the source was cut there, its last value is short. */
  noteOpenEnd(place: string): void {
    this.openEnd = place;
  }

  findings(): ValidityFinding[] {
    const { openEnd, skipped, firstSkipped, cut } = this;
    return [
      ...(cut === undefined
        ? []
        : [
            incomplete(
              `The file ends within a record: ${cut} was left out.`,
              'Fetch the whole file and import again: what followed is missing too.',
            ),
          ]),
      ...(openEnd === undefined
        ? []
        : [
            {
              ...incomplete(
                `The last line, ${openEnd}, has no line end. It was taken as it is.`,
                'If the file was cut there, the last value of this line is short: look at it.',
              ),
              severity: 'notice' as const,
            },
          ]),
      ...(skipped === 0
        ? []
        : [
            incomplete(
              `${skipped} ${skipped === 1 ? 'record' : 'records'} could not be read and ${skipped === 1 ? 'was' : 'were'} left out, the first: ${firstSkipped ?? ''}.`,
              'Look why: records that cannot be read may be those that went wrong.',
            ),
          ]),
    ];
  }
}

const incomplete = (text: string, advice: string): ValidityFinding => ({
  id: 'incomplete-source',
  severity: 'warning',
  cells: [],
  text,
  advice,
});
