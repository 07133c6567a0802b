/** What is particular to the runtimes of containers, on the real engines. What all runtimes have in common is in runtimes.test.ts. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import Dockerode from 'dockerode';
import { createWorkbench } from '../../src/cli/workbench.js';
import { Connection } from '../../src/control-plane/invoke/connection.js';
import { decodeHead, encodeInvoke } from '../../src/control-plane/invoke/frames.js';
import type { Exchange } from '../../src/control-plane/invoke/line.js';
import { createDockerRuntime } from '../../src/control-plane/runtimes/docker/runtime.js';
import { monotonicClock } from '../../src/data-plane/probes/monotonic-clock.js';
import { readCounters } from '../../src/data-plane/probes/counters.js';
import type { Transport } from '../../src/domain/factors.js';
import type { Prepared, Runtime, Sandbox } from '../../src/domain/runtime.js';
import { fromMebibytes, milliseconds } from '../../src/domain/units.js';
import { openDockerProxy } from '../e2e/docker-proxy.js';
import { functionIn, runtimeIn } from './found.js';

const workbench = await createWorkbench();
const catalogue = await workbench.catalogue();
const ids = ['docker', 'podman', 'containerd', 'crun', 'runwasi-lumos'];
const runtimes = workbench.registry.filter(({ id }) => ids.includes(id));
const usable = new Map(
  await Promise.all(runtimes.map(async (one) => [one.id, (await one.probe()).usable] as const)),
);
const installed = runtimes.filter(({ id }) => usable.get(id) === true);
const cgroupRoot = '/sys/fs/cgroup';

const used: Runtime[] = [];
let runId = newRun();
const prepared: Prepared[] = [];

function newRun(): string {
  return `ctr${randomBytes(5).toString('hex')}`;
}

const runtimeOf = (id: string): Runtime => runtimeIn(runtimes, id);

async function prepare(runtime: Runtime, raw: object = {}, transport?: Transport): Promise<Prepared> {
  used.push(runtime);
  const made = await prepareAs(runId, runtime, raw, transport);
  prepared.push(made);
  return made;
}

async function prepareAs(
  run: string,
  runtime: Runtime,
  raw: object,
  transport: Transport = 'stdio',
): Promise<Prepared> {
  const definition = functionIn(catalogue, 'hello-world');
  const options = runtime.parseOptions(raw);
  const use = { reach: {}, transport, language: 'rust' } as const;
  const kind = runtime.artifactKindFor(options, use);
  if (kind === undefined) throw new Error(`${runtime.id} has no way`);
  const artifact = await workbench.builder.artifact(definition, kind, 'rust');
  return await runtime.prepare({ artifact, limits: {}, runId: run, options, ...use });
}

async function ask(sandbox: Sandbox): Promise<Exchange> {
  const connection = new Connection(sandbox, {
    clock: monotonicClock,
    maximumResponseBytes: fromMebibytes(1),
  });
  const deadline = milliseconds(monotonicClock.now() + 30_000);
  return await connection.invoke(encodeInvoke(Buffer.from('Lumos')), deadline);
}

async function launch(made: Prepared): Promise<Sandbox> {
  return await (await made.stage('cold')).launch();
}

/** Control groups of the run, in every hierarchy of version 1 and in version 2's, two levels deep. */
function groupsOf(run: string): string[] {
  const inside = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name));
  return inside(cgroupRoot)
    .flatMap((folder) => [folder, ...inside(folder)])
    .flatMap((folder) => (existsSync(folder) ? inside(folder) : []))
    .filter((folder) => folder.includes(run));
}

