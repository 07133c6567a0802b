/** Functions with objects on every runtime, by every way to every storage there is: real Redis, real S3, real files. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorkbench } from '../../src/cli/workbench.js';
import { encodeConfigure } from '../../src/control-plane/invoke/storage-frames.js';
import { dependencyOf } from '../../src/control-plane/setup/dependencies.js';
import { ensureDependency } from '../../src/control-plane/setup/dependency.js';
import { ExperimentSchema, type Experiment } from '../../src/domain/experiment.js';
import { MeasurementSchema, type Measurement } from '../../src/domain/measurement.js';
import type { StorageService } from '../../src/domain/object-store.js';
import type { Runtime } from '../../src/domain/runtime.js';
import type { ReadyPayload } from '../../src/experiment/ready-payloads.js';
import type { StorageBench } from '../../src/experiment/storage-bench.js';
import type { StorageFactors } from '../../src/experiment/storage-factors.js';
import type { TrialStorage } from '../../src/experiment/trial-storage.js';
import type { TrialBench } from '../../src/conformance/trial-bench.js';
import { functionIn } from './found.js';
import { Opened } from './opened.js';

const workbench = await createWorkbench();
const catalogue = await workbench.catalogue();
const services = new Map<string, StorageService>();

const ways: StorageFactors[] = [
  { storage: 'inline' },
  { storage: 'file', access: 'direct' },
  { storage: 'file', access: 'host' },
  ...(['redis', 's3'] as const).flatMap((storage) =>
    (['direct', 'host'] as const).flatMap((access) =>
      (['reused', 'per-invocation'] as const).map((connection) => ({ storage, access, connection })),
    ),
  ),
];
const nameOf = (factors: StorageFactors): string => Object.values(factors).join(', ');

beforeAll(async () => {
  for (const name of ['redis', 'versitygw', 'wasm-sockets-target'] as const)
    await ensureDependency(dependencyOf(workbench.dependencies, name), () => undefined);
  for (const storage of ['redis', 's3'] as const) services.set(storage, await workbench.services(storage));
}, 600_000);
afterAll(async () => {
  for (const service of services.values()) await service.stop();
});

function running(storage: string): StorageService {
  const service = services.get(storage);
  if (service === undefined) throw new Error(`${storage} was not started`);
  return service;
}

let opened: Opened;
beforeEach(async () => {
  opened = await Opened.begin(workbench);
});
afterEach(() => opened.end());

const experimentOf = (changes: Partial<Experiment['limits']> = {}): Experiment =>
  ExperimentSchema.parse({ name: 'test', functions: ['kv-read'], runtimes: ['native'], limits: changes });

type Changed = (storage: TrialStorage, payload: ReadyPayload) => TrialStorage;

async function open(
  runtime: Runtime,
  name: string,
  factors: StorageFactors,
  experiment = experimentOf(),
  change?: { payload?: (payload: ReadyPayload) => ReadyPayload; storage?: Changed },
): Promise<TrialBench> {
  const storage = await opened.storage(runtime, experiment, factors, running);
  const options = runtime.id === 'docker' && factors.access === 'direct' ? { network: 'host' } : {};
  const source: Pick<StorageBench, 'reach' | 'forCell'> = {
    reach: (cell) => storage.reach(cell),
    forCell: (cell, payload, prepared) => {
      const own = change?.payload?.(payload) ?? payload;
      const made = storage.forCell(cell, own, prepared);
      return made === undefined ? undefined : (change?.storage?.(made, own) ?? made);
    },
  };
  return await opened.bench(runtime, functionIn(catalogue, name), { options, factors, storage: source });
}

function only(rows: readonly Measurement[]): Measurement {
  expect(rows).toHaveLength(1);
  const [row] = rows;
  if (row === undefined) throw new Error('no row');
  return row;
}

/** Runtimes on which a function of ours opens connections itself; engines of WASI 0.1 alone cannot. */
const connecting = ['native', 'docker', 'wasmtime-aot', 'wasmtime-interpreted', 'wasmtime-jit'];

