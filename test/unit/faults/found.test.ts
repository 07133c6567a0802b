/** Files that the fuzzer found and that once broke something, read again: each is taken, or refused in one sentence. */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { environmentsFolder, experimentsFolder } from '../../../src/cli/package-root.js';
import { runCli } from '../../../src/cli/program.js';
import { LumosError } from '../../../src/domain/errors.js';
import { loadEnvironment } from '../../../src/experiment/environment-file.js';
import { loadExperiment } from '../../../src/experiment/experiment-file.js';
import { collectPrinted, type Printed } from '../cli/printed.js';
import { writeRun } from '../report/written-run.js';

// The first case of a command loads its modules, which takes long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const cases = 'test/cases';
const found = (name: string): string => join(cases, 'faults', 'fuzz-found', name);

let folder: string;
let printed: Printed;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-found-'));
  printed = collectPrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** @param codes that the case may end with */
async function endsWell(args: readonly string[], codes: readonly number[]): Promise<void> {
  printed.out = '';
  printed.err = '';
  const code = await runCli(args);
  expect(printed.err).not.toContain('defect of Lumos');
  expect(codes).toContain(code);
  expect(printed.out + printed.err).not.toMatch(/[^\P{Cc}\t\n\r]/u);
  if (code !== 2) return;
  expect(printed.err.split('\n').filter((line) => line.startsWith('error: '))).toHaveLength(1);
}

function refusal(read: () => unknown): unknown {
  try {
    read();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('what the fuzzer found', () => {
  it.each(['crash-94.parquet', 'r.parquet'])('the Parquet file is damaged is refused: %s', async (name) => {
    await endsWell(['import', 'parquet', found(name), '--out', join(folder, 'out')], [2]);
    expect(printed.err).toContain(`${name}: the Parquet file is damaged`);
  });

  it.each([
    ['hyperfine', 'h.json'],
    ['k6', 'k.json'],
  ])('an export of %s is taken or refused', async (format, name) => {
    const out = join(folder, 'out');
    await endsWell(['import', format, found(name), '--out', out], [0, 2]);
  });

  it('an artefact with damaged files is taken or refused', async () => {
    const arm = join(folder, 'execution_time', 'fibonacci', 'wasm', 'cold');
    mkdirSync(arm, { recursive: true });
    for (const name of [
      'info.txt',
      'logs.txt',
      'time.csv',
      'pod_id.csv',
      'filtered_cpu.csv',
      'filtered_mem.csv',
    ])
      copyFileSync(found(name), join(arm, name));
    await endsWell(['import', 'wasmrun', folder, '--out', join(folder, 'out')], [0, 2]);
  });

  it.each(['manifest.json', 'measurements.ndjson', 'summary.json'])(
    'a run directory with a damaged %s is reported or refused',
    async (name) => {
      const run = join(folder, 'run');
      cpSync(writeRun(folder, 'whole'), run, { recursive: true });
      copyFileSync(found(name), join(run, name));
      await endsWell(['report', run, '--format', 'md'], [0, 2]);
      await endsWell(['compare', run, run], [0, 1, 2]);
    },
  );

  it('a damaged function manifest is refused', async () => {
    mkdirSync(join(folder, 'evil-0'));
    for (const name of ['function.yaml', 'oracle.js', 'package.json'])
      copyFileSync(found(name), join(folder, 'evil-0', name));
    await endsWell(['list', 'functions', '--functions-path', folder], [0, 2]);
  });

  it.each([
    ['experiment', () => loadExperiment(found('e.yaml'), experimentsFolder)],
    ['environment', () => loadEnvironment(found('env.yaml'), environmentsFolder)],
    ['alias bomb', () => loadExperiment(join(cases, 'yaml', 'bomb.yaml'), experimentsFolder)],
    ['undefined alias', () => loadExperiment(join(cases, 'yaml', 'noalias.yaml'), experimentsFolder)],
  ])('YAML is taken or refused in one line: %s', (_what, read) => {
    const error = refusal(read);
    if (error === undefined) return;
    expect(error).toBeInstanceOf(LumosError);
    expect((error as LumosError).message).not.toMatch(/[\r\n]/);
  });
});
