/** One runtime under one behaviour: everything that is opened here is taken down with it. */
import { LumosError, messageOf } from '../domain/errors.js';
import type { FunctionDefinition } from '../domain/function-manifest.js';
import type { Measurement } from '../domain/measurement.js';
import type { Transport } from '../domain/factors.js';
import type { CpuLimit, Runtime } from '../domain/runtime.js';
import { ExperimentSchema } from '../domain/experiment.js';
import { StorageBench } from '../experiment/storage-bench.js';
import { hasObjects } from '../experiment/storage-factors.js';
import { monotonicClock } from '../data-plane/probes/monotonic-clock.js';
import { Skipped } from './behaviour.js';
import { expectEqual, expectPresent } from './expectations.js';
import { isListening, leftBehind, type Trace } from './machine-traces.js';
import type { Suite } from './suite.js';
import { TrialBench, type Asked, type Settings } from './trial-bench.js';

export interface OpenSettings {
  readonly memoryMiB?: number;
  /** It is to start from a snapshot. */
  readonly snapshot?: boolean;
  readonly cpu?: CpuLimit;
  /** Another run's than the behaviour's own; whoever names one takes it down. */
  readonly runId?: string;
}

export class Subject {
  private readonly benches: TrialBench[] = [];
  private readonly storages: StorageBench[] = [];
  private readonly ports = new Set<number>();

  constructor(
    readonly suite: Suite,
    readonly runtime: Runtime,
    readonly transport: Transport,
    readonly runId: string,
    private readonly before: readonly Trace[],
  ) {}

  /** @throws Skipped with this reason */
  skip(reason: string): never {
    throw new Skipped(reason);
  }

  /** A function by its name. @throws LumosError where the suite was not given it */
  function(name: string): FunctionDefinition {
    const found = this.suite.functions.find(({ manifest }) => manifest.name === name);
    if (found === undefined) throw new LumosError('failed', `the suite has no function ${name}`);
    return found;
  }

  /** A function made ready on the runtime, with its objects in its payload if it has any. */
  async open(what: string | FunctionDefinition, settings: OpenSettings = {}): Promise<TrialBench> {
    return await this.openOn(this.runtime, this.transport, what, settings);
  }

  /** The bytes that the function answers natively. */
  async nativeAnswer(what: string | FunctionDefinition, label: string): Promise<NativeAnswer> {
    const { native } = this.suite;
    if (native === undefined) return this.skip('nothing runs natively here to compare with');
    const bench = await this.openOn(native, 'stdio', what, {});
    return { bytes: await answerOf(bench, label), language: bench.language };
  }

  /** The row of one trial with one invocation. */
  async row(what: string | FunctionDefinition, label: string, asked: Asked = {}): Promise<Measurement> {
    const settings = asked.start === 'snapshot' ? { snapshot: true } : {};
    return only(await (await this.open(what, settings)).trial(label, asked));
  }

  /** What there is on the machine of this behaviour's run, or of a run that does not say, that was not there before. */
  async left(runId = this.runId, patience = this.suite.patience): Promise<string[]> {
    const traces = await leftBehind(this.before, runId, patience, this.suite.traces);
    const listening = [...this.ports]
      .filter(isListening)
      .map((port) => `socket that listens on port ${port}`);
    return [...traces, ...listening];
  }

  /** What there is on the machine that says it is of this run. */
  async leftInNameOf(runId: string): Promise<string[]> {
    const traces = async (): Promise<Trace[]> =>
      (await this.suite.traces()).filter(({ run }) => run === runId);
    return await leftBehind([], runId, this.suite.patience, traces);
  }

