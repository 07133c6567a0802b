/** What a load that is taken up again keeps of what was measured before. */
import type { LevelRecord } from '../../domain/level.js';
import { readLevels } from '../../records/level-store.js';
import { whyWithoutLevel } from '../../records/planned.js';
import { RecordProblems } from '../../records/record-problems.js';
import { removeLevels, removeRows } from '../../records/remove-records.js';
import type { RunDirectory } from '../../records/run-directory.js';
import { sayRemoved } from '../removed-records.js';
import type { OnEvent } from '../run-events.js';

/**
 * The levels that `choose` keeps. Other records of levels, and rows of levels that are not kept, are removed: whatever is measured
 * again would be there twice.
 */
export async function keptLevels(
  { directory, onEvent }: { readonly directory: RunDirectory; readonly onEvent: OnEvent },
  choose: (levels: readonly LevelRecord[]) => LevelRecord[],
): Promise<LevelRecord[]> {
  const kept = choose(await readLevels(directory.levelsPath, new RecordProblems()));
  sayRemoved(onEvent, directory, 'level', await removeLevels(directory, kept));
  sayRemoved(onEvent, directory, 'row', await removeRows(directory, whyWithoutLevel(kept)));
  return kept;
}
