/** Tells what was left out of a run's files: the first lines by name, and how many more there are. */
import type { FileProblems, RecordProblems } from '../records/record-problems.js';
import { counted } from '../report/validity/check.js';
import { printable } from '../report/wrap-text.js';
import { note, warning } from './output.js';

function tell(lines: readonly string[], count: number, what: string, { path, record }: FileProblems): void {
  if (count === 0) return;
  for (const line of lines) note(warning(`left out: ${printable(line)}`));
  const rest = count - lines.length;
  if (rest > 0)
    note(warning(`left out: ${counted(rest, `further ${what} ${record}`)} of ${printable(path)}`));
}

/** On standard error; nothing where nothing was wrong. */
export function tellProblems(problems: RecordProblems): void {
  for (const file of problems.all()) {
    tell(file.firstUnreadable, file.unreadable, 'unreadable', file);
    tell(file.firstRepeated, file.repeated, 'repeated', file);
    tell(file.firstUnplanned, file.unplanned, 'unplanned', file);
  }
}
