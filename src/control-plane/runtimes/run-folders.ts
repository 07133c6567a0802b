/** Temporary folders of a run: their names say whose they are, so that those of a run that died can be removed. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkedRunId } from '../../domain/names.js';
import type { Runtime } from '../../domain/runtime.js';
import { pathIn, removeFolderIn } from '../../files/contained.js';
import type { PreparedFiles } from './command-runtime.js';

const prefixOf = (engine: string, runId: string): string => `lumos-${engine}-${checkedRunId(runId)}.`;

/** What `mkdtemp` puts behind the prefix. */
const suffix = /^[A-Za-z0-9]{6}$/;

/** Makes a temporary folder that carries the id of the run. */
export const makeRunFolder = (engine: string, runId: string, parent = tmpdir()): Promise<string> =>
  mkdtemp(pathIn(parent, prefixOf(engine, runId)));

/** Removes the run's folders in `parent`, and no others. Returns what was removed. */
export async function removeRunFolders(parent: string, engine: string, runId: string): Promise<string[]> {
  const prefix = prefixOf(engine, runId);
  const removed: string[] = [];
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix) || !suffix.test(name.slice(prefix.length))) continue;
    if (await removeFolderIn(parent, name)) removed.push(`folder ${join(parent, name)}`);
  }
  return removed;
}

/** Makes a folder of the run and fills it; one that could not be filled is removed. */
export async function filledRunFolder(
  engine: string,
  runId: string,
  fill: (folder: string) => Promise<void>,
): Promise<PreparedFiles> {
  const folder = await makeRunFolder(engine, runId);
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await fill(folder);
    return { folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The runtime with its engine's folders among what is cleaned up after a run. */
export const removingRunFolders = (runtime: Runtime): Runtime => ({
  ...runtime,
  cleanUpAfter: async (runId) => [
    // First the groups, with the processes that may still use a folder.
    ...(await runtime.cleanUpAfter(runId)),
    ...(await removeRunFolders(tmpdir(), runtime.engine, runId)),
  ],
});
