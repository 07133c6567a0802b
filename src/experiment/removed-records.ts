/** Tells which records were taken out of a run that is taken up again. */
import { be, counted } from '../domain/counted.js';
import type { Removed } from '../records/remove-records.js';
import type { RunDirectory } from '../records/run-directory.js';
import type { OnEvent } from './run-events.js';

/** Nothing where nothing was removed. @param record what one of them is */
export function sayRemoved(
  onEvent: OnEvent,
  { removedPath }: RunDirectory,
  record: 'row' | 'level',
  { count, first }: Removed,
): void {
  if (count === 0) return;
  const rest = count - first.length;
  const named = `${first.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
  const text = `${counted(count, record)} ${be(count)} removed and kept in ${removedPath}; what is missing is measured again: ${named}`;
  onEvent({ type: 'step', text });
}