describe.each(workbench.registry.filter(({ id }) => connecting.includes(id)))('$id', (runtime) => {
  it.each(ways.map((factors) => [nameOf(factors), factors] as const))(
    'reads, changes and stores an object again and again: %s',
    async (_name, factors) => {
      const bench = await open(runtime, 'kv-read-modify-write', factors);
      const rows = [
        ...(await bench.trial('1')),
        ...(await bench.trial('1', { start: 'warm', invocations: 3 })),
      ];
      expect(rows.map(({ outcome, reason }) => [outcome, reason])).toEqual(Array(4).fill(['ok', undefined]));
      for (const row of rows) {
        expect(MeasurementSchema.parse(row)).toEqual(row);
        expect(row).toMatchObject({ ...factors, fetchedBytes: 1024, storedBytes: 1024 });
        expect(row.fetchMs).toBeGreaterThan(0);
        expect(row.storeMs).toBeGreaterThan(0);
        if (factors.access === 'host') {
          expect(row.storageRoundTrips).toBe(2);
          expect(row.hostFetchMs).toBeLessThanOrEqual((row.fetchMs ?? 0) + 0.5);
          expect(row.hostStoreMs).toBeLessThanOrEqual((row.storeMs ?? 0) + 0.5);
        } else {
          expect(row).not.toHaveProperty('hostFetchMs');
        }
      }
    },
  );

  it.each([
    ['host', 1],
    ['direct', 2],
  ] as const)('counts at Redis what the function moved, access by %s', async (access, requests) => {
    const bench = await open(runtime, 'kv-read', { storage: 'redis', access, connection: 'reused' });
    const rows = await bench.trial('50', { start: 'warm', invocations: 2 });
    for (const row of rows) {
      expect(row).toMatchObject({ outcome: 'ok', fetchedBytes: 51_200, storedBytes: 0 });
      // A function that asks itself asks for the size before the object; our client limits what it takes in as it comes.
      expect(row.serviceRequests).toBe(requests);
      expect(row.serviceSentBytes).toBeGreaterThan(51_200);
      expect(row.serviceSentBytes).toBeLessThan(51_200 + 100);
      expect(row.serviceReceivedBytes).toBeLessThan(1000);
    }
  });

  it.each(['file', 'redis', 's3'] as const)('moves objects of 2 MiB by way of %s', async (storage) => {
    for (const access of ['direct', 'host'] as const) {
      const factors = { storage, access, ...(storage === 'file' ? {} : { connection: 'reused' as const }) };
      expect(only(await (await open(runtime, 'object-transform', factors)).trial('2048'))).toMatchObject({
        outcome: 'ok',
        fetchedBytes: 2_097_152,
      });
      expect(only(await (await open(runtime, 'kv-write', factors)).trial('2048'))).toMatchObject({
        outcome: 'ok',
        storedBytes: 2_097_152,
      });
    }
  });

  const outside = ways.filter(
    ({ access, connection }) => access !== undefined && connection !== 'per-invocation',
  );

  it('says of an object that is not there the same, whichever way it asks', async () => {
    const gone = (payload: ReadyPayload): ReadyPayload => ({
      ...payload,
      objects: {},
      stored: { input: new Uint8Array(1) },
    });
    for (const factors of outside) {
      const bench = await open(runtime, 'kv-read', factors, experimentOf(), { payload: gone });
      expect(only(await bench.trial('tiny'))).toMatchObject({
        outcome: 'wrong-output',
        reason: 'the function reports an error: storage: there is no object "input"',
      });
    }
  });

  it('says of an object above the limit the same, whichever way it puts it', async () => {
    for (const factors of outside) {
      const bench = await open(runtime, 'kv-write', factors, experimentOf({ objectMiB: 1 / 1024 }));
      expect(only(await bench.trial('50')).reason).toBe(
        'the function reports an error: storage: object "output" is larger than the limit of 1024 bytes',
      );
      expect(only(await bench.trial('1')).outcome).toBe('ok');
    }
  });

  /** Over a connection of its own to what `change` makes of the service's URL. */
  async function readFrom(storage: 'redis' | 's3', change: (url: URL) => void): Promise<Measurement> {
    const { url, region = 'us-east-1' } = running(storage).address;
    const changed = new URL(url);
    change(changed);
    const factors = { storage, access: 'direct', connection: 'reused' } as const;
    const elsewhere = (made: TrialStorage): TrialStorage => ({
      configure: encodeConfigure({
        ...factors,
        limit: '1048576',
        prefix: 'lumos/',
        url: changed.href,
        region,
      }),
      before: () => made.before(),
      after: () => made.after(),
      verify: () => made.verify(),
      close: () => made.close(),
    });
    const bench = await open(runtime, 'kv-read', factors, experimentOf(), { storage: elsewhere });
    return only(await bench.trial('tiny'));
  }

  it.each(['redis', 's3'] as const)(
    'says what %s said of wrong credentials, and nothing of them',
    async (storage) => {
      const row = await readFrom(storage, (url) => (url.password = 'wrong-secret'));
      expect(row.reason).toBe('the function reports an error: storage: the service refuses the credentials');
      expect(JSON.stringify(row)).not.toContain('wrong-secret');
    },
  );

  it.each(['redis', 's3'] as const)(
    'says of %s where nothing listens that it cannot be reached',
    async (storage) => {
      const row = await readFrom(storage, (url) => (url.port = '1'));
      expect(row.reason).toBe('the function reports an error: storage: the service cannot be reached');
    },
  );
});
