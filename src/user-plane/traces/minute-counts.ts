/** Counts by function and minute, taken function by function and given back minute by minute: a transposition. */
import { UnnamedFile } from './unnamed-file.js';

/** Counts that a minute has in memory: with 1440 minutes 12 MB. */
const pageLength = 1024;
const numbersOfPage = 2 * pageLength;

export interface CountsOfMinute {
  readonly functions: Int32Array;
  readonly counts: Int32Array;
}

interface Minute {
  page: Int32Array | undefined;
  count: number;
  readonly pages: number[];
}

/** Full pages go to an unnamed file; below 1024 functions in every minute nothing is written. */
export class MinuteCounts {
  private readonly minutes: Minute[];
  private file: UnnamedFile | undefined;

  constructor(count: number) {
    this.minutes = Array.from({ length: count }, () => ({ page: undefined, count: 0, pages: [] }));
  }

  /** @param minute from 0 @param count above 0 */
  add(name: number, minute: number, count: number): void {
    const of = this.minutes[minute] as Minute;
    of.page ??= new Int32Array(numbersOfPage);
    of.page[2 * of.count] = name;
    of.page[2 * of.count + 1] = count;
    of.count += 1;
    if (of.count < pageLength) return;
    this.file ??= new UnnamedFile();
    of.pages.push(this.file.append(of.page));
    of.count = 0;
  }

  /** In the order in which they were added. */
  of(minute: number): CountsOfMinute {
    const { page, count, pages } = this.minutes[minute] as Minute;
    const total = pages.length * pageLength + count;
    const [functions, counts] = [new Int32Array(total), new Int32Array(total)];
    const whole = pages.length === 0 ? undefined : new Int32Array(numbersOfPage);
    let filled = 0;
    const take = (from: Int32Array, length: number): void => {
      for (let i = 0; i < length; i += 1, filled += 1) {
        functions[filled] = from[2 * i] as number;
        counts[filled] = from[2 * i + 1] as number;
      }
    };
    for (const at of pages) {
      if (whole === undefined) break;
      this.file?.read(whole, at);
      take(whole, pageLength);
    }
    if (page !== undefined) take(page, count);
    return { functions, counts };
  }

  close(): void {
    this.file?.close();
    this.file = undefined;
  }
}
