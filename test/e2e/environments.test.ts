/** Environments on the real machine: what is emulated is held, what is not is only named, and nothing lies. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Measurement } from '../../src/domain/measurement.js';
import { leftBehind, machineTraces, type Trace } from '../../src/conformance/machine-traces.js';
import { median } from '../../src/stats/quantiles.js';
import { sortSamples } from '../../src/stats/sorted-samples.js';
import { during, ensureBuilt, lumos, startLumos, type Surroundings } from './lumos-command.js';
import { processesCalled } from './processes.js';
import { manifestIn, rowsIn } from './run-directory.js';

let scratch = '';
let here: Surroundings = { cwd: '' };
let before: Trace[] = [];

beforeAll(async () => {
  await ensureBuilt();
  scratch = mkdtempSync(join(tmpdir(), 'e2e-environments-of-lumos-'));
  here = { cwd: scratch };
  const ready = await lumos(['setup', 'redis', 'toxiproxy'], here);
  expect(ready.stderr + String(ready.code)).toMatch(/0$/);
}, 600_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
beforeEach(async () => {
  before = await machineTraces();
});

const file = (name: string, keys: Record<string, unknown>): string => {
  const path = join(scratch, `${name}.yaml`);
  writeFileSync(path, stringify({ name, ...keys }));
  return path;
};

const medianOf = (
  rows: readonly Measurement[],
  key: 'latencyMs' | 'cpuMs' | 'computeMs' | 'hostFetchMs',
): number => median(sortSamples(rows.flatMap((row) => row[key] ?? [])));

it('environments are listed, with a word on those that are emulated', async () => {
  const { code, stdout } = await lumos(['list', 'environments', '--json'], here);
  expect(code).toBe(0);
  const { environments } = JSON.parse(stdout) as { environments: { name: string; emulated: boolean }[] };
  expect(environments.map(({ name, emulated }) => [name, emulated])).toEqual([
    ['edge', true],
    ['edge-small', true],
    ['local', false],
  ]);
  expect((await lumos(['list', 'environments'], here)).stdout).toContain('edge-small (emulated)');
});

it('a computation takes on half a core about twice its CPU time, and the report says that it is emulated', async () => {
  const out = join(scratch, 'half');
  const experiment = file('half', {
    ...{
      functions: ['planet-system-simulation'],
      payloads: ['1000000'],
      runtimes: ['native'],
      starts: ['cold', 'warm'],
    },
    ...{
      environments: ['local', 'edge', 'edge-small'],
      pageCache: 'as-is',
      repetitions: { cold: 3, warm: 3 },
    },
  });
  const { code, stdout, stderr } = await lumos(['run', experiment, '--out', out], here);
  expect(stderr + String(code)).toMatch(/0$/);
  const rows = rowsIn(out).filter(({ start }) => start === 'warm');
  const on = (name: string): Measurement[] => rows.filter(({ environment }) => environment === name);
  const small = on('edge-small');
  // Other work on the machine can make it longer, never shorter.
  expect(medianOf(small, 'latencyMs') / medianOf(small, 'cpuMs')).toBeGreaterThan(1.6);
  expect(small.every(({ emulated }) => emulated === true)).toBe(true);
  expect(on('local').every(({ emulated }) => emulated === undefined)).toBe(true);
  const manifest = manifestIn(out);
  expect(
    manifest.environments?.map(({ environment, applied }) => [environment.name, Object.keys(applied)]),
  ).toEqual([
    ['local', []],
    ['edge', ['cpu', 'memory']],
    ['edge-small', ['cpu', 'memory']],
  ]);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('on edge-small (emulated)');
  expect(stdout).toMatch(/emulated +edge, edge-small: made on this machine by limits/);
  const html = readFileSync(join(out, 'report.html'), 'utf8');
  expect(html).toContain('edge-small (emulated)');
  const markdown = await lumos(['report', out, '--format', 'md'], here);
  expect(markdown.stdout).toContain('edge-small (emulated)');
  expect(await leftBehind(before, manifest.runId)).toEqual([]);
});

it('a memory limit that the function does not fit into is a crash that says so, in that environment alone', async () => {
  const out = join(scratch, 'narrow');
  const narrow = file('narrow-place', { emulated: true, memory: { limitMiB: 12 } });
  const run = await lumos(
    [
      ...[
        'run',
        'quickstart',
        '--functions',
        'hashing',
        '--payloads',
        'huge',
        '--runtimes',
        'native',
        '--starts',
        'cold',
      ],
      ...['--environment', `local,${narrow}`, '--repetitions', '2', '--out', out],
    ],
    here,
  );
  expect(run.code).toBe(1);
  const rows = rowsIn(out);
  expect(rows.filter(({ environment }) => environment === 'local').map(({ outcome }) => outcome)).toEqual([
    'ok',
    'ok',
  ]);
  const failed = rows.filter(({ environment }) => environment === 'narrow-place');
  expect(failed.map(({ outcome }) => outcome)).toEqual(['crashed', 'crashed']);
  for (const { reason } of failed) expect(reason).toContain('memory');
  expect(await leftBehind(before, manifestIn(out).runId)).toEqual([]);
});

const far = { emulated: true, dataService: { roundTripMs: 20 } };

it.each(['host', 'direct'])(
  'fetching by access %s takes as many round trips more as the function makes, each of the emulated length',
  async (access) => {
    const out = join(scratch, `far-${access}`);
    const experiment = file(`reading-${access}`, {
      ...{
        functions: ['kv-read'],
        payloads: ['1'],
        runtimes: ['native'],
        starts: ['warm'],
        storage: ['redis'],
      },
      ...{
        access: [access],
        environments: ['local', file('far-away', far)],
        pageCache: 'as-is',
        repetitions: { warm: 6 },
      },
    });
    const { code, stderr } = await lumos(['run', experiment, '--out', out], here);
    expect(stderr + String(code)).toMatch(/0$/);
    const fetch = (name: string): number =>
      median(
        sortSamples(rowsIn(out).flatMap((row) => (row.environment === name ? [row.fetchMs ?? NaN] : []))),
      );
    const trips = rowsIn(out)[0]?.storageRoundTrips ?? NaN;
    // Other work on the machine can only make it longer.
    expect(fetch('far-away') - fetch('local')).toBeGreaterThan(trips * 20 - 2);
    expect(fetch('far-away') - fetch('local')).toBeLessThan(trips * 20 * 1.9);
    const manifest = manifestIn(out);
    expect(manifest.environments?.[1]?.applied['dataService']).toMatch(/^toxiproxy \d.*: 20 ms a round trip/);
    expect(processesCalled('toxiproxy-server')).toEqual([]);
    expect(await leftBehind(before, manifest.runId)).toEqual([]);
  },
);

it('a proxy that is killed in the middle of a run costs the trial in flight; the run goes on with another', async () => {
  const out = join(scratch, 'killed');
  const experiment = file('killed', {
    ...{
      functions: ['kv-read'],
      payloads: ['1'],
      runtimes: ['native'],
      starts: ['cold'],
      storage: ['redis'],
    },
    ...{ access: ['host'], environment: file('far-off', far), pageCache: 'as-is', repetitions: { cold: 60 } },
  });
  const running = startLumos(['run', experiment, '--out', out], here);
  await during(running, () => rowsIn(out).length >= 10);
  const [proxy] = processesCalled('toxiproxy-server');
  process.kill(proxy ?? NaN, 'SIGKILL');
  const { code } = await running.finished;
  const rows = rowsIn(out);
  expect(rows).toHaveLength(60);
  const failed = rows.filter(({ outcome }) => outcome !== 'ok');
  expect(failed.length).toBeLessThanOrEqual(2);
  expect(code).toBe(failed.length === 0 ? 0 : 1);
  expect(rows.at(-1)?.outcome).toBe('ok');
  expect(processesCalled('toxiproxy-server')).toEqual([]);
  expect(await leftBehind(before, manifestIn(out).runId)).toEqual([]);
});

it('a device of its own is named and recorded, and nothing is done about it', async () => {
  const out = join(scratch, 'device');
  const device = file('my-board', {
    cpu: { cores: 512 },
    storage: 'SD card',
    dataService: { roundTripMs: 50 },
  });
  const run = await lumos(
    [
      ...['run', 'quickstart', '--functions', 'hello-world', '--runtimes', 'native', '--starts', 'cold'],
      ...['--environment', device, '--repetitions', '2', '--out', out],
    ],
    here,
  );
  expect(run.code).toBe(0);
  expect(rowsIn(out).map(({ environment, emulated }) => [environment, emulated])).toEqual([
    ['my-board', undefined],
    ['my-board', undefined],
  ]);
  expect(manifestIn(out).environments).toEqual([
    {
      applied: {},
      environment: expect.objectContaining({
        name: 'my-board',
        emulated: false,
        storage: 'SD card',
      }) as object,
    },
  ]);
  expect(run.stdout).not.toContain('emulated');
});

it.each([
  ['edge-smal', 2, 'Did you mean "edge-small"?'],
  ['toobig.yaml', 3, 'environment too-big takes 1000 cores, and there are'],
])('environment %s is refused with code %d before anything runs', async (name, code, text) => {
  writeFileSync(join(scratch, 'toobig.yaml'), 'name: too-big\nemulated: true\ncpu: { cores: 1000 }\n');
  const run = await lumos(['run', 'quickstart', '--environment', name, '--out', join(scratch, 'no')], here);
  expect(run.code).toBe(code);
  expect(run.stderr).toContain(text);
  expect(existsSync(join(scratch, 'no'))).toBe(false);
});
