/** A million rows into `summary.json`, by the command a person would type. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../src/control-plane/process/run-command.js';
import { LumosError } from '../src/domain/errors.js';
import { SummarySchema } from '../src/domain/summary/summary.js';
import { medianOf, type Part } from './figures.js';
import { repositoryRoot, withScratchFolder } from './repository.js';
import { writeSyntheticRun } from './synthetic-run.js';

const rows = 1_000_000;
const seed = 1;
const repeats = 3;

export const analysis: Part = {
  name: 'analysis',
  about: `lumos report --format json of ${rows.toLocaleString('en')} synthetic rows: wall time and peak memory`,
  measure: (say) =>
    withScratchFolder(async (scratch) => {
      say('writing the rows');
      const run = writeSyntheticRun(join(scratch, 'run'), rows, seed);
      const seconds: number[] = [];
      const peaks: number[] = [];
      for (let i = 0; i < repeats; i += 1) {
        say(`analysis ${i + 1} of ${repeats}`);
        const { took, peak } = await analyseOnce(scratch);
        seconds.push(took / 1000);
        peaks.push(peak);
      }
      const size = (run.sizeBytes / run.rows).toFixed(0);
      return {
        part: 'analysis',
        notes: [`${run.rows} rows of ${size} bytes on average in ${run.cells} cells, from seed ${seed}.`],
        figures: [
          {
            what: 'wall time, median',
            value: medianOf(seconds),
            unit: 's',
            n: repeats,
            target: { atMost: 20, because: '20 s' },
          },
          {
            what: 'peak resident set, largest',
            value: Math.max(...peaks),
            unit: 'MiB',
            n: repeats,
            target: { atMost: 1024, because: '1 GiB' },
          },
        ],
      };
    }),
};

/** Milliseconds and MiB of one analysis, whose summary has to tell of every row. */
async function analyseOnce(scratch: string): Promise<{ took: number; peak: number }> {
  const out = join(scratch, 'summary.json');
  const peakFile = join(scratch, 'peak');
  const recorder = join(dirname(fileURLToPath(import.meta.url)), 'record-peak-memory.js');
  const main = join(repositoryRoot, 'dist', 'cli', 'main.js');
  const report = ['report', join(scratch, 'run'), '--format', 'json', '--out', out];
  const { took } = await runCommand(process.execPath, ['--import', recorder, main, ...report], {
    env: { LUMOS_BENCH_PEAK_FILE: peakFile },
  });
  const summary = SummarySchema.parse(JSON.parse(readFileSync(out, 'utf8')));
  if (summary.rows !== rows || summary.empty > 0)
    throw new LumosError('failed', `the summary has ${summary.rows} rows and ${summary.empty} empty cells`);
  return { took, peak: Number(readFileSync(peakFile, 'utf8')) / 1024 };
}
