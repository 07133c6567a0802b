/** Temporary folders of a run: their names say whose they are, so that those of a run that died can be removed. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

export const runFolderPrefix = (runId: string): string => `lumos-crun-${runId}.`;

/** Removes the run's folders in `parent`. Returns what was removed. */
export async function removeRunFolders(parent: string, runId: string): Promise<string[]> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(runFolderPrefix(runId)));
  const folders = names.map((name) => join(parent, name));
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  return folders.map((folder) => `folder ${folder}`);
}
