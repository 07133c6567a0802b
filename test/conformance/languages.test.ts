/**
 * Functions in more than one language answer the same in each, by the same oracle: Go on every kind of runtime, both
 * languages over HTTP, and wherever their objects lie. (TypeScript's own: languages-typescript.test.ts.)
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorkbench } from '../../src/cli/workbench.js';
import type { TrialBench } from '../../src/conformance/trial-bench.js';
import { dependencyOf } from '../../src/control-plane/setup/dependencies.js';
import { ensureDependency } from '../../src/control-plane/setup/dependency.js';
import { ExperimentSchema } from '../../src/domain/experiment.js';
import type { Language, Start, Transport } from '../../src/domain/factors.js';
import type { FunctionDefinition } from '../../src/domain/function-manifest.js';
import type { Measurement } from '../../src/domain/measurement.js';
import type { StorageService } from '../../src/domain/object-store.js';
import type { Runtime } from '../../src/domain/runtime.js';
import type { StorageFactors } from '../../src/experiment/storage-factors.js';
import { functionIn, runtimeIn } from './found.js';
import { Opened } from './opened.js';

const workbench = await createWorkbench();
const catalogue = await workbench.catalogue();
const names = ['hello-world', 'json-transform', 'hashing', 'matrix-multiplication'] as const;

let redis: StorageService | undefined;
let opened: Opened;

beforeAll(async () => {
  for (const name of ['go', 'redis', 'wasmtime', 'docker', 'componentize-js']) {
    await ensureDependency(dependencyOf(workbench.dependencies, name), () => undefined);
  }
  redis = await workbench.services('redis');
}, 900_000);
afterAll(async () => {
  await redis?.stop();
});
beforeEach(async () => {
  opened = await Opened.begin(workbench);
});
afterEach(() => opened.end());

const functionOf = (name: string): FunctionDefinition => functionIn(catalogue, name);
const runtimeOf = (id: string): Runtime => runtimeIn(workbench.registry, id);

function runningRedis(): StorageService {
  if (redis === undefined) throw new Error('redis was not started');
  return redis;
}

interface Place {
  readonly runtime: string;
  readonly language: Language;
  readonly transport: Transport;
}

async function open(
  { runtime, language, transport }: Place,
  name: string,
  factors?: StorageFactors,
): Promise<TrialBench> {
  const found = runtimeOf(runtime);
  const experiment = ExperimentSchema.parse({ name: 'test', functions: [name], runtimes: [runtime] });
  const objects =
    factors === undefined
      ? {}
      : { factors, storage: await opened.storage(found, experiment, factors, runningRedis) };
  return await opened.bench(found, functionOf(name), { language, transport, ...objects });
}

const outcomesOf = (rows: readonly Measurement[]): unknown[] =>
  rows.map(({ outcome, reason, payload }) => [payload, outcome, reason]);

/** The whole ladder where a bare process is quick enough for it; elsewhere, and over HTTP, the first steps show the same. */
const stepsOf = (definition: FunctionDefinition, { runtime, transport }: Place): readonly string[] => {
  const labels = definition.manifest.payloads.map(({ label }) => label);
  const isQuick = runtimeOf(runtime).class === 'process' && transport === 'stdio';
  return isQuick ? labels : labels.slice(0, 3);
};

const places: readonly (Place & { readonly start: Start })[] = [
  { runtime: 'native', language: 'go', transport: 'stdio', start: 'warm' },
  { runtime: 'native', language: 'go', transport: 'http', start: 'warm' },
  { runtime: 'wasmtime-aot', language: 'go', transport: 'stdio', start: 'warm' },
  { runtime: 'docker', language: 'go', transport: 'stdio', start: 'warm' },
  { runtime: 'node', language: 'typescript', transport: 'http', start: 'warm' },
  { runtime: 'wasmtime-serve', language: 'typescript', transport: 'http', start: 'fresh' },
];

const nameOf = (...parts: readonly object[]): string =>
  parts.flatMap((part) => Object.values(part) as unknown[]).join(', ');

describe.each(places.map((place) => [nameOf(place), place] as const))('%s', (_name, place) => {
  it.each(names)(
    '%s answers what its oracle says, cold and again',
    async (name) => {
      const bench = await open(place, name);
      expect(bench.language).toBe(place.language);
      for (const label of stepsOf(functionOf(name), place)) {
        const rows = [
          ...(await bench.trial(label)),
          ...(await bench.trial(label, { start: place.start, invocations: 2 })),
        ];
        expect(outcomesOf(rows)).toEqual(Array(3).fill([label, 'ok', undefined]));
        for (const row of rows) expect(row.computeMs).toBeGreaterThanOrEqual(0);
      }
    },
    600_000,
  );
});

const inline: StorageFactors = { storage: 'inline' };
const file = { storage: 'file', access: 'direct' } as const;
const throughHost = { storage: 'redis', access: 'host', connection: 'reused' } as const;
const kept = { storage: 'redis', access: 'direct', connection: 'reused' } as const;
const oneEach = { storage: 'redis', access: 'direct', connection: 'per-invocation' } as const;

const go = { runtime: 'native', language: 'go', transport: 'stdio' } as const;
const goWasm = { runtime: 'wasmtime-aot', language: 'go', transport: 'stdio' } as const;
const node = { runtime: 'node', language: 'typescript' } as const;
const overHttp = { transport: 'http' } as const;

/** What was asked for and waited for: the size and the object, before them who asks on a new connection; nothing of a file. */
const objects: readonly (readonly [Place, StorageFactors, roundTrips: number])[] = [
  ...[go, goWasm].flatMap(
    (place) =>
      [
        [place, inline, 0],
        [place, file, 0],
        [place, throughHost, 1],
      ] as const,
  ),
  ...[go, { ...go, ...overHttp }, { ...node, ...overHttp }].flatMap(
    (place) =>
      [
        [place, kept, 2],
        [place, oneEach, 3],
      ] as const,
  ),
  [{ ...go, ...overHttp }, inline, 0],
  [{ ...go, runtime: 'docker' }, inline, 0],
  [{ ...node, ...overHttp }, file, 0],
  [{ runtime: 'wasmtime-serve', language: 'typescript', transport: 'http' }, inline, 0],
];

describe('kv-read', () => {
  it.each(
    objects.map(
      ([place, factors, roundTrips]) => [nameOf(place, factors), place, factors, roundTrips] as const,
    ),
  )(
    'reads its object: %s',
    async (_name, place, factors, roundTrips) => {
      const bench = await open(place, 'kv-read', factors);
      const warm = place.runtime === 'wasmtime-serve' ? 'fresh' : 'warm';
      const rows = [
        ...(await bench.trial('50')),
        ...(await bench.trial('50', { start: warm, invocations: 2 })),
      ];
      expect(outcomesOf(rows)).toEqual(Array(3).fill(['50', 'ok', undefined]));
      for (const row of rows) expect(row).toMatchObject({ fetchedBytes: 51_200, storedBytes: 0 });
      expect(rows.at(-1)?.storageRoundTrips).toBe(roundTrips);
    },
    600_000,
  );
});
