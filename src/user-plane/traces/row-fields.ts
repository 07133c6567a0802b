/** The fields of a row, as ranges of bytes. */
import { decimalIn, fieldEnd, isInQuotes } from './decimal.js';
import type { LineBlock } from './line-blocks.js';

/** One object for all rows of a file: a row's fields are overwritten by those of the next. */
export class RowFields {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  private readonly quoted: boolean[] = [];
  private bytes: Buffer = Buffer.alloc(0);

  /** Gives back how many there are. */
  cut({ bytes, starts, ends }: LineBlock, line: number): number {
    this.bytes = bytes;
    const end = ends[line] as number;
    let count = 0;
    for (let from = starts[line] as number; from <= end; count += 1) {
      const to = fieldEnd(bytes, from, end);
      const isQuoted = isInQuotes(bytes, from, to);
      this.quoted[count] = isQuoted;
      this.starts[count] = isQuoted ? from + 1 : from;
      this.ends[count] = isQuoted ? to - 1 : to;
      from = to + 1;
    }
    return count;
  }

  isEmpty(place: number): boolean {
    return this.starts[place] === this.ends[place];
  }

  /** NaN for what is no decimal number. */
  decimal(place: number): number {
    return decimalIn(this.bytes, this.starts[place] as number, this.ends[place] as number);
  }

  text(place: number, encoding: 'utf8' | 'latin1' = 'utf8'): string {
    const text = this.bytes.toString(encoding, this.starts[place], this.ends[place]);
    return this.isQuoted(place) ? text.replaceAll('""', '"') : text;
  }

  isQuoted(place: number): boolean {
    return this.quoted[place] === true;
  }

  /** What two neighbours have, with what separates them, in one string. */
  latin1Of(first: number, last: number): string {
    return this.bytes.toString('latin1', this.starts[first], this.ends[last]);
  }

  /** For messages. */
  shown(place: number): string {
    return JSON.stringify(this.text(place).slice(0, 40));
  }
}
