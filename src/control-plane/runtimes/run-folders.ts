/** Temporary folders of a run: their names say whose they are, so that those of a run that died can be removed. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runtime } from '../../domain/runtime.js';
import type { PreparedFiles } from './command-runtime.js';

const prefixOf = (engine: string, runId: string): string => `lumos-${engine}-${runId}.`;

/** Makes a folder of the run and fills it; one that could not be filled is removed. */
export async function filledRunFolder(
  engine: string,
  runId: string,
  fill: (folder: string) => Promise<void>,
): Promise<PreparedFiles> {
  const folder = await mkdtemp(join(tmpdir(), prefixOf(engine, runId)));
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
  cleanUpAfter: async (runId) => {
    // First the groups, with the processes that may still use a folder.
    const removed = await runtime.cleanUpAfter(runId);
    const names = (await readdir(tmpdir())).filter((name) =>
      name.startsWith(prefixOf(runtime.engine, runId)),
    );
    const folders = names.map((name) => join(tmpdir(), name));
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
    return [...removed, ...folders.map((folder) => `folder ${folder}`)];
  },
});
