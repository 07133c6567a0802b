/** Builds lumos-shim, the static program that starts a sandbox's process on a word (shim/ of the repository). */
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { milliseconds } from '../../domain/units.js';
import type { BuildContext } from './builder-context.js';
import { Cache } from './cache.js';
import { cargoBuild, compilationInputs, nativeCompilation } from './cargo-build.js';
import { findCrateSources } from './crate-sources.js';

const crate = 'lumos-shim';

/** The path of the shim, built where nothing is cached. Errors as `buildArtifact`. */
export async function buildShim(context: BuildContext): Promise<string> {
  const started = performance.now();
  const { environment, cacheFolder } = context;
  const folder = join(context.repositoryRoot, 'shim');
  const manifestPath = join(folder, 'Cargo.toml');
  const compilation = nativeCompilation(await context.toolchain(folder));
  const sources = await findCrateSources(manifestPath, crate, compilation.toolchain);
  const onLine = (line: string): void => context.onProgress({ what: crate, state: 'output', line });
  const inputs = { ...sources.inputs, ...compilationInputs(compilation), kind: crate };
  const entry = await new Cache(cacheFolder).get(inputs, async (draft) => {
    context.onProgress({ what: crate, state: 'started' });
    const path = join(draft, crate);
    await cargoBuild(
      { manifestPath, crate, sources, compilation, cacheFolder, environment, onLine },
      (executable) => copyFile(executable, path),
    );
    await chmod(path, 0o755);
    return {};
  });
  const took = milliseconds(performance.now() - started);
  context.onProgress({ what: crate, state: entry.found ? 'cached' : 'built', took });
  return join(entry.folder, crate);
}