/** Processes that carry the run in their command line, as the shims of containerd do. */
const processesOf = (run: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((line) => line.includes(run));

/** The memory limit of a control group, version 1 or 2. */
function limitIn(folder: string): number {
  const files = ['memory.limit_in_bytes', 'memory.max'].map((name) => join(folder, name));
  return Number(readFileSync(files.find((file) => existsSync(file)) ?? '', 'utf8'));
}

/** Cores that a control group may use: version 1 has a hierarchy of its own for it, version 2 one file. */
function coresOf(memoryFolder: string): number {
  const one = join(memoryFolder, 'cpu.max');
  if (existsSync(one)) {
    const [quota = 0, period = 1] = readFileSync(one, 'utf8').split(' ').map(Number);
    return quota / period;
  }
  const folder = memoryFolder.replace(join(cgroupRoot, 'memory'), join(cgroupRoot, 'cpu'));
  const [quota = 0, period = 1] = ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((name) =>
    Number(readFileSync(join(folder, name), 'utf8')),
  );
  return quota / period;
}

/** What a runtime's control groups are called. */
const groupName = (id: string): string => ({ docker: '/docker/', podman: '/libpod' })[id] ?? runId;

afterEach(async () => {
  for (const made of prepared.splice(0)) await made.dispose();
  for (const runtime of used.splice(0)) await runtime.cleanUpAfter(runId);
  expect(groupsOf(runId)).toEqual([]);
  expect(processesOf(runId)).toEqual([]);
  expect(readdirSync(tmpdir()).filter((name) => name.includes(runId))).toEqual([]);
  runId = newRun();
}, 60_000);

describe.each(installed)('$id', (runtime) => {
  it('counts its sandboxes truly: none, one while it stands, none after', { timeout: 60_000 }, async () => {
    const made = await prepare(runtime);
    const staged = await made.stage('cold');
    expect(await staged.existing()).toBe(0);
    const sandbox = await staged.launch();
    expect(await ask(sandbox)).toMatchObject({ state: 'answered', head: { sequence: 1 } });
    const second = await made.stage('cold');
    expect(await second.existing()).toBe(1);
    await sandbox.remove();
    expect(await second.existing()).toBe(0);
    await second.discard();
  });

  it('has its counters in a control group of its own', { timeout: 60_000 }, async () => {
    const sandbox = await launch(await prepare(runtime));
    expect(await ask(sandbox)).toMatchObject({ state: 'answered' });
    const accounting = await sandbox.accounting();
    expect(accounting.cgroups?.processes).toContain(groupName(runtime.id));
    expect(accounting.processes().length).toBeGreaterThan(0);
    expect(readCounters(accounting).cpuMs).toBeGreaterThan(0);
    await sandbox.remove();
  });

  it('removes what a run that died has left, and nothing the second time', { timeout: 60_000 }, async () => {
    const sandbox = await launch(await prepare(runtime));
    expect(await ask(sandbox)).toMatchObject({ state: 'answered' });
    expect((await runtime.cleanUpAfter(runId)).length).toBeGreaterThan(0);
    await sandbox.exited;
    expect(await runtime.cleanUpAfter(runId)).toEqual([]);
  });

  it('runs with a read-only root and without a filter of system calls', { timeout: 60_000 }, async () => {
    const raw = { readOnlyRoot: true, seccomp: 'unconfined' };
    expect(await ask(await launch(await prepare(runtime, raw)))).toMatchObject({ state: 'answered' });
  });
});

describe('options', () => {
  it.each(['docker', 'podman', 'containerd', 'crun'])(
    '%s refuses HTTP without a network, with advice',
    (id) => {
      const runtime = runtimeOf(id);
      const options = runtime.parseOptions({ network: 'none' });
      const use = { reach: {}, transport: 'http', language: 'rust' } as const;
      expect(() => runtime.artifactKindFor(options, use)).toThrow(/network "none"/);
      expect(runtime.artifactKindFor({ ...options, network: 'host' }, use)).toBe('native-image');
    },
  );

  it('a Wasm image under containerd has no way to open a connection, and so no cell', () => {
    const runtime = runtimeOf('runwasi-lumos');
    const use = { reach: { sockets: true }, transport: 'stdio', language: 'rust' } as const;
    expect(runtime.artifactKindFor(runtime.parseOptions({}), use)).toBeUndefined();
  });

  it.each(['docker', 'podman'])(
    '%s puts the function on an image that the daemon has',
    { timeout: 90_000 },
    async (id) => {
      const runtime = runtimeOf(id);
      await prepare(runtime);
      const base = `lumos/hello-world:run-${runId}`;
      const onTop = await prepareAs(`${runId}top`, runtime, { base });
      try {
        expect(await ask(await launch(onTop))).toMatchObject({ state: 'answered' });
      } finally {
        await onTop.dispose();
        await runtime.cleanUpAfter(`${runId}top`);
      }
    },
  );

  it('docker says which image it has not', async () => {
    const refused = prepare(runtimeOf('docker'), { base: 'lumos/no-such-image:at-all' });
    await expect(refused).rejects.toThrow('the daemon has no image lumos/no-such-image:at-all');
  });

  it.each(['docker', 'podman', 'containerd'])(
    '%s limits memory and CPU as asked',
    { timeout: 60_000 },
    async (id) => {
      const sandbox = await launch(await prepare(runtimeOf(id), { cpus: 0.5, memoryMiB: 48 }));
      expect(await ask(sandbox)).toMatchObject({ state: 'answered' });
      const { cgroups } = await sandbox.accounting();
      expect(limitIn(cgroups?.memory ?? '')).toBe(48 * 1024 * 1024);
      expect(coresOf(cgroups?.memory ?? '')).toBe(0.5);
    },
  );
});

describe('HTTP', () => {
  it.each([
    ['docker', 'bridge'],
    ['docker', 'host'],
    ['podman', 'bridge'],
    ['podman', 'host'],
    ['containerd', 'host'],
    ['crun', 'host'],
  ])('%s serves on this machine’s loopback with network %s', { timeout: 90_000 }, async (id, network) => {
    const sandbox = await launch(await prepare(runtimeOf(id), { network }, 'http'));
    const { http } = sandbox;
    if (http === undefined) throw new Error('it has no endpoint');
    await http.listening;
    for (const sequence of [1, 2]) {
      const answer = await fetch(`http://127.0.0.1:${http.port}/`, { method: 'POST', body: 'Lumos' });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe('Hello, Lumos!');
      const head = decodeHead(Buffer.from(answer.headers.get('lumos-head') ?? '', 'base64'));
      expect(head.sequence).toBe(sequence);
    }
    await sandbox.remove();
    await expect(fetch(`http://127.0.0.1:${http.port}/`)).rejects.toThrow();
  });
});

describe('crun', () => {
  it('runs under the default filter of system calls', { timeout: 60_000 }, async () => {
    const made = await prepare(runtimeOf('crun'), { seccomp: 'default', network: 'host' });
    expect(await ask(await launch(made))).toMatchObject({ state: 'answered' });
  });
});

describe('a daemon that goes away', () => {
  const folders: string[] = [];
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  it('costs what is in flight, and is awaited until it is back', { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'docker-away-'));
    folders.push(folder);
    const path = join(folder, 'docker.sock');
    const connect = () =>
      Promise.resolve({ docker: new Dockerode({ socketPath: path }), close: () => Promise.resolve() });
    const probe = () => Promise.resolve({ usable: true, version: '1', details: {} } as const);
    const runtime = createDockerRuntime({ id: 'docker', probe, connect });
    const first = await openDockerProxy(path);
    const made = await prepare(runtime);
    const sandbox = await launch(made);
    expect(await ask(sandbox)).toMatchObject({ state: 'answered' });
    await first.cut();
    expect(await sandbox.exited).toMatchObject({ code: undefined });
    await expect((await made.stage('cold')).launch()).rejects.toThrow();
    await expect(runtime.awaitDaemon?.(milliseconds(200))).rejects.toThrow('does not answer');
    await rm(path, { force: true });
    const back = runtime.awaitDaemon?.(milliseconds(20_000));
    const second = await openDockerProxy(path);
    await back;
    await sandbox.remove();
    expect(await ask(await launch(made))).toMatchObject({ state: 'answered', head: { sequence: 1 } });
    for (const one of prepared.splice(0)) await one.dispose();
    await runtime.cleanUpAfter(runId);
    used.length = 0;
    await second.cut();
  });
});
