/** Broken rows that were left out: how many, and the first. */
import type { BadRow } from '../../../user-plane/traces/bad-rows.js';
import { note, warning } from '../../output.js';

export class BadRowCount {
  count = 0;
  first: BadRow | undefined;

  add(row: BadRow): void {
    this.count += 1;
    this.first ??= row;
  }
}

export function noteBadRows({ count, first }: BadRowCount): void {
  if (first === undefined) return;
  const rows = count === 1 ? '1 broken row was' : `${count} broken rows were`;
  note(warning(`${rows} left out, the first at ${first.file}:${first.line}: ${first.reason}`));
}
