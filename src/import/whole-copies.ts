/**
 * Finds the records that a source has several times: it was written twice, or put together from parts that overlap. A record that has a
 * time of its own is told from a copy by it, at 16 to 32 bytes a record; whether all records of a source are there equally often
 * is told in constant memory, times or not.
 */
import { createHash } from 'node:crypto';
import { invalidInput } from '../domain/errors.js';
import type { ValidityFinding } from '../domain/validity.js';
import { DigestSums } from '../domain/digest-sums.js';
import { DigestSet } from './digest-set.js';

export interface RecordTime {
  /** As the source has it. */
  readonly time: string | undefined;
  readonly latencyMs: number | undefined;
}

/** A share of coarsely timed records that are alike; fewer are alike by chance. */
const manyAlike = 0.1;

export class WholeCopies {
  private readonly sums = new DigestSums(32);
  private readonly seen = new DigestSet();
  private hasFineLatency = false;
  private repeated = 0;
  private alike = 0;

  /**
   * @param record everything that the source says of it, and nothing that Lumos made
   * @returns true for a copy of a record before it, which is not to be counted
   */
  add(record: string, when?: RecordTime): boolean {
    const digest = createHash('sha256').update(record).digest();
    this.sums.add(digest);
    const isOwn = this.isOwnTime(when);
    if (isOwn === undefined || this.seen.add(digest.readUInt32BE(0), digest.readUInt32BE(4))) return false;
    if (isOwn) this.repeated += 1;
    else this.alike += 1;
    return isOwn;
  }

  /** How often each record occurs; 1 where they do not all occur equally often. */
  get copies(): number {
    return this.sums.copies;
  }

  /** @throws LumosError `invalid-input` where each record occurs several times: its n would be a multiple of what was measured */
  refuse(source: string, remedy: string): void {
    const { copies, records } = this.sums;
    if (copies < 2) return;
    throw invalidInput(
      `${source}: each record is in it ${copies} times (${records} records, ${records / copies} of them different)`,
      remedy,
    );
  }

  findings(source: string): ValidityFinding[] {
    const { repeated, alike } = this;
    const { records } = this.sums;
    const are = (count: number): string =>
      `${count} of the ${records} records of ${source} ${count === 1 ? 'is' : 'are'} equal to an earlier one`;
    return [
      ...(repeated === 0
        ? []
        : [
            finding(
              'warning',
              `${are(repeated)} in every field, time and latency among them. Each counts once.`,
              'The source was put together from parts that overlap, or written twice in part: fetch it again if you can.',
            ),
          ]),
      ...(alike <= records * manyAlike
        ? []
        : [
            finding(
              'notice',
              `${are(alike)} in every field. Their times are too coarse to tell a copy from another request, so all of them count.`,
              'Look whether the source was put together from parts that overlap. Times to the millisecond, with latencies finer than that, would tell.',
            ),
          ]),
    ];
  }

  /** Whether no other record can have this time and latency by chance; undefined for a record without a time. */
  private isOwnTime(when: RecordTime | undefined): boolean | undefined {
    const { time, latencyMs } = when ?? {};
    if (latencyMs !== undefined && !Number.isInteger(latencyMs)) this.hasFineLatency = true;
    if (time === undefined) return undefined;
    const digits = digitsOfSecond(time);
    // Where latencies are whole milliseconds too, times of a whole block of requests are equal with them.
    return digits > 3 || (digits === 3 && latencyMs !== undefined && this.hasFineLatency);
  }
}

const finding = (severity: 'warning' | 'notice', text: string, advice: string): ValidityFinding => ({
  id: 'repeated-records',
  severity,
  cells: [],
  text,
  advice,
});

/** Digits of a whole number of seconds since 1970; more of them are a finer unit. */
const digitsOfSeconds = 10;

/** How many decimals a time has in seconds: of a date, or of a number since 1970 in seconds or a finer unit. */
function digitsOfSecond(time: string): number {
  const [, whole, decimals = ''] = /^(\d+)(?:\.(\d+))?$/u.exec(time) ?? [];
  if (whole !== undefined) return Math.max(0, whole.length - digitsOfSeconds) + decimals.length;
  return /:\d\d[.,](\d+)/u.exec(time)?.[1]?.length ?? 0;
}
