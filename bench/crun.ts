/** `crun` cold against hyperfine on `crun run` of the same bundle. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleConfig } from '../src/control-plane/runtimes/crun/bundle-config.js';
import { findCrun } from '../src/control-plane/runtimes/crun/dependency.js';
import { BundleOptionsSchema } from '../src/control-plane/runtimes/crun/options.js';
import { unpackImage } from '../src/control-plane/runtimes/crun/unpack-image.js';
import { missingDependency } from '../src/domain/errors.js';
import type { Artifact } from '../src/domain/runtime.js';
import { medianOf, type Part } from './figures.js';
import { interleave } from './interleaved.js';
import { withOwnPath } from './own-path.js';
import { withScratchFolder } from './repository.js';

/** The bundle that Lumos makes of the function's image, with its usual options. */
async function bundleIn(folder: string, { image }: Artifact): Promise<string> {
  const bundle = join(folder, 'bundle');
  const rootfs = join(bundle, 'rootfs');
  const { entrypoint: args, env } = await unpackImage(image, rootfs, folder);
  const options = BundleOptionsSchema.parse({});
  const config = bundleConfig({ rootfs, args, env, hostname: 'lumos', options });
  await writeFile(join(bundle, 'config.json'), JSON.stringify(config));
  return bundle;
}

export const crun: Part = {
  name: 'crun',
  about: "crun, hello-world, 64 B: cold against hyperfine -N 'crun run' on the same bundle",
  measure: (say) =>
    withScratchFolder((scratch) =>
      withOwnPath('crun', async (own) => {
        const file = await findCrun();
        if (file === undefined) throw missingDependency('crun is not installed', 'lumos setup crun');
        const bundle = await bundleIn(scratch, own.artifact);
        const state = join(scratch, 'state');
        await mkdir(state);
        const flags = ['--root', state, '--cgroup-manager=disabled'];
        const command = [file, ...flags, 'run', '--bundle', bundle, `lumos-bench-${process.pid}`];
        const { cold, hyperfine, note } = await interleave(own, command, scratch, say);
        const [ours, theirs] = [medianOf(cold), medianOf(hyperfine)];
        return {
          part: 'crun',
          notes: [note],
          figures: [
            { what: 'hyperfine -N crun run, p50', value: theirs, unit: 'ms', n: hyperfine.length },
            { what: 'Lumos crun cold, p50', value: ours, unit: 'ms', n: cold.length },
            {
              what: 'Lumos / hyperfine',
              value: ours / theirs,
              unit: 'times',
              n: cold.length,
              target: { atMost: 1.3, because: '1.3 times' },
            },
          ],
        };
      }),
    ),
};
