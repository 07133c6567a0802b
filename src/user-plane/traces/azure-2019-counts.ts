/** A row of counts of the 2019 data set, read digit by digit: strings for 1440 fields would take longer than all the rest. */
import { invalidInput } from '../../domain/errors.js';
import { fieldEnd, isInQuotes } from './decimal.js';
import { headerColumns, placesOf } from './header-columns.js';
import type { HeaderLine, LineBlock } from './line-blocks.js';

const nameColumns = ['HashOwner', 'HashApp', 'HashFunction', 'Trigger'] as const;
const minutesOfDay = 1440;
const [zero, nine, comma, quote] = [0x30, 0x39, 0x2c, 0x22];

export class CountsRow {
  /** Minutes of the day that the table has room for. */
  readonly minutes: number;
  /** Counts by minute; none of a broken row counts. */
  readonly counts: Int32Array;
  /** Columns that are neither a name nor a minute. */
  readonly unread: readonly string[];
  private readonly places: Readonly<Record<(typeof nameColumns)[number], number>>;
  /** The minute of a column, from 0; -1 for one that has none. */
  private readonly minuteOf: Int16Array;
  private readonly minuteColumns: number;
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private bytes: Buffer = Buffer.alloc(0);

  /** @throws LumosError `invalid-input` for a header that names no minutes, or a column twice */
  constructor(header: HeaderLine, path: string) {
    const columns = headerColumns(header, path);
    this.places = placesOf(nameColumns, columns, `${path}:${header.number}`);
    const minutes = columns.map((name) => (/^[1-9]\d{0,3}$/.test(name) ? Number(name) : 0));
    const most = Math.max(...minutes);
    if (most === 0 || most > minutesOfDay)
      throw invalidInput(
        `${path}:${header.number}: ${most === 0 ? 'there is no column of a minute' : `there is no minute ${most} in a day`}`,
        'Columns of minutes are called 1 to 1440.',
      );
    this.minuteOf = Int16Array.from(minutes, (minute) => minute - 1);
    this.minutes = most;
    this.minuteColumns = minutes.filter((minute) => minute > 0).length;
    this.counts = new Int32Array(most);
    this.unread = columns.filter(
      (name, place) => minutes[place] === 0 && !nameColumns.some((known) => known === name),
    );
  }

  /** Why it cannot be used; undefined for one that was taken. */
  read({ bytes, starts, ends }: LineBlock, line: number): string | undefined {
    const end = ends[line] as number;
    const { minuteOf } = this;
    this.bytes = bytes;
    let column = 0;
    for (let at = starts[line] as number; at <= end; at += 1, column += 1) {
      const minute = minuteOf[column] ?? -1;
      const to = minute < 0 ? fieldEnd(bytes, at, end) : this.readCount(minute, at, end);
      if (to < 0) return `minute ${minute + 1}: not a whole number of invocations below 10^9`;
      if (minute < 0) {
        const isQuoted = isInQuotes(bytes, at, to);
        this.starts[column] = isQuoted ? at + 1 : at;
        this.ends[column] = isQuoted ? to - 1 : to;
      }
      at = to;
    }
    const names = minuteOf.length - this.minuteColumns;
    if (column <= names) return 'no counts after owner, app, function and trigger';
    if (column !== minuteOf.length) return `${column - names} minutes instead of ${this.minuteColumns}`;
    if (this.isEmpty('HashApp') || this.isEmpty('HashFunction'))
      return 'app and function have one character at least';
    return undefined;
  }

  /** A field of the row that was read last. */
  name(column: (typeof nameColumns)[number]): string {
    const place = this.places[column];
    return this.bytes.toString('latin1', this.starts[place], this.ends[place]);
  }

  private isEmpty(column: (typeof nameColumns)[number]): boolean {
    const place = this.places[column];
    return this.starts[place] === this.ends[place];
  }

  /** Where the field ends; -1 for one that is no count. */
  private readCount(minute: number, start: number, end: number): number {
    const fieldEnds = this.bytes[start] === quote ? fieldEnd(this.bytes, start, end) : undefined;
    if (fieldEnds !== undefined && !isInQuotes(this.bytes, start, fieldEnds)) return -1;
    const from = fieldEnds === undefined ? start : start + 1;
    const to = fieldEnds === undefined ? end : fieldEnds - 1;
    let value = 0;
    let at = from;
    for (; at < to && this.bytes[at] !== comma; at += 1) {
      const byte = this.bytes[at] as number;
      if (byte < zero || byte > nine) return -1;
      value = value * 10 + byte - zero;
    }
    if (at === from || at - from > 9) return -1;
    this.counts[minute] = value;
    return fieldEnds ?? at;
  }
}