  /** Takes down whatever was opened, in spite of what goes wrong on the way. Gives back what went wrong. */
  async close(): Promise<string[]> {
    const undone = [
      ...(await Promise.allSettled(this.benches.map((bench) => bench.dispose()))),
      ...(await Promise.allSettled(this.storages.map((storage) => storage.dispose()))),
    ].flatMap((ending) => (ending.status === 'rejected' ? [notTakenDown(ending.reason)] : []));
    const runtimes = new Set([this.runtime, ...(this.suite.native === undefined ? [] : [this.suite.native])]);
    for (const runtime of runtimes) undone.push(...(await this.cleanUp(runtime)));
    return undone;
  }

  /** What a runtime itself finds of the run after everything was disposed of: there may be its groups, and nothing else. */
  private async cleanUp(runtime: Runtime): Promise<string[]> {
    try {
      const found = await runtime.cleanUpAfter(this.runId);
      return found
        .filter((what) => !what.endsWith(`/lumos-${this.runId}`))
        .map((what) => `only cleaning up took down: ${what}`);
    } catch (error) {
      return [notTakenDown(error)];
    }
  }

  private async openOn(
    runtime: Runtime,
    transport: Transport,
    what: string | FunctionDefinition,
    { memoryMiB, cpu, snapshot = false, runId = this.runId }: OpenSettings,
  ): Promise<TrialBench> {
    const definition = typeof what === 'string' ? this.function(what) : what;
    const { signal, workshop } = this.suite;
    const settings: Settings = {
      transport,
      memoryMiB,
      snapshot,
      cpu,
      ...this.objectsInPayload(definition),
      ...(signal === undefined ? {} : { signal }),
      onLaunched: ({ http }) => {
        if (http !== undefined) this.ports.add(http.port);
      },
    };
    const opening = (options: Settings['options'] = {}): Promise<TrialBench> =>
      TrialBench.open(workshop, runtime, definition, runId, { ...settings, options });
    const bench = await opening().catch(async (error: unknown) => {
      // With its usual options the runtime has no way to be used so: others may let it.
      if (!isRefusal(error)) throw error;
      if (transport !== 'http') return this.skip(error.message);
      return await opening(machinesNetwork).catch((again: unknown) => {
        if (isRefusal(again)) return this.skip(error.message);
        throw again;
      });
    });
    if (runId === this.runId) this.benches.push(bench);
    return bench;
  }

  private objectsInPayload(definition: FunctionDefinition): Pick<Settings, 'factors' | 'storage'> {
    if (!hasObjects(definition)) return {};
    const { name } = definition.manifest;
    const experiment = ExperimentSchema.parse({ name, functions: [name], runtimes: [this.runtime.id] });
    const storage = new StorageBench(this.runId, experiment, noService, monotonicClock);
    this.storages.push(storage);
    return { factors: { storage: 'inline' }, storage };
  }
}

export interface NativeAnswer {
  readonly bytes: Buffer;
  readonly language: TrialBench['language'];
}

/** What lets a container be reached over HTTP whose runtime makes it no network of its own. */
const machinesNetwork = { network: 'host' } as const;

const isRefusal = (error: unknown): error is LumosError =>
  error instanceof LumosError && error.kind === 'invalid-input';

const notTakenDown = (error: unknown): string => `could not be taken down: ${messageOf(error)}`;

const noService = (): Promise<never> => Promise.reject(new Error('objects in the payload need no service'));

/** The one row there is. @throws ExpectationError where there are more or none */
export function only(rows: readonly Measurement[]): Measurement {
  expectEqual('rows', rows.length, 1);
  return expectPresent('row', rows[0]);
}

/** The bytes of the answer to one cold request. @throws ExpectationError where it is wrong */
export async function answerOf(bench: TrialBench, label: string): Promise<Buffer> {
  let answer: Buffer | undefined;
  const row = only(await bench.trial(label, {}, (bytes) => (answer = bytes)));
  expectOk(row);
  return expectPresent('answer', answer);
}

/** @throws ExpectationError with the row's reason */
export const expectOk = ({ outcome, reason }: Measurement): void =>
  expectEqual('outcome and reason', [outcome, reason], ['ok', undefined]);
