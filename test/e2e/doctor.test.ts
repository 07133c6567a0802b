/** What `lumos doctor` and `lumos list` tell machines: the shapes of CONTRACT.md. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RuntimeClassSchema, StartSchema, TransportSchema } from '../../src/domain/factors.js';
import { PayloadStepSchema } from '../../src/domain/function-manifest.js';
import { HostSchema } from '../../src/domain/run-manifest.js';
import { VerifiedMarkSchema } from '../../src/records/verified-marks.js';
import { badFunctions, ensureBuilt, lumos, repositoryRoot } from './lumos-command.js';

const firstRuntimes = ['native', 'docker', 'wasmtime-aot', 'wasmtime-interpreted', 'wasmtime-jit'];
/** What the functions of a first run, and their storage, need; an engine that no package manager has may be missing. */
const firstServices = ['rust', 'wasm-target', 'docker', 'wasmtime', 'redis', 'versitygw'];
const here = { cwd: repositoryRoot };

const usability = z.discriminatedUnion('usable', [
  z.object({ usable: z.literal(true), version: z.string().min(1) }),
  z.object({ usable: z.literal(false), why: z.string().min(1), remedy: z.string().min(1) }),
]);
const engine = z.object({
  id: z.string(),
  engine: z.string(),
  mode: z.string().optional(),
  class: RuntimeClassSchema,
});
const examined = engine.extend({
  transports: z.array(TransportSchema).min(1),
  starts: z.array(StartSchema).min(1),
  verified: z.boolean(),
  verifiedAt: z.iso.datetime().optional(),
});
const VerifySchema = z.object({ verified: z.array(VerifiedMarkSchema) });
const DoctorSchema = z.object({
  runtimes: z.array(z.intersection(examined, usability)),
  services: z.array(z.intersection(z.object({ name: z.string() }), usability)),
  snapshots: z.array(
    z.intersection(
      z.object({ name: z.string(), of: z.string().min(1), runtimes: z.array(z.string()) }),
      usability,
    ),
  ),
  host: HostSchema,
});

beforeAll(ensureBuilt);

