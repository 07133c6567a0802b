/** Lumos's own path to a latency, the same code as `lumos run`: build, prepare, stage, launch, invoke, verify, remove. */
import { cacheFolder } from '../src/control-plane/build/cache-folder.js';
import { createBuilder, type Builder } from '../src/control-plane/build/create-builder.js';
import { findHierarchy } from '../src/control-plane/cgroup/hierarchy.js';
import { createEngines } from '../src/control-plane/runtimes/registry.js';
import { findWasmtime } from '../src/control-plane/runtimes/wasmtime/dependency.js';
import { monotonicClock } from '../src/data-plane/probes/monotonic-clock.js';
import { readIntoPageCache } from '../src/data-plane/probes/page-cache.js';
import { LumosError, missingDependency } from '../src/domain/errors.js';
import { ExperimentSchema } from '../src/domain/experiment.js';
import type { Cell, Start } from '../src/domain/factors.js';
import type { FunctionDefinition } from '../src/domain/function-manifest.js';
import type { Measurement } from '../src/domain/measurement.js';
import type { Artifact, Runtime } from '../src/domain/runtime.js';
import { fromMebibytes, milliseconds } from '../src/domain/units.js';
import { Bench } from '../src/experiment/bench.js';
import { StorageBench } from '../src/experiment/storage-bench.js';
import type { TrialOptions } from '../src/experiment/trial-runner.js';
import { loadCatalogue } from '../src/user-plane/functions/catalogue.js';
import { join } from 'node:path';
import { repositoryRoot } from './repository.js';

/** A function and a step of its ladder. */
export interface Subject {
  readonly name: string;
  readonly payload: string;
}

/** 64 bytes. */
const smallest: Subject = { name: 'hello-world', payload: 'small' };
const warmups = 50;

export interface OwnPath {
  readonly artifact: Artifact;
  /** The invoke frame that every invocation sends. */
  readonly frame: Uint8Array;
  /** The payload in it. */
  readonly input: Uint8Array;
  /** Path of wasmtime; absent where it is not installed. */
  readonly wasmtime?: string;
  /** Latencies of `count` cold starts, one sandbox each. */
  cold(count: number): Promise<number[]>;
  /** Latencies of `count` warm invocations of one sandbox, after its warm-up. */
  warm(count: number): Promise<number[]>;
  /** Latencies of `count` requests to one engine that is up, each met by a new instance. */
  fresh(count: number): Promise<number[]>;
  /** Hands the port of such an engine to `use`, and takes it down after it. */
  atPort<T>(use: (port: number) => Promise<T>): Promise<T>;
}

/** Makes a function ready on `runtimeId` for `use`, and takes everything down again. */
export async function withOwnPath<T>(
  runtimeId: string,
  use: (own: OwnPath) => Promise<T>,
  subject: Subject = smallest,
): Promise<T> {
  const options = { cacheFolder: cacheFolder(), repositoryRoot };
  const wasmtime = await findWasmtime(options);
  const shimPath = (): Promise<string> => builder.shim();
  const engines = createEngines({ machine: { shimPath, hierarchy: findHierarchy() }, setup: options });
  const precompilers = engines.flatMap((engine) => engine.precompilers ?? []);
  const builder: Builder = createBuilder({ ...options, precompilers });
  const registry = engines.flatMap((engine) => engine.runtimes);
  const runtime = await usable(registry, runtimeId);
  const catalogue = await loadCatalogue([join(repositoryRoot, 'functions')]);
  const [definition] = catalogue.select([subject.name]);
  if (definition === undefined) throw new LumosError('failed', `there is no function ${subject.name}`);
  const experiment = ExperimentSchema.parse({
    name: 'bench',
    functions: [subject.name],
    runtimes: [runtimeId],
  });
  const runId = `bench-${process.pid}`;
  const noServices = (): Promise<never> =>
    Promise.reject(new LumosError('failed', 'no function here has storage'));
  const storage = new StorageBench(runId, experiment, noServices, monotonicClock);
  const bench = new Bench(runId, experiment, builder, storage);
  try {
    await bench.prepare(definition, runtime, cellOf(subject, runtime, 'warm'));
    const artifact = await builder.artifact(definition, runtime.artifactKind);
    readIntoPageCache(artifact.path);
    const { frame, input } = bench.payload(definition, subject);
    return await use({
      ...{ artifact, frame, input },
      ...(wasmtime === undefined ? {} : { wasmtime }),
      cold: (count) => coldStarts(bench, definition, subject, runtime, count),
      warm: (count) => sample(bench, definition, subject, runtime, 'warm', count),
      fresh: (count) => sample(bench, definition, subject, runtime, 'fresh', count),
      atPort: (useIt) => atPort(bench, cellOf(subject, runtime, 'fresh'), useIt),
    });
  } finally {
    await bench.dispose([runtime]);
  }
}

async function usable(registry: readonly Runtime[], id: string): Promise<Runtime> {
  const runtime = registry.find((candidate) => candidate.id === id);
  if (runtime === undefined) throw new LumosError('failed', `there is no runtime ${id}`);
  const availability = await runtime.probe();
  if (!availability.usable) throw missingDependency(`${id}: ${availability.why}`, availability.remedy);
  return runtime;
}

async function coldStarts(
  bench: Bench,
  definition: FunctionDefinition,
  subject: Subject,
  runtime: Runtime,
  count: number,
): Promise<number[]> {
  const latencies: number[] = [];
  for (let i = 0; i < count; i += 1)
    latencies.push(...(await sample(bench, definition, subject, runtime, 'cold', 1)));
  return latencies;
}

/** One trial. A failure ends the benchmark: a median of what happened to survive would be no figure. */
async function sample(
  bench: Bench,
  definition: FunctionDefinition,
  subject: Subject,
  runtime: Runtime,
  start: Start,
  invocations: number,
): Promise<number[]> {
  const cell = cellOf(subject, runtime, start);
  const rows: Measurement[] = [];
  const trial = { index: 0, round: 0, cell, invocations };
  await bench.run(trial, definition, trialOptions(), (row) => void rows.push(row));
  return rows.map(({ outcome, reason, latencyMs }) => {
    if (outcome === 'ok' && latencyMs !== undefined) return latencyMs;
    throw new LumosError(
      'failed',
      `${subject.name} on ${runtime.id}: ${outcome}: ${reason ?? 'no reason given'}`,
    );
  });
}

async function atPort<T>(bench: Bench, cell: Cell, use: (port: number) => Promise<T>): Promise<T> {
  const found = bench.preparedFor(cell);
  if ('why' in found) throw new LumosError('failed', found.why);
  const sandbox = await (await found.prepared.stage(cell.start)).launch();
  try {
    if (sandbox.http === undefined) throw new LumosError('failed', `${cell.runtime} serves no HTTP`);
    await sandbox.http.listening;
    return await use(sandbox.http.port);
  } finally {
    await sandbox.remove();
  }
}

const trialOptions = (): TrialOptions => ({
  clock: monotonicClock,
  firstSandbox: 0,
  timeLimitMs: milliseconds(10_000),
  maximumResponseBytes: fromMebibytes(1),
  warmups,
  beforeCold: () => undefined,
  signal: new AbortController().signal,
});

const cellOf = ({ name, payload }: Subject, runtime: Runtime, start: Start): Cell => ({
  function: name,
  payload,
  runtime: runtime.id,
  class: runtime.class,
  environment: 'local',
  start,
  concurrency: 1,
  ...(runtime.transports.includes('stdio') ? {} : { transport: 'http' as const }),
});
