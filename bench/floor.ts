/** The harness's own share: `native` with `hello-world`, 64 B, against hyperfine on the same binary. */
import { medianOf, type Part } from './figures.js';
import { interleave } from './interleaved.js';
import { withOwnPath } from './own-path.js';
import { withScratchFolder } from './repository.js';

const warmSandboxes = 10;
const warmPerSandbox = 100;

export const floor: Part = {
  name: 'floor',
  about: 'native, hello-world, 64 B: cold against hyperfine -N on the same binary; warm round trip',
  measure: (say) =>
    withScratchFolder((scratch) =>
      withOwnPath('native', async (own) => {
        const { cold, hyperfine, note } = await interleave(own, [own.artifact.path], scratch, say);
        const warm: number[] = [];
        for (let i = 0; i < warmSandboxes; i += 1) warm.push(...(await own.warm(warmPerSandbox)));
        const [ours, theirs] = [medianOf(cold), medianOf(hyperfine)];
        return {
          part: 'floor',
          notes: [note],
          figures: [
            { what: 'hyperfine -N, p50', value: theirs, unit: 'ms', n: hyperfine.length },
            {
              what: 'Lumos native cold, p50',
              value: ours,
              unit: 'ms',
              n: cold.length,
              target: { atMost: 1.5 * theirs + 1.5, because: '1.5 x hyperfine + 1.5 ms' },
            },
            { what: 'Lumos / hyperfine', value: ours / theirs, unit: 'times', n: cold.length },
            {
              what: 'Lumos native warm round trip, p50',
              value: medianOf(warm) * 1000,
              unit: 'us',
              n: warm.length,
              target: { atMost: 120, because: '120 us' },
            },
          ],
        };
      }),
    ),
};
