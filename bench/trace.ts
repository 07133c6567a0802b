/** Traces of a gigabyte, read by the command a person would type. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../src/control-plane/process/run-command.js';
import { LumosError } from '../src/domain/errors.js';
import { seededRandom } from '../src/stats/random.js';
import type { Figure, Part } from './figures.js';
import { repositoryRoot, withScratchFolder } from './repository.js';

const gigabyte = 1e9;
const repeats = 3;
const seed = 1;
const limits = { seconds: 60, mebibytes: 300 };

interface Made {
  readonly format: string;
  readonly file: string;
  readonly invocations: number;
  readonly functions: number;
}

export const trace: Part = {
  name: 'trace',
  about: 'lumos trace info of 1 GB in the formats of Azure 2021 and 2019: wall time and peak memory',
  measure: (say) =>
    withScratchFolder(async (scratch) => {
      const figures: Figure[] = [];
      const notes: string[] = [];
      for (const make of [makeAzure2021, makeAzure2019]) {
        say('writing a trace of 1 GB');
        const made = make(join(scratch, 'trace.csv'));
        figures.push(...(await readRepeatedly(made, scratch, say)));
        notes.push(
          `${made.format}: 1 GB with ${made.invocations} invocations of ${made.functions} functions, from seed ${seed}.`,
        );
        rmSync(made.file);
      }
      return { part: 'trace', notes, figures };
    }),
};

async function readRepeatedly(made: Made, scratch: string, say: (line: string) => void): Promise<Figure[]> {
  const seconds: number[] = [];
  const peaks: number[] = [];
  for (let i = 0; i < repeats; i += 1) {
    say(`${made.format}: reading ${i + 1} of ${repeats}`);
    const { took, peak } = await readOnce(made, scratch);
    seconds.push(took / 1000);
    peaks.push(peak);
  }
  return [
    {
      what: `${made.format}: wall time, longest`,
      value: Math.max(...seconds),
      unit: 's',
      n: repeats,
      target: { atMost: limits.seconds, because: '60 s' },
    },
    {
      what: `${made.format}: peak resident set, largest`,
      value: Math.max(...peaks),
      unit: 'MiB',
      n: repeats,
      // 300 MB are 286 MiB.
      target: { atMost: (limits.mebibytes * 1e6) / 2 ** 20, because: '300 MB' },
    },
  ];
}

/** Milliseconds and MiB of one reading, which has to count every invocation and every function. */
async function readOnce(made: Made, scratch: string): Promise<{ took: number; peak: number }> {
  const peakFile = join(scratch, 'peak');
  const recorder = join(dirname(fileURLToPath(import.meta.url)), 'record-peak-memory.js');
  const main = join(repositoryRoot, 'dist', 'cli', 'main.js');
  const command = ['--import', recorder, main, 'trace', 'info', made.file, '--json'];
  const { took, stdout } = await runCommand(process.execPath, command, {
    env: { LUMOS_BENCH_PEAK_FILE: peakFile },
  });
  const { invocations, functions } = JSON.parse(stdout) as { invocations: number; functions: number };
  if (invocations !== made.invocations || functions !== made.functions)
    throw new LumosError(
      'failed',
      `lumos trace info counted ${invocations} invocations of ${functions} functions instead of ${made.invocations} of ${made.functions}`,
    );
  return { took, peak: Number(readFileSync(peakFile, 'utf8')) / 1024 };
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Rows of `row` until a gigabyte is full; gives back how many. */
function write(file: string, header: string, row: (index: number) => string): number {
  const handle = openSync(file, 'w');
  let [size, rows, pending] = [header.length, 0, header];
  try {
    while (size < gigabyte) {
      const text = row(rows);
      size += text.length;
      rows += 1;
      pending += text;
      if (pending.length < 1 << 22) continue;
      writeSync(handle, pending);
      pending = '';
    }
    writeSync(handle, pending);
  } finally {
    closeSync(handle);
  }
  return rows;
}

/** As many functions as the data set has, ends in no strict order, durations that spread over five powers of ten. */
function makeAzure2021(file: string): Made {
  const functions = 424;
  const names = Array.from(
    { length: functions },
    (_, i) => `${hash(`app ${i % 119}`)},${hash(`function ${i}`)}`,
  );
  const random = seededRandom(seed, 'azure 2021');
  const seen = new Set<number>();
  let end = 0;
  const invocations = write(file, 'app,func,end_timestamp,duration\n', () => {
    end += random.uniform() * 0.3;
    const which = Math.floor(functions * random.uniform() ** 2);
    seen.add(which);
    const duration = 10 ** (5 * random.uniform() - 3);
    const jitter = 60 * random.uniform();
    return `${names[which] ?? ''},${(end + jitter).toFixed(9)},${duration.toFixed(3)}\n`;
  });
  return { format: 'Azure 2021', file, invocations, functions: seen.size };
}

const minutes = 1440;

/** Rates from once in two months to once a minute, evenly in their logarithm: most functions are rare. */
function makeAzure2019(file: string): Made {
  const random = seededRandom(seed, 'azure 2019');
  const header = `HashOwner,HashApp,HashFunction,Trigger,${Array.from({ length: minutes }, (_, i) => i + 1).join(',')}\n`;
  let [invocations, functions] = [0, 0];
  write(file, header, (index) => {
    const counts = new Uint16Array(minutes);
    const rate = 10 ** (-5 * random.uniform());
    let ours = 0;
    for (
      let at = -Math.log(1 - random.uniform()) / rate;
      at < minutes;
      at -= Math.log(1 - random.uniform()) / rate
    ) {
      counts[Math.floor(at)] = (counts[Math.floor(at)] ?? 0) + 1;
      ours += 1;
    }
    invocations += ours;
    if (ours > 0) functions += 1;
    return `${hash(`owner ${index % 9000}`)},${hash(`app ${index % 30000}`)},${hash(`f ${index}`)},http,${counts.join(',')}\n`;
  });
  return { format: 'Azure 2019', file, invocations, functions };
}
