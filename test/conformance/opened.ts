/** What one test opens on the real runtimes: taken down after it, and then nothing may be left. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { leftBehind, machineTraces, type Trace } from '../../src/conformance/machine-traces.js';
import { TrialBench, type Settings, type Workshop } from '../../src/conformance/trial-bench.js';
import { monotonicClock } from '../../src/data-plane/probes/monotonic-clock.js';
import type { Experiment } from '../../src/domain/experiment.js';
import { CellSchema } from '../../src/domain/factors.js';
import type { FunctionDefinition } from '../../src/domain/function-manifest.js';
import type { StorageService } from '../../src/domain/object-store.js';
import type { Runtime } from '../../src/domain/runtime.js';
import { StorageBench } from '../../src/experiment/storage-bench.js';
import type { StorageFactors } from '../../src/experiment/storage-factors.js';

export class Opened {
  readonly runId = `test${randomBytes(5).toString('hex')}`;
  private readonly benches: TrialBench[] = [];
  private readonly storages: StorageBench[] = [];
  private readonly used = new Set<Runtime>();

  private constructor(
    private readonly workshop: Workshop,
    private readonly before: readonly Trace[],
  ) {}

  static async begin(workshop: Workshop): Promise<Opened> {
    return new Opened(workshop, await machineTraces());
  }

  async bench(
    runtime: Runtime,
    definition: FunctionDefinition,
    settings: Settings = {},
  ): Promise<TrialBench> {
    this.used.add(runtime);
    const bench = await TrialBench.open(this.workshop, runtime, definition, this.runId, settings);
    this.benches.push(bench);
    return bench;
  }

  /** Where the function's objects lie; `service` is asked for the one that the factors need, and outlives the test. */
  async storage(
    runtime: Runtime,
    experiment: Experiment,
    factors: StorageFactors,
    service: (storage: string) => StorageService,
  ): Promise<StorageBench> {
    const lasting = (storage: string): Promise<StorageService> =>
      Promise.resolve().then(() => outliving(service(storage)));
    const storage = new StorageBench(this.runId, experiment, lasting, monotonicClock);
    this.storages.push(storage);
    const [name = ''] = experiment.functions;
    const cell = CellSchema.parse({
      ...{ function: name, payload: 'small', runtime: runtime.id, class: runtime.class },
      ...{ environment: 'local', start: 'cold', concurrency: 1 },
      ...factors,
    });
    await storage.start([cell], () => undefined);
    return storage;
  }

  async end(): Promise<void> {
    for (const bench of this.benches) await bench.dispose();
    for (const storage of this.storages) await storage.dispose();
    for (const runtime of this.used) await runtime.cleanUpAfter(this.runId);
    expect(await leftBehind(this.before, this.runId)).toEqual([]);
  }
}

/** The same service, which nobody stops by ending a bench. */
const outliving = (service: StorageService): StorageService => ({
  ...{ storage: service.storage, version: service.version, origin: service.origin },
  ...{ address: service.address, at: service.at },
  connect: (options) => service.connect(options),
  ...(service.counters === undefined ? {} : { counters: service.counters }),
  revive: () => service.revive(),
  stop: () => Promise.resolve(),
});
