/** wasmtime's cache of compiled modules, in a folder of a run's own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrepareRequest } from '../../../domain/runtime.js';
import { milliseconds } from '../../../domain/units.js';
import { runCommand } from '../../process/run-command.js';
import type { PreparedFiles } from '../command-runtime.js';
import { filledRunFolder } from '../run-folders.js';

const configFile = 'config.toml';
const compileLimit = milliseconds(120_000);

/** What tells the engine to use the cache in `folder`, and no other. */
export const cacheFlags = (folder: string): string[] => [
  ...['-C', 'cache=y', '-C', `cache-config=${join(folder, configFile)}`],
];

/**
 * A cache that has the module: it is run once, without a request, before anything is measured.
 * @throws LumosError `failed` with the engine's own words
 */
export async function warmedCache(
  wasmtime: string,
  { artifact, runId }: PrepareRequest,
): Promise<PreparedFiles> {
  return await filledRunFolder('wasmtime', runId, async (folder) => {
    // JSON's strings are TOML's basic strings.
    const text = `[cache]\ndirectory = ${JSON.stringify(join(folder, 'modules'))}\n`;
    await writeFile(join(folder, configFile), text);
    await runCommand(wasmtime, ['run', ...cacheFlags(folder), artifact.path], { timeout: compileLimit });
  });
}
