/** `wasmtime-aot` cold against hyperfine on the same engine, module and flags. */
import { missingDependency } from '../src/domain/errors.js';
import { medianOf, type Part } from './figures.js';
import { interleave } from './interleaved.js';
import { withOwnPath } from './own-path.js';
import { withScratchFolder } from './repository.js';

export const aot: Part = {
  name: 'aot',
  about: "wasmtime-aot, hello-world, 64 B: cold against hyperfine -N 'wasmtime run --allow-precompiled'",
  measure: (say) =>
    withScratchFolder((scratch) =>
      withOwnPath('wasmtime-aot', async (own) => {
        const { wasmtime, artifact } = own;
        if (wasmtime === undefined) throw missingDependency('wasmtime is not installed', 'lumos setup');
        const command = [wasmtime, 'run', '--allow-precompiled', artifact.path];
        const { cold, hyperfine, note } = await interleave(own, command, scratch, say);
        const [ours, theirs] = [medianOf(cold), medianOf(hyperfine)];
        return {
          part: 'aot',
          notes: [note],
          figures: [
            { what: 'hyperfine -N wasmtime run, p50', value: theirs, unit: 'ms', n: hyperfine.length },
            { what: 'Lumos wasmtime-aot cold, p50', value: ours, unit: 'ms', n: cold.length },
            {
              what: 'Lumos / hyperfine',
              value: ours / theirs,
              unit: 'times',
              n: cold.length,
              target: { atMost: 1.25, because: '1.25 times' },
            },
          ],
        };
      }),
    ),
};
