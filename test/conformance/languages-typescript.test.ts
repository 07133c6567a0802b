/** Functions in TypeScript: in Node as a process and in a container, and as components; the same verifier as for all others. */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorkbench } from '../../src/cli/workbench.js';
import { dependencyOf } from '../../src/control-plane/setup/dependencies.js';
import { ensureDependency } from '../../src/control-plane/setup/dependency.js';
import { ExperimentSchema } from '../../src/domain/experiment.js';
import type { FunctionDefinition } from '../../src/domain/function-manifest.js';
import type { StorageService } from '../../src/domain/object-store.js';
import type { TrialBench, Settings } from '../../src/conformance/trial-bench.js';
import type { StorageFactors } from '../../src/experiment/storage-factors.js';
import { functionIn, runtimeIn } from './found.js';
import { Opened } from './opened.js';

const workbench = await createWorkbench();
const catalogue = await workbench.catalogue();
const language = 'typescript';
const stateless = ['hello-world', 'json-transform', 'hashing', 'matrix-multiplication'];

let redis: StorageService | undefined;
beforeAll(async () => {
  for (const name of ['redis', 'mmdebstrap', 'componentize-js']) {
    await ensureDependency(dependencyOf(workbench.dependencies, name), () => undefined);
  }
  redis = await workbench.services('redis');
}, 600_000);
afterAll(async () => {
  await redis?.stop();
});

let opened: Opened;
beforeEach(async () => {
  opened = await Opened.begin(workbench);
});
afterEach(() => opened.end());

const functionOf = (name: string): FunctionDefinition => functionIn(catalogue, name);

const open = (runtime: string, name: string, settings: Settings = {}): Promise<TrialBench> =>
  opened.bench(runtimeIn(workbench.registry, runtime), functionOf(name), { ...settings, language });

function runningRedis(): StorageService {
  if (redis === undefined) throw new Error('redis was not started');
  return redis;
}

async function openWithObjects(runtime: string, factors: StorageFactors): Promise<TrialBench> {
  const experiment = ExperimentSchema.parse({ name: 'test', functions: ['kv-read'], runtimes: [runtime] });
  const found = runtimeIn(workbench.registry, runtime);
  const storage = await opened.storage(found, experiment, factors, runningRedis);
  const isContainer = runtime === 'docker' && factors.access === 'direct' && factors.storage === 'redis';
  return await open(runtime, 'kv-read', {
    factors,
    storage,
    options: isContainer ? { network: 'host' } : {},
  });
}

const ok = (count: number): unknown[] => Array(count).fill(['ok', undefined]);

describe('in Node', () => {
  it.each(stateless)('%s answers on its whole ladder as it does in Rust, cold and warm', async (name) => {
    const bench = await open('node', name);
    for (const { label } of functionOf(name).manifest.payloads) {
      const rows = [
        ...(await bench.trial(label)),
        ...(await bench.trial(label, { start: 'warm', invocations: 2 })),
      ];
      expect(rows.map(({ outcome, reason }) => [outcome, reason])).toEqual(ok(3));
      for (const row of rows) {
        expect(row.language).toBe(language);
        expect(row.computeMs).toBeGreaterThanOrEqual(0);
        expect(row.serializeMs).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('answers over HTTP too', async () => {
    const bench = await open('node', 'hello-world', { transport: 'http' });
    const rows = [
      ...(await bench.trial('small')),
      ...(await bench.trial('large', { start: 'warm', invocations: 3 })),
    ];
    expect(rows.map(({ outcome, reason }) => [outcome, reason])).toEqual(ok(4));
  });
});

describe('in a container', () => {
  it.each(stateless)('%s answers, cold and warm', async (name) => {
    const bench = await open('docker', name);
    const label = functionOf(name).manifest.payloads[1]?.label ?? '';
    const rows = [
      ...(await bench.trial(label)),
      ...(await bench.trial(label, { start: 'warm', invocations: 2 })),
    ];
    expect(rows.map(({ outcome, reason }) => [outcome, reason])).toEqual(ok(3));
  });

  it('stands on Node, which is kept once for all, and is counted with it', async () => {
    const [one, other] = await Promise.all(
      ['hello-world', 'hashing'].map((name) =>
        workbench.builder.artifact(functionOf(name), 'node-image', language),
      ),
    );
    expect(one?.image.archiveBasePath).toBe(other?.image.archiveBasePath);
    expect(one?.sizeBytes).toBeLessThan(100_000);
    // Debian and Node's own binary, which is some 100 MB unpacked.
    expect(one?.image.compressedBytes).toBeGreaterThan(40_000_000);
    expect(one?.image.uncompressedBytes).toBeGreaterThan(130_000_000);
  });
});

describe.each(['node', 'docker'])('objects on %s', (runtime) => {
  const ways: StorageFactors[] = [
    { storage: 'inline' },
    { storage: 'file', access: 'direct' },
    { storage: 'file', access: 'host' },
    { storage: 'redis', access: 'host', connection: 'reused' },
    { storage: 'redis', access: 'direct', connection: 'reused' },
    { storage: 'redis', access: 'direct', connection: 'per-invocation' },
  ];
  it.each(ways.map((way) => [Object.values(way).join(', '), way] as const))(
    'are read: %s',
    async (_, way) => {
      const bench = await openWithObjects(runtime, way);
      const rows = [
        ...(await bench.trial('1')),
        ...(await bench.trial('512', { start: 'warm', invocations: 2 })),
      ];
      expect(rows.map(({ outcome, reason }) => [outcome, reason])).toEqual(ok(3));
      expect(rows.map(({ fetchedBytes }) => fetchedBytes)).toEqual([1024, 524_288, 524_288]);
      for (const row of rows) expect(row.fetchMs).toBeGreaterThan(0);
    },
  );
});

describe('as a component', () => {
  it('answers in wasmtime serve, by a new instance each time and by one that stays', async () => {
    const bench = await open('wasmtime-serve', 'hello-world');
    const rows = [
      ...(await bench.trial('small', { start: 'fresh', invocations: 3 })),
      ...(await bench.trial('large', { start: 'fresh', invocations: 2 })),
      ...(await bench.trial('empty')),
    ];
    expect(rows.map(({ outcome, reason }) => [outcome, reason])).toEqual(ok(6));
    const standing = await bench.launch('warm');
    await standing.sandbox.http?.listening;
    const sequences: number[] = [];
    for (let index = 0; index < 6; index += 1) {
      const exchange = await standing.ask('small');
      expect(exchange.state === 'failed' ? exchange.reason : exchange.state).toBe('answered');
      if (exchange.state === 'answered') sequences.push(exchange.head.sequence);
    }
    // The server makes a second instance for a request that comes while the first is still putting its things away.
    expect(Math.max(...sequences)).toBeGreaterThanOrEqual(3);
  }, 600_000);
});

describe('the bundle', () => {
  it('is the same from wherever it is built, and holds no word of this machine', async () => {
    const bundle = await workbench.builder.artifact(functionOf('kv-read'), 'node-bundle', language);
    const text = readFileSync(bundle.path, 'utf8');
    expect(text).not.toContain(process.cwd());
    expect(bundle.sizeBytes).toBe(Buffer.byteLength(text));
  });
});
