/** Runs with storage from outside: a Redis that dies, one that is not there, and secrets that must not get out. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createWorkbench } from '../../src/cli/workbench.js';
import { leftBehind, machineTraces, type Trace } from '../../src/conformance/machine-traces.js';
import { during, ensureBuilt, lumos, startLumos, type Surroundings } from './lumos-command.js';
import { processesCalled } from './processes.js';
import { manifestIn, rowsIn, summaryIn } from './run-directory.js';

let scratch = '';
let here: Surroundings = { cwd: '' };
let before: Trace[] = [];

beforeAll(async () => {
  await ensureBuilt();
  scratch = mkdtempSync(join(tmpdir(), 'e2e-storage-of-lumos-'));
  here = { cwd: scratch };
  const ready = await lumos(['setup', 'redis', 's3'], here);
  expect(ready.code).toBe(0);
}, 600_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
beforeEach(async () => {
  before = await machineTraces();
});

function experimentFile(name: string, keys: Record<string, unknown>): string {
  const path = join(scratch, `${name}.yaml`);
  const defaults = { functions: ['kv-read-modify-write'], payloads: ['1'], pageCache: 'as-is' };
  writeFileSync(path, stringify({ name, ...defaults, ...keys }));
  return path;
}

it('a Redis that is killed in the middle of a run costs the trials in flight, loses no row and leaves nothing', async () => {
  const out = join(scratch, 'killed');
  const others = new Set(processesCalled('redis-server'));
  const experiment = experimentFile('killed', {
    runtimes: ['native', 'wasmtime-aot'],
    repetitions: { cold: 60, warm: 200 },
    warm: { sandboxes: 20, invocationsPerSandbox: 10 },
  });
  const running = startLumos(['run', experiment, '--out', out], here);
  for (const rows of [40, 120]) {
    await during(running, () => rowsIn(out).length >= rows);
    const ours = processesCalled('redis-server').filter((pid) => !others.has(pid));
    expect(ours).toHaveLength(1);
    for (const pid of ours) process.kill(pid, 'SIGKILL');
  }
  const { code } = await running.finished;
  const rows = rowsIn(out);
  const manifest = manifestIn(out);
  expect(manifest.state).toBe('complete');
  // Every trial of the plan has a row, and no trial has a row after its failure.
  expect(new Set(rows.map((row) => row.trial)).size).toBe(manifest.trials);
  const failed = rows.filter((row) => row.outcome !== 'ok');
  expect(failed.length).toBeLessThanOrEqual(6);
  for (const { reason } of failed)
    expect(reason).toMatch(/storage: |objects could not be put in place|the service cannot be reached/);
  expect(code).toBe(failed.length === 0 ? 0 : 1);
  expect(rows.at(-1)?.outcome).toBe('ok');
  expect(manifest.services).toEqual([
    { storage: 'redis', version: expect.stringMatching(/redis.*\d/i) as unknown, origin: 'own' },
  ]);
  expect(processesCalled('redis-server').filter((pid) => !others.has(pid))).toEqual([]);
  expect(await leftBehind(before, manifest.runId)).toEqual([]);
});

it('a Redis that is not there is named before anything is made, with exit code 3', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const out = join(scratch, 'absent');
  const environment = { LUMOS_REDIS_URL: `redis://user:hidden-password@127.0.0.1:${port}/0` };
  const experiment = experimentFile('absent', { runtimes: ['native'], repetitions: { cold: 1, warm: 1 } });
  const { code, stdout, stderr } = await lumos(['run', experiment, '--out', out], { ...here, environment });
  expect(code).toBe(3);
  expect(stderr).toContain('LUMOS_REDIS_URL');
  expect(stdout + stderr).not.toContain('hidden-password');
  expect(existsSync(join(out, 'measurements.ndjson'))).toBe(false);
});

it('credentials of a service that was given are in no row, manifest, log, report or output', async () => {
  const redis = await (await createWorkbench()).services('redis');
  const secret = decodeURIComponent(new URL(redis.address.url).password);
  expect(secret.length).toBeGreaterThanOrEqual(16);
  try {
    const out = join(scratch, 'given');
    const environment = { LUMOS_REDIS_URL: redis.address.url };
    const experiment = experimentFile('given', {
      runtimes: ['native', 'wasmtime-aot'],
      access: ['host', 'direct'],
      repetitions: { cold: 2, warm: 4 },
    });
    const ended = await lumos(['run', experiment, '--out', out], { ...here, environment });
    expect(ended.code).toBe(0);
    const summary = summaryIn(out);
    expect(summary).toMatchObject({ failures: 0, empty: 0 });
    const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThanOrEqual(4);
    for (const file of files) {
      expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toContain(secret);
    }
    expect(ended.stdout + ended.stderr).not.toContain(secret);
    const manifest = manifestIn(out);
    expect(manifest.services).toMatchObject([{ storage: 'redis', origin: 'given' }]);
  } finally {
    await redis.stop();
  }
});
