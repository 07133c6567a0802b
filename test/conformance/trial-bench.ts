/** One runtime with one function, made ready for a test: trials on it, and single exchanges with it. */
import { Connection, type Exchange } from '../../src/control-plane/invoke/connection.js';
import { monotonicClock } from '../../src/data-plane/probes/monotonic-clock.js';
import type { Cell, Start } from '../../src/domain/factors.js';
import type { FunctionDefinition } from '../../src/domain/function-manifest.js';
import type { Measurement } from '../../src/domain/measurement.js';
import type { Prepared, Runtime, Sandbox } from '../../src/domain/runtime.js';
import { fromMebibytes, milliseconds } from '../../src/domain/units.js';
import { readyPayload, type ReadyPayload } from '../../src/experiment/ready-payloads.js';
import type { StorageBench } from '../../src/experiment/storage-bench.js';
import type { StorageFactors } from '../../src/experiment/storage-factors.js';
import { runTrial } from '../../src/experiment/trial-runner.js';
import type { Workbench } from '../../src/cli/workbench.js';

const seed = 7;
const payloads = new Map<string, ReadyPayload>();

export interface Asked {
  readonly start?: Start;
  readonly invocations?: number;
  readonly warmups?: number;
  readonly timeLimit?: number;
}

export interface Settings {
  readonly memoryMiB?: number | undefined;
  /** Isolation options of the runtime. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Where the function's objects lie; with the bench that holds them. */
  readonly factors?: StorageFactors;
  readonly storage?: Pick<StorageBench, 'reach' | 'forCell'>;
}

export class TrialBench {
  private constructor(
    private readonly runtime: Runtime,
    private readonly definition: FunctionDefinition,
    private readonly settings: Settings,
    readonly prepared: Prepared,
  ) {}

  static async open(
    workbench: Workbench,
    runtime: Runtime,
    definition: FunctionDefinition,
    runId: string,
    settings: Settings = {},
  ): Promise<TrialBench> {
    const options = runtime.parseOptions(settings.options);
    const label = definition.manifest.payloads[0]?.label ?? '';
    const reach = settings.storage?.reach(cellOf(runtime, definition, label, 'cold', settings)) ?? {};
    const kind = runtime.artifactKindFor(options, reach);
    const artifact = await workbench.builder.artifact(definition, kind);
    const { memoryMiB } = settings;
    const limits = memoryMiB === undefined ? {} : { memoryBytes: fromMebibytes(memoryMiB) };
    const prepared = await runtime.prepare({ artifact, reach, limits, runId, options });
    return new TrialBench(runtime, definition, settings, prepared);
  }

  /** Made once for all runtimes: the largest take their oracle a second. */
  payload(label: string): ReadyPayload {
    const { storage } = this.settings.factors ?? {};
    const key = `${this.definition.manifest.name} ${label} ${storage === 'inline' ? 'inline' : ''}`;
    const ready = payloads.get(key) ?? readyPayload(this.definition, label, seed, storage);
    payloads.set(key, ready);
    return ready;
  }

  /** The rows of one trial. */
  async trial(
    label: string,
    { start = 'cold', invocations = 1, warmups = 1, timeLimit = 60_000 }: Asked = {},
  ): Promise<Measurement[]> {
    const rows: Measurement[] = [];
    const cell = cellOf(this.runtime, this.definition, label, start, this.settings);
    const payload = this.payload(label);
    const storage = this.settings.storage?.forCell(cell, payload, this.prepared);
    await runTrial(
      { index: 0, round: 0, cell, invocations },
      this.prepared,
      payload,
      {
        clock: monotonicClock,
        firstSandbox: 0,
        timeLimitMs: milliseconds(timeLimit),
        maximumResponseBytes: fromMebibytes(64),
        warmups,
        beforeCold: () => undefined,
        signal: new AbortController().signal,
        ...(storage === undefined ? {} : { storage }),
      },
      (row) => void rows.push(row),
    );
    return rows;
  }

  /** A sandbox that stands until it is removed, and a line to it. */
  async launch(): Promise<{ sandbox: Sandbox; ask: (label: string) => Promise<Exchange> }> {
    const staged = await this.prepared.stage();
    const sandbox = await staged.launch();
    const options = { clock: monotonicClock, maximumResponseBytes: fromMebibytes(64) };
    const connection = new Connection(sandbox, options);
    return {
      sandbox,
      ask: (label) =>
        connection.invoke(this.payload(label).frame, milliseconds(monotonicClock.now() + 60_000)),
    };
  }
}

function cellOf(
  runtime: Runtime,
  definition: FunctionDefinition,
  payload: string,
  start: Start,
  { factors = {} }: Settings,
): Cell {
  return {
    function: definition.manifest.name,
    payload,
    runtime: runtime.id,
    class: runtime.class,
    environment: 'local',
    start,
    concurrency: 1,
    ...factors,
  };
}