async function json(args: readonly string[], environment: Record<string, string> = {}): Promise<unknown> {
  const { code, stdout } = await lumos([...args, '--json'], { ...here, environment });
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe('lumos doctor --json', () => {
  it('finds every runtime of a first run usable, in a version, with its engine, mode and class', async () => {
    const { runtimes, services } = DoctorSchema.parse(await json(['doctor']));
    expect(runtimes.map(({ id }) => id)).toEqual(expect.arrayContaining(firstRuntimes));
    const first = runtimes.filter(({ id }) => firstRuntimes.includes(id));
    const needed = services.filter(({ name }) => firstServices.includes(name));
    expect(needed).toHaveLength(firstServices.length);
    const unusable = [...first, ...needed].filter(({ usable }) => !usable);
    expect(unusable).toEqual([]);
    for (const { id, engine: name, mode } of runtimes) {
      expect(id).toBe(mode === undefined ? name : `${name}-${mode}`);
    }
  });

  it('says why Docker cannot be used and what mends it; the other runtimes are as they were', async () => {
    const found = await json(['doctor'], { DOCKER_HOST: 'unix:///nowhere/docker.sock' });
    const { runtimes, services } = DoctorSchema.parse(found);
    const docker = runtimes.find(({ id }) => id === 'docker');
    expect(docker).toMatchObject({ usable: false });
    expect(docker).toHaveProperty('why', expect.stringContaining('/nowhere/docker.sock'));
    expect(docker).toHaveProperty('remedy', expect.stringContaining('DOCKER_HOST'));
    expect(services.find(({ name }) => name === 'docker')).toMatchObject({ usable: false });
    const others = runtimes.filter(({ id }) => firstRuntimes.includes(id) && id !== 'docker');
    expect(others.map(({ usable }) => usable)).toEqual(others.map(() => true));
  });

  it('names what the start snapshot is restored by, and that CRIU restores nothing here', async () => {
    const { snapshots, runtimes } = DoctorSchema.parse(await json(['doctor']));
    const wizer = snapshots.find(({ name }) => name === 'wizer');
    expect(wizer).toMatchObject({ usable: true, of: 'modules of Wasm' });
    expect(wizer?.runtimes).toEqual(
      runtimes.filter(({ starts }) => starts.includes('snapshot')).map(({ id }) => id),
    );
    expect(snapshots.find(({ name }) => name === 'criu')).toMatchObject({ runtimes: [] });
  });

  it('the table for people fits 100 columns and names every runtime', async () => {
    const { code, stdout } = await lumos(['doctor'], here);
    expect(code).toBe(0);
    for (const id of firstRuntimes) expect(stdout).toContain(id);
    expect(stdout.split('\n').filter((line) => line.startsWith('│') && line.length > 100)).toEqual([]);
  });
});

describe('lumos doctor --verify', () => {
  it('runs the suite over native, keeps that it passed, and marks it verified from then on', async () => {
    const { code, stdout, stderr } = await lumos(['doctor', '--json', '--verify', 'native'], here);
    const { verified } = VerifySchema.parse(JSON.parse(stdout));
    expect(verified.map(({ runtime, failed }) => [runtime, failed])).toEqual([['native', []]]);
    expect(verified[0]?.passed).toBeGreaterThan(60);
    expect(code).toBe(0);
    expect(stderr).toContain('a payload of 16777216 bytes comes in and goes out byte for byte');
    const { runtimes } = DoctorSchema.parse(await json(['doctor']));
    const native = runtimes.find(({ id }) => id === 'native');
    expect(native).toMatchObject({ verified: true, verifiedAt: verified[0]?.at });
  }, 600_000);

  it('marks no runtime verified that has not passed on this machine', async () => {
    const nowhere = await mkdtemp(join(tmpdir(), 'cache-of-lumos-'));
    try {
      const { runtimes } = DoctorSchema.parse(await json(['doctor'], { LUMOS_CACHE: nowhere }));
      expect(runtimes.filter(({ verified }) => verified)).toEqual([]);
      const table = await lumos(['doctor'], { ...here, environment: { LUMOS_CACHE: nowhere } });
      expect(table.stdout).toContain('has not passed the conformance suite on this machine');
    } finally {
      await rm(nowhere, { recursive: true, force: true });
    }
  });

  it.each([
    ['a runtime nobody knows', ['nativ'], {}, 2, 'Did you mean "native"?'],
    [
      'one that cannot run here',
      ['docker'],
      { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
      3,
      'docker cannot run here',
    ],
  ])('refuses %s', async (_what, ids, environment, expected, message) => {
    const { code, stdout, stderr } = await lumos(['doctor', '--verify', ...ids], { ...here, environment });
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toContain(message);
  });
});

describe('lumos list --json', () => {
  it('functions: class, languages, storage and a ladder of at least three steps', async () => {
    const Functions = z.object({
      functions: z.array(
        z.object({
          name: z.string(),
          class: z.enum(['compute', 'data', 'mixed']),
          languages: z.array(z.string()).min(1),
          storage: z.array(z.string()).min(1),
          payloads: z.array(PayloadStepSchema).min(3),
        }),
      ),
    });
    const { functions } = Functions.parse(await json(['list', 'functions']));
    expect(functions.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['hashing', 'hello-world', 'json-transform', 'matrix-multiplication']),
    );
  });

  it('functions of a further folder are listed with the others', async () => {
    const found = await json(['list', 'functions', '--functions-path', badFunctions]);
    const { functions } = z.object({ functions: z.array(z.object({ name: z.string() })) }).parse(found);
    expect(functions.map(({ name }) => name)).toEqual(expect.arrayContaining(['misbehaving', 'hello-world']));
  });

  it('runtimes: id, engine and class', async () => {
    const { runtimes } = z
      .object({ runtimes: z.array(engine.extend({ starts: z.array(z.string()) })) })
      .parse(await json(['list', 'runtimes']));
    expect(runtimes.map(({ id }) => id)).toEqual(expect.arrayContaining(firstRuntimes));
    for (const { starts } of runtimes) expect(starts).toEqual(expect.arrayContaining(['cold', 'warm']));
  });

  it('experiments and environments: by their names', async () => {
    expect(await json(['list', 'experiments'])).toMatchObject({
      experiments: expect.arrayContaining([expect.objectContaining({ name: 'quickstart' })]) as unknown,
    });
    expect(await json(['list', 'environments'])).toMatchObject({
      environments: expect.arrayContaining([expect.objectContaining({ name: 'local' })]) as unknown,
    });
  });

  it('a list there is not is wrong usage, answered with the nearest', async () => {
    const { code, stdout, stderr } = await lumos(['list', 'runtime', '--json'], here);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Did you mean "runtimes"?');
  });
});
