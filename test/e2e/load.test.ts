/** A load on real sandboxes, from the command to the report. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leftBehind, machineTraces } from '../../src/conformance/machine-traces.js';
import { allowedCpus } from '../../src/data-plane/host/cpu-topology.js';
import { parseCpuList } from '../../src/domain/cpu-list.js';
import { during, ensureBuilt, lumos, startLumos, stopWithin, type Surroundings } from './lumos-command.js';
import { levelsIn, manifestIn, rowsIn, summaryIn } from './run-directory.js';

let scratch = '';
let here: Surroundings = { cwd: '' };

beforeAll(async () => {
  await ensureBuilt();
  scratch = await mkdtemp(join(tmpdir(), 'e2e-load-of-lumos-'));
  here = { cwd: scratch };
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const base = 'name: load\nfunctions: [hello-world]\npayloads: [smallest]\n';
const fileOf = async (name: string, yaml: string): Promise<string> => {
  const path = join(scratch, name);
  await writeFile(path, base + yaml);
  return path;
};

describe('lumos run with several clients', () => {
  it('measures each level on a process and on Wasm, leaves nothing, and says what was measured', async () => {
    const before = await machineTraces();
    const file = await fileOf(
      'closed.yaml',
      'runtimes: [native, wasmtime-aot]\nload: { warmUpSeconds: 0.2, seconds: 1, rowsPerLevel: 50, instances: { max: 2 } }\n',
    );
    const out = join(scratch, 'closed');
    const { code, stdout } = await lumos(['run', file, '--concurrency', '1,3', '--out', out], here);
    expect(code).toBe(0);
    expect(stdout).toContain('hello-world');
    expect(stdout).toContain('3 clients');
    const { levels = [], failures } = summaryIn(out);
    expect(failures).toBe(0);
    expect(levels.map(({ runtime, concurrency }) => `${runtime} ${concurrency}`)).toEqual([
      ...['native 1', 'native 3', 'wasmtime-aot 1', 'wasmtime-aot 3'],
    ]);
    for (const level of levels) {
      expect(level.succeeded).toBeGreaterThan(100);
      expect(level.sent).toBe(level.succeeded);
      expect(level.instances).toBe(Math.min(level.concurrency, 2));
      expect(level.coldShare).toBe(0);
      expect(level.cpuMsPerRequest).toBeGreaterThan(0);
      expect(level.peakMemoryBytes).toBeGreaterThan(0);
      // Little's law: what is in the system is throughput times latency.
      const inside = (level.throughputPerSecond * (level.latencyMs?.mean ?? 0)) / 1000;
      expect(inside).toBeGreaterThan(0.5 * level.concurrency);
      expect(inside).toBeLessThanOrEqual(1.05 * level.concurrency);
    }
    const rows = rowsIn(out);
    expect(rows).toHaveLength(200);
    for (const row of rows) {
      expect(row).toMatchObject({ outcome: 'ok', cold: false });
      expect(row.queuedMs).toBeLessThanOrEqual(row.latencyMs ?? 0);
      expect([0, 1]).toContain(row.instance);
    }
    const report = readFileSync(join(out, 'report.html'), 'utf8');
    expect(report).toContain('Latency against throughput: hello-world');
    expect(await leftBehind(before, manifestIn(out).runId)).toEqual([]);
  });
});

describe('lumos run with a schedule', () => {
  it('starts instances when requests come, says which were cold, and counts what a full queue rejected', async () => {
    const file = await fileOf(
      'open.yaml',
      'runtimes: [native]\nload: { rates: [200], arrivals: constant, warmUpSeconds: 0, seconds: 2, ' +
        'instances: { max: 1, queueLimit: 0, keepAliveSeconds: 1 } }\n',
    );
    const out = join(scratch, 'open');
    const { code } = await lumos(['run', file, '--out', out], here);
    const [level, ...others] = levelsIn(out);
    expect(others).toEqual([]);
    expect(level).toMatchObject({ arrivals: 'constant 200/s', rate: 200 });
    const rejected = level?.errors['rejected'] ?? 0;
    // Without a queue one may wait for the start that it caused; who comes meanwhile is sent away, and counted.
    expect(level?.succeeded).toBeGreaterThan(100);
    expect(level?.cold).toBe(1);
    expect(rejected + (level?.succeeded ?? 0)).toBe(level?.sent);
    expect(code).toBe(rejected > 0 ? 1 : 0);
  });

  it('with a queue answers all, the first of them cold', async () => {
    const file = await fileOf(
      'queue.yaml',
      'runtimes: [native]\nload: { rates: [100], warmUpSeconds: 0, seconds: 2 }\n',
    );
    const out = join(scratch, 'queue');
    const { code } = await lumos(['run', file, '--out', out], here);
    expect(code).toBe(0);
    const [level] = levelsIn(out);
    expect(level?.errors).toEqual({});
    expect(level?.cold).toBeGreaterThan(0);
    expect(level?.timeline?.reduce((sum, { ok }) => sum + ok, 0)).toBe(level?.succeeded);
    expect(Math.max(...(level?.timeline ?? []).map(({ instances }) => instances))).toBeGreaterThan(0);
    const rows = rowsIn(out);
    expect(rows).toHaveLength(level?.succeeded ?? -1);
    expect(rows[0]).toMatchObject({ cold: true, sequence: 1 });
    expect(rows.at(-1)?.latencyMs).toBeGreaterThan(0);
  });
});

describe('lumos run with --pin', () => {
  it('keeps the harness off the sandboxes’ CPUs while levels are measured, and records whose are whose', async () => {
    const file = await fileOf(
      'pinned.yaml',
      'runtimes: [native, crun]\noptions: { crun: { network: host } }\n',
    );
    const out = join(scratch, 'pinned');
    const args = [
      'run',
      file,
      '--concurrency',
      '2',
      '--duration',
      '2',
      '--warm-up',
      '0.2',
      '--pin',
      '--out',
      out,
    ];
    const running = startLumos(args, here);
    // While the first level is measured: then the second has not begun, nor has the harness all CPUs again.
    await during(running, () => existsSync(join(out, 'levels.ndjson')));
    const harness = allowedCpus(readFileSync(`/proc/${running.child.pid ?? 0}/status`, 'utf8'));
    expect((await running.finished).code).toBe(0);
    const { pinning } = manifestIn(out);
    expect(pinning?.sandboxes).toHaveLength(1);
    expect(harness).toEqual(parseCpuList(pinning?.harness ?? ''));
    const theirs = parseCpuList(pinning?.sandboxes[0] ?? '');
    expect(theirs.filter((cpu) => harness?.includes(cpu))).toEqual([]);
    expect(
      levelsIn(out).every(({ succeeded, errors }) => succeeded > 100 && Object.keys(errors).length === 0),
    ).toBe(true);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain(`sandboxes on ${pinning?.sandboxes[0]}`);
  });

  it('is refused where a runtime cannot keep its sandboxes to CPUs', async () => {
    const file = await fileOf('unpinned.yaml', 'runtimes: [containerd]\n');
    const { code, stderr } = await lumos(['run', file, '--concurrency', '2', '--pin'], here);
    expect(code).toBe(2);
    expect(stderr).toContain('sandboxes of containerd cannot be kept to CPUs');
  });
});

describe('lumos run over HTTP', () => {
  it('lets an instance serve several requests at once, each on a kept connection', async () => {
    const file = await fileOf('http.yaml', 'runtimes: [native]\n');
    const out = join(scratch, 'http');
    const load = [
      '--concurrency',
      '4',
      '--max-instances',
      '2',
      '--instance-concurrency',
      '2',
      '--duration',
      '1',
    ];
    expect((await lumos(['run', file, '--transport', 'http', ...load, '--out', out], here)).code).toBe(0);
    const [level] = levelsIn(out);
    expect(level).toMatchObject({ transport: 'http', errors: {}, cold: 0 });
    expect(level?.instances.highest).toBe(2);
    expect(level?.succeeded).toBeGreaterThan(500);
    // Four at once on two instances: nobody waits for the platform. With one at a time two fifths of the latency were waiting.
    const total = (key: 'queuedMs' | 'latencyMs'): number =>
      rowsIn(out).reduce((sum, row) => sum + (row[key] ?? NaN), 0);
    expect(total('queuedMs') / total('latencyMs')).toBeLessThan(0.25);
  });

  it('is refused on standard streams, where requests take turns', async () => {
    const file = await fileOf('streams.yaml', 'runtimes: [native]\n');
    const { code, stderr } = await lumos(
      ['run', file, '--transport', 'stdio', '--concurrency', '2', '--instance-concurrency', '2'],
      here,
    );
    expect(code).toBe(2);
    expect(stderr).toContain('Give --transport http');
  });
});

describe('two hundred cold starts at once', () => {
  it('are limited, queued and shown, and nobody is lost', async () => {
    const before = await machineTraces();
    const file = await fileOf(
      'two-hundred.yaml',
      'runtimes: [native]\nconcurrency: [200]\n' +
        'load: { warmUpSeconds: 0, seconds: 6, instances: { min: 0, max: 200, startsAtOnce: 4 } }\n',
    );
    const out = join(scratch, 'two-hundred');
    const { code, stdout } = await lumos(['run', file, '--out', out], here);
    expect(code).toBe(0);
    const [level] = levelsIn(out);
    expect(level?.errors).toEqual({});
    expect(level?.instances).toMatchObject({ highest: 200, startsAtOnce: 4, startsFailed: 0 });
    expect(level?.instances.startsDelayed).toBe(196);
    expect(level?.instances.startsWaiting).toBe(196);
    expect(level?.cold).toBeGreaterThan(0);
    expect(stdout).toContain('196 starts of instances waited for others');
    expect(await leftBehind(before, manifestIn(out).runId)).toEqual([]);
  });
});

describe('a load that is stopped', () => {
  it('leaves nothing, keeps whole levels, and goes on where it was', async () => {
    const before = await machineTraces();
    const file = await fileOf(
      'stopped.yaml',
      'runtimes: [native]\nconcurrency: [1, 2, 4]\nload: { warmUpSeconds: 0.1, seconds: 1 }\n',
    );
    const out = join(scratch, 'stopped');
    const running = startLumos(['run', file, '--out', out], here);
    await during(running, () => existsSync(join(out, 'levels.ndjson')));
    const { code } = await stopWithin(running, 'SIGINT', 5000);
    expect(code).toBe(130);
    expect(await leftBehind(before, manifestIn(out).runId)).toEqual([]);
    const kept = levelsIn(out);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(3);
    expect((await lumos(['run', '--resume', out], here)).code).toBe(0);
    const levels = levelsIn(out);
    expect(levels.slice(0, kept.length)).toEqual(kept);
    expect(levels.map(({ index }) => index).sort()).toEqual([0, 1, 2]);
    expect(manifestIn(out).state).toBe('complete');
  });
});
