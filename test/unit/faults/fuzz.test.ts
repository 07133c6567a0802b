/**
 * Mutated files of every format that Lumos reads. Each ends in success or in one sentence; none in a stack, a control
 * character on the terminal or a changed prototype. FUZZ_CASES and FUZZ_SEED try more of them by hand.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { seededRandom } from '../../../src/stats/random.js';
import { collectPrinted, type Printed } from '../cli/printed.js';
import { makeSeeds, readingsOf, type Reading, type Seeds } from './readings.js';

const formats = [
  ...['experiment', 'environment', 'function', 'workload', 'prices', 'trace', 'rows', 'manifest', 'levels'],
  ...['summary', 'model', 'hyperfine', 'k6', 'csv', 'parquet', 'wasmrun'],
];
const cases = Number(process.env['FUZZ_CASES'] ?? 2000) / formats.length;
const seed = Number(process.env['FUZZ_SEED'] ?? 1);

let folder: string;
let seeds: Seeds;
let printed: Printed;

// What is printed is looked at as a terminal would get it, without the colours of Lumos itself.
const wasTerminal = process.stdout.isTTY;

beforeAll(async () => {
  vi.stubEnv('NO_COLOR', '1');
  process.stdout.isTTY = true;
  folder = mkdtempSync(join(tmpdir(), 'lumos-fuzz-'));
  printed = collectPrinted();
  seeds = await makeSeeds(folder);
}, 120_000);
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.stdout.isTTY = wasTerminal;
  rmSync(folder, { recursive: true, force: true });
});

const control = /[^\P{Cc}\t\n\r]|\r(?!\n)|[\u202a-\u202e\u2066-\u2069]/u;

/** What is wrong with how a case ended; nothing where it ended as it should. */
async function faultsOf(reading: Reading, number: number, format: string): Promise<string[]> {
  printed.out = '';
  printed.err = '';
  const place = join(folder, 'case');
  mkdirSync(place, { recursive: true });
  const faults: string[] = [];
  try {
    await reading(seededRandom(seed, `${format} ${number}`), place);
  } catch (error) {
    if (!(error instanceof LumosError))
      faults.push(error instanceof Error ? (error.stack ?? '') : String(error));
    else if (/[\r\n]/.test(error.message)) faults.push(`several lines: ${error.message.slice(0, 300)}`);
  }
  const defect = /.*defect of Lumos.*/.exec(printed.err);
  if (defect !== null) faults.push(defect[0].slice(0, 500));
  for (const [stream, text] of Object.entries(printed)) {
    const found = control.exec(text as string);
    if (found !== null)
      faults.push(
        `${stream}: ${JSON.stringify((text as string).slice(Math.max(0, found.index - 60), found.index + 20))}`,
      );
  }
  if (Reflect.get({}, 'polluted') !== undefined) faults.push('the prototype of all objects was changed');
  rmSync(place, { recursive: true, force: true });
  return faults.map((fault) => `${format} case ${number}: ${fault}`);
}

describe('a file that was changed at random is read or refused in one sentence', () => {
  it.each(formats)(
    '%s',
    async (format) => {
      const reading = readingsOf(seeds)[format];
      if (reading === undefined) throw new Error(`no reading of ${format}`);
      const faults: string[] = [];
      for (let number = 0; number < cases; number++)
        faults.push(...(await faultsOf(reading, number, format)));
      expect(faults.slice(0, 10)).toEqual([]);
    },
    3_600_000,
  );
});
