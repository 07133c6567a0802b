/** What `lumos model` says on bad days: what is missing, and which run would supply it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../src/cli/program.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import { milliseconds } from '../../../src/domain/units.js';
import { fixtureManifest, fixtureRows } from '../report/fixture.js';
import { writeRun } from '../report/written-run.js';
import { collectPrinted, type Printed } from './printed.js';

let folder: string;
let model: string;
let printed: Printed;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'model-bad-days-'));
  model = join(folder, 'model.json');
  collectPrinted();
  expect(await runCli(['model', 'fit', writeRun(folder, 'whole'), '--out', model])).toBe(0);
  vi.restoreAllMocks();
}, 60_000);
beforeEach(() => {
  printed = collectPrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fit = (...directories: string[]): Promise<number> =>
  runCli(['model', 'fit', ...directories, '--out', join(folder, 'unused.json')]);

describe('data that carries no model is refused with 2', () => {
  it.each<[string, (row: Measurement) => boolean, string, string]>([
    ['no verified row', ({ outcome }) => outcome !== 'ok', 'no verified invocation', 'lumos run paper'],
    [
      'one runtime',
      ({ runtime }) => runtime === 'native',
      'of one runtime, native',
      '--runtimes native,docker,wasmtime-aot',
    ],
    ['one function', (row) => row.function === 'hashing', 'of one function, hashing', "--functions '*'"],
    [
      'few cells',
      (row) =>
        ['hashing', 'hello-world'].includes(row.function) &&
        ['native', 'docker'].includes(row.runtime) &&
        row.start === 'warm',
      'are too few to fit a model on; it takes 12',
      'lumos run paper',
    ],
  ])('%s', async (name, chosen, said, remedy) => {
    expect(await fit(writeRun(folder, name.replaceAll(' ', '-'), fixtureRows().filter(chosen)))).toBe(2);
    expect(printed.err).toContain(said);
    expect(printed.err).toContain(remedy);
  });

  it('imported runs, which no run of Lumos would help', async () => {
    const rows = fixtureRows().filter(({ runtime }) => runtime === 'native');
    const imported = {
      format: 'csv',
      source: 'x.csv',
      importedAt: '2026-01-01T00:00:00Z',
      nodes: [],
      findings: [],
    };
    const run = writeRun(folder, 'imported', rows, { imported });
    expect(await fit(run)).toBe(2);
    expect(printed.err).toContain('Import another run');
    expect(printed.err).not.toContain('lumos run');
  });

  it('no variance: every latency the same to the last digit', async () => {
    const rows = fixtureRows().map((row) => {
      const whole = { ...row };
      delete whole.launchMs;
      delete whole.transportMs;
      return row.latencyMs === undefined ? row : { ...whole, latencyMs: milliseconds(5) };
    });
    expect(await fit(writeRun(folder, 'same', rows))).toBe(2);
    expect(printed.err).toContain('the same latency to the last digit');
  });

  it('two machines under the name of one environment', async () => {
    const { host } = fixtureManifest();
    const other = writeRun(folder, 'other', fixtureRows(), { host: { ...host, cpuModel: 'Cortex-A72' } });
    expect(await fit(join(folder, 'whole'), other)).toBe(2);
    expect(printed.err).toContain('is two machines');
    expect(printed.err).toContain('--environment FILE');
  });
});

describe('rows that contradict', () => {
  it('each other are kept, with a note that names the runs', async () => {
    const slow = fixtureRows().map((row) =>
      row.latencyMs === undefined || row.transportMs === undefined
        ? row
        : {
            ...row,
            latencyMs: milliseconds(row.latencyMs * 5),
            transportMs: milliseconds(row.transportMs + 4 * row.latencyMs),
          },
    );
    expect(await fit(join(folder, 'whole'), writeRun(folder, 'slow', slow))).toBe(0);
    expect(printed.err).toMatch(/run slow measured [345](\.\d)? times the latency of run whole/);
    expect(printed.err).toContain('--environment');
  }, 60_000);

  it('themselves are left out, and counted', async () => {
    const rows = fixtureRows();
    const broken = rows.findIndex(({ computeMs }) => computeMs !== undefined);
    rows[broken] = { ...(rows[broken] as Measurement), computeMs: milliseconds(1e6) };
    expect(await fit(writeRun(folder, 'contradictory', rows))).toBe(0);
    expect(printed.err).toContain('1 row whose parts add up to more than the latency is left out');
  }, 60_000);
});

describe('what the model never saw is refused with 2, by name and with the run that would show it', () => {
  it.each([
    [['--function', 'hashign'], 'never saw the function "hashign"', 'Did you mean "hashing"'],
    [['--function', 'image-resize'], 'never saw the function', 'lumos run --functions image-resize'],
    [['--runtime', 'wasmer-jit'], 'never saw the runtime "wasmer-jit"', 'lumos run --runtimes wasmer-jit'],
    [['--environment', 'edge'], 'never saw the environment "edge"', 'A calibration run there is enough'],
    [['--start', 'fresh'], 'never saw the start "fresh" of docker', 'has no other start than cold and warm'],
    [
      ['--start', 'snapshot', '--runtime', 'wasmtime-aot'],
      'never saw the start "snapshot" of wasmtime-aot',
      '--starts snapshot, and fit the model to both runs',
    ],
    [['--payload', '8MB'], '"8MB" is no size of hashing', 'B, KiB, MiB or GiB, such as 8MiB'],
    [['--payload', '0'], '"0" is no size of hashing', 'above 0'],
    [['--start', 'lukewarm'], 'there is no start "lukewarm"', 'cold, snapshot, fresh, warm'],
    [['--payload', 'huge'], 'not measured at the payload "huge"', 'give its size'],
    [['--access', 's3/host/reused'], 'never saw the access', '--storage and --access'],
    [['--pull-mbit', '100', '--runtime', 'imaginary'], 'never saw the runtime', 'It saw: '],
    [['--slo', 'p95 < 1s'], '--slo needs --rate', '--rate 0.1'],
    [['--prices', 'aws-lamda'], 'There are no prices "aws-lamda"', 'aws-lambda'],
  ])('%j', async (changed, said, remedy) => {
    const asked = { '--function': 'hashing', '--payload': '65536', '--runtime': 'docker' };
    const payload = (
      JSON.parse(readFileSync(model, 'utf8')) as { cells: { cell: Measurement }[] }
    ).cells.find(({ cell }) => cell.function === 'hashing')?.cell.payload;
    const options = new Map<string, string>(Object.entries({ ...asked, '--payload': payload ?? '' }));
    for (let i = 0; i < changed.length; i += 2) options.set(changed[i] as string, changed[i + 1] as string);
    expect(await runCli(['model', 'predict', '--model', model, ...[...options].flat()])).toBe(2);
    expect(printed.err).toContain(said);
    expect(printed.err).toContain(remedy);
    expect(printed.out).toBe('');
  });

  it('has no run named for a slip of what it saw', async () => {
    const options = ['--model', model, '--payload', '8MiB', '--runtime', 'docker'];
    expect(await runCli(['model', 'predict', ...options, '--function', 'hashign'])).toBe(2);
    expect(printed.err).not.toContain('lumos run');
  });
});

describe('a workload that does not fit', () => {
  it.each([
    ['', 'arrivals: is missing', 'Arrivals are a rate, e.g. { perMinute: 6 }'],
    ['rate: 0.5', 'arrivals: is missing; unknown key "rate"', 'Arrivals are a rate'],
    ['arrivals: { perMinuet: 6 }', 'arrivals: unknown key "perMinuet"', 'Did you mean "perMinute"?'],
    ['arrivals: [{ perMinuet: 6, weight: 1 }]', 'arrivals.0: unknown key', 'Did you mean "perMinute"?'],
    [
      'arrivals: { perMinute: -6 }',
      'arrivals.perMinute: expected a number above 0, found -6',
      'Arrivals are',
    ],
    ['arrivals: { trace: t.csv, functon: x }', 'unknown key "functon"', 'Did you mean "function"?'],
    ['arrivals: { perMinute: 6 }\ninstances: { maxx: 3 }', 'unknown key "maxx"', 'Did you mean "max"?'],
  ])('%j', async (lines, said, remedy) => {
    const path = join(folder, 'wrong.yaml');
    writeFileSync(path, `function: hashing\npayload: 1KiB\n${lines}\n`);
    expect(await runCli(['model', 'recommend', path, '--model', model])).toBe(2);
    expect(printed.err).toContain(said);
    expect(printed.err).toContain(remedy);
    expect(printed.err).not.toContain('Invalid input');
    expect(printed.err).not.toContain('exactly one of');
  });
});

describe('a model file', () => {
  it.each([
    ['of another version', '{"schema":"lumos/model@1"}', 'this Lumos reads "lumos/model@2"'],
    ['that is none', '{}', 'does not say what it is'],
    ['that is broken', '{"schema":', 'not JSON'],
    ['that is cut', '{"schema":"lumos/model@2"}', 'lumosVersion'],
  ])('%s is refused with 2 by every command that reads one', async (name, text, said) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.json`);
    writeFileSync(path, text);
    const workload = join(folder, 'workload.yaml');
    writeFileSync(workload, 'function: hashing\npayload: 1KiB\narrivals: { perMinute: 1 }\n');
    for (const command of [
      ['model', 'show', path],
      ['model', 'validate', '--model', path],
      ['model', 'recommend', workload, '--model', path],
      ['report', join(folder, 'whole'), '--model', path],
    ]) {
      printed.err = '';
      expect(await runCli(command), command.join(' ')).toBe(2);
      expect(printed.err).toContain(said);
      expect(printed.err).toContain('lumos model fit DIR... --out model.json');
    }
  });
});

describe('a report with a model', () => {
  it('has its section in HTML and in Markdown, and none without', async () => {
    const page = join(folder, 'page.html');
    expect(await runCli(['report', join(folder, 'whole'), '--model', model, '--out', page])).toBe(0);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('<h2>The performance model</h2>');
    expect(html).toContain('Measured against predicted, cold start');
    expect(html).toContain('Components as predicted, warm start');
    expect(html).toContain('wasmtime-aot against docker by rate');
    expect(html).not.toContain('<script');
    expect(await runCli(['report', join(folder, 'whole'), '--model', model, '--format', 'md'])).toBe(0);
    expect(printed.out).toContain('## The performance model');
    expect(printed.out).toContain('| leave-one-cell-out |');
    printed.out = '';
    expect(await runCli(['report', join(folder, 'whole'), '--format', 'md'])).toBe(0);
    expect(printed.out).not.toContain('performance model');
  }, 60_000);

  it('is refused as a format that has no place for it', async () => {
    expect(await runCli(['report', join(folder, 'whole'), '--model', model, '--format', 'csv'])).toBe(2);
    expect(printed.err).toContain('a report as csv has no section about a model');
  });
});
