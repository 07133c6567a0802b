/** One runtime with one function, made ready for a test: trials on it, and single exchanges with it. */
import { Connection, type Exchange } from '../../src/control-plane/invoke/connection.js';
import { monotonicClock } from '../../src/data-plane/probes/monotonic-clock.js';
import type { Start } from '../../src/domain/factors.js';
import type { FunctionDefinition } from '../../src/domain/function-manifest.js';
import type { Measurement } from '../../src/domain/measurement.js';
import type { Prepared, Runtime, Sandbox } from '../../src/domain/runtime.js';
import { fromMebibytes, milliseconds } from '../../src/domain/units.js';
import { readyPayload } from '../../src/experiment/ready-payloads.js';
import { runTrial, type ReadyPayload } from '../../src/experiment/trial-runner.js';
import type { Workbench } from '../../src/cli/workbench.js';

const seed = 7;
const payloads = new Map<string, ReadyPayload>();

export interface Asked {
  readonly start?: Start;
  readonly invocations?: number;
  readonly warmups?: number;
  readonly timeLimit?: number;
}

export class TrialBench {
  private constructor(
    private readonly runtime: Runtime,
    private readonly definition: FunctionDefinition,
    readonly prepared: Prepared,
  ) {}

  static async open(
    workbench: Workbench,
    runtime: Runtime,
    definition: FunctionDefinition,
    runId: string,
    memoryMiB?: number,
  ): Promise<TrialBench> {
    const artifact = await workbench.builder.artifact(definition, runtime.artifactKind);
    const prepared = await runtime.prepare({
      artifact,
      limits: memoryMiB === undefined ? {} : { memoryBytes: fromMebibytes(memoryMiB) },
      runId,
      options: runtime.parseOptions(undefined),
    });
    return new TrialBench(runtime, definition, prepared);
  }

  /** Made once for all runtimes: the largest take their oracle a second. */
  payload(label: string): ReadyPayload {
    const key = `${this.definition.manifest.name} ${label}`;
    const ready = payloads.get(key) ?? readyPayload(this.definition, label, seed);
    payloads.set(key, ready);
    return ready;
  }

  /** The rows of one trial. */
  async trial(
    label: string,
    { start = 'cold', invocations = 1, warmups = 1, timeLimit = 60_000 }: Asked = {},
  ): Promise<Measurement[]> {
    const rows: Measurement[] = [];
    const cell = {
      function: this.definition.manifest.name,
      payload: label,
      runtime: this.runtime.id,
      class: this.runtime.class,
      environment: 'local',
      start,
      concurrency: 1,
    };
    await runTrial(
      { index: 0, round: 0, cell, invocations },
      this.prepared,
      this.payload(label),
      {
        clock: monotonicClock,
        firstSandbox: 0,
        timeLimitMs: milliseconds(timeLimit),
        maximumResponseBytes: fromMebibytes(64),
        warmups,
        beforeCold: () => undefined,
        signal: new AbortController().signal,
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
