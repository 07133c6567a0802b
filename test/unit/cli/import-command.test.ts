import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../src/cli/program.js';
import { RunDirectory } from '../../../src/records/run-directory.js';
import { writeSumTree, writeThroughput } from '../import/wasmrun-tree.js';
import { collectPrinted, type Printed } from './printed.js';

let folder: string;
let printed: Printed;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-import-command-'));
  printed = collectPrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const tree = (): string => {
  const root = join(folder, 'artefact');
  writeSumTree(root);
  writeThroughput(root);
  return root;
};

describe('lumos import', () => {
  it('makes a run directory that the other commands take, and says what threatens it', async () => {
    const run = join(folder, 'run');
    expect(await runCli(['import', 'wasmrun', tree(), '--out', run])).toBe(0);
    expect(printed.out).toContain('imported 11 answers and 1 failure in 6 cells');
    expect(printed.out).toContain('failures-dropped');
    expect(readdirSync(run).sort()).toEqual([
      ...[
        'latency-sums.ndjson',
        'logs',
        'manifest.json',
        'measurements.ndjson',
        'report.html',
        'summary.json',
      ],
    ]);
    const directory = new RunDirectory(run);
    expect(directory.readManifest().imported).toMatchObject({ format: 'wasmrun', source: 'artefact' });
    expect(directory.readSummary().validity?.map(({ id }) => id)).toContain('missing-arm');
    expect(readFileSync(directory.reportPath, 'utf8')).toContain('Sums of one-shot latencies');
    expect(readFileSync(directory.manifestPath, 'utf8')).not.toContain(folder);

    printed.out = '';
    expect(await runCli(['report', run, '--format', 'md'])).toBe(0);
    expect(printed.out).toContain('## Validity: ');
    expect(printed.out).toContain('## Sums of one-shot latencies');
    expect(await runCli(['compare', run, run, '--json'])).toBe(0);
  }, 30_000);

  it('is not taken up again by lumos run', async () => {
    const run = join(folder, 'run');
    await runCli(['import', 'wasmrun', tree(), '--out', run, '--json']);
    expect(await runCli(['run', '--resume', run])).toBe(2);
    expect(printed.err).toContain('was imported from wasmrun');
  }, 30_000);

  it('prints JSON and nothing else with --json', async () => {
    expect(
      await runCli([
        'import',
        'wasmrun',
        tree(),
        '--out',
        join(folder, 'run'),
        '--environment',
        'lab',
        '--json',
      ]),
    ).toBe(0);
    expect(JSON.parse(printed.out)).toMatchObject({
      ok: 11,
      failures: 1,
      cells: 6,
      latencySums: 6,
      rows: 12,
    });
    expect(new RunDirectory(join(folder, 'run')).readManifest().experiment.environment).toBe('lab');
  });

  it('gives equal rows an equal run id, so that a model does not count them twice', async () => {
    const root = tree();
    for (const name of ['one', 'two'])
      await runCli(['import', 'wasmrun', root, '--out', join(folder, name), '--json']);
    const [one, two] = ['one', 'two'].map(
      (name) => new RunDirectory(join(folder, name)).readManifest().runId,
    );
    expect(one).toBe(two);
  });

  it.each([
    ['an unknown format', ['jmeter', 'x'], 'there is no import format "jmeter"'],
    ['a path that is not there', ['csv', '/no/such/file'], '/no/such/file: there is no such file or folder'],
    ['a class that is none', ['k6', '.', '--class', 'jar'], 'there is no class "jar"'],
  ])('refuses %s with 2', async (_what, args, message) => {
    expect(await runCli(['import', ...args])).toBe(2);
    expect(printed.err).toContain(message);
    expect(printed.out).toBe('');
  });

  it('leaves nothing that looks like a run where the file was none', async () => {
    const path = join(folder, 'bad.csv');
    writeFileSync(path, 'function,runtime,class,latencyMs\nsort,docker,container,1\nsort,docker,jar,1\n');
    const run = join(folder, 'run');
    expect(await runCli(['import', 'csv', path, '--out', run])).toBe(2);
    expect(existsSync(run)).toBe(false);
    expect(await runCli(['import', 'csv', path, '--out', join(folder, 'a', 'b')])).toBe(2);
    expect(existsSync(join(folder, 'a'))).toBe(false);
    mkdirSync(join(folder, 'there'));
    expect(await runCli(['import', 'csv', path, '--out', join(folder, 'there')])).toBe(2);
    expect(readdirSync(join(folder, 'there'))).toEqual([]);
    writeFileSync(path, 'function,runtime,class,latencyMs\n');
    expect(await runCli(['import', 'csv', path, '--out', run])).toBe(2);
    expect(printed.err).toContain('there is not one invocation in it');
  });

  it('names the next step that the run can take: a model needs functions, runtimes and cells', async () => {
    const path = join(folder, 'rows.csv');
    const rowsOf = (functions: number): string =>
      Array.from({ length: functions }, (_, i) =>
        ['a', 'b'].flatMap((runtime, r) =>
          Array.from({ length: 3 }, (_one, n) => `f${i},${runtime},process,${1 + i + 10 * r + n / 10}\n`),
        ),
      )
        .flat()
        .join('');
    const next = async (functions: number): Promise<string> => {
      writeFileSync(path, `function,runtime,class,latencyMs\n${rowsOf(functions)}`);
      const run = join(folder, `next-${functions}`);
      printed.err = '';
      expect(await runCli(['import', 'csv', path, '--out', run])).toBe(0);
      const named = printed.err.includes('lumos model validate');
      expect(await runCli(['model', 'validate', run])).toBe(named ? 0 : 2);
      return named ? 'validate' : 'report';
    };
    expect([await next(1), await next(8)]).toEqual(['report', 'validate']);
  }, 30_000);

  it('takes what report wrote as single rows', async () => {
    const run = join(folder, 'run');
    await runCli(['import', 'wasmrun', tree(), '--out', run]);
    for (const [format, source] of [
      ['rows-csv', 'csv'],
      ['parquet', 'parquet'],
      ['hyperfine', 'hyperfine'],
      ['k6-points', 'k6'],
    ] as const) {
      const path = join(folder, `exported.${source}`);
      expect(await runCli(['report', run, '--format', format, '--out', path])).toBe(0);
      printed.out = '';
      expect(await runCli(['import', source, path, '--out', join(folder, source), '--json'])).toBe(0);
      expect(JSON.parse(printed.out)).toMatchObject({ ok: 11 });
    }
  });
});
