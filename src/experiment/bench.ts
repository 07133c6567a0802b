/** The bench of one run: every function of the plan made ready on every runtime, and taken down again. */
import { runTrial, type ReadyPayload, type TrialOptions } from './trial-runner.js';
import { LumosError, messageOf } from '../domain/errors.js';
import type { Experiment } from '../domain/experiment.js';
import type { Cell } from '../domain/factors.js';
import type { FunctionDefinition } from '../domain/function-manifest.js';
import type { Measurement } from '../domain/measurement.js';
import type { Artifact, ArtifactKind, Prepared, Runtime } from '../domain/runtime.js';
import { fromMebibytes } from '../domain/units.js';
import type { Trial } from './plan.js';
import { readyPayload } from './ready-payloads.js';

/** Makes artefacts; the builder of the control plane, or a fake's. */
export interface ArtifactSource {
  artifact(definition: FunctionDefinition, kind: ArtifactKind): Promise<Artifact>;
}

export class Bench {
  private readonly prepared = new Map<string, Prepared>();
  private readonly payloads = new Map<string, ReadyPayload>();
  readonly artifacts = new Map<string, Artifact>();

  constructor(
    private readonly runId: string,
    private readonly experiment: Experiment,
    private readonly source: ArtifactSource,
  ) {}

  /** Makes `definition` ready on `runtime`. Idempotent. */
  async prepare(definition: FunctionDefinition, runtime: Runtime): Promise<Prepared> {
    const key = keyOf(definition.manifest.name, runtime.id);
    const known = this.prepared.get(key);
    if (known !== undefined) return known;
    const artifact = await this.source.artifact(definition, runtime.artifactKind);
    const { memoryMiB } = this.experiment.limits;
    const prepared = await runtime.prepare({
      artifact,
      limits: memoryMiB === undefined ? {} : { memoryBytes: fromMebibytes(memoryMiB) },
      runId: this.runId,
      options: runtime.parseOptions(this.experiment.options[runtime.id]),
    });
    this.artifacts.set(key, artifact);
    this.prepared.set(key, prepared);
    return prepared;
  }

  /** The payload of a function's ladder, made once. */
  payload(definition: FunctionDefinition, label: string): ReadyPayload {
    const key = keyOf(definition.manifest.name, label);
    const known = this.payloads.get(key) ?? readyPayload(definition, label, this.experiment.seed);
    this.payloads.set(key, known);
    return known;
  }

  /** Runs one trial on what was prepared for its cell. */
  async run(
    trial: Trial,
    definition: FunctionDefinition,
    options: TrialOptions,
    onRow: (row: Measurement) => void,
    from = 0,
  ): Promise<void> {
    const prepared = this.prepared.get(keyOf(trial.cell.function, trial.cell.runtime));
    if (prepared === undefined)
      throw new Error(`${trial.cell.function} was not prepared on ${trial.cell.runtime}`);
    await runTrial(trial, prepared, this.payload(definition, trial.cell.payload), options, onRow, from);
  }

  artifactOf(cell: Cell): Artifact | undefined {
    return this.artifacts.get(keyOf(cell.function, cell.runtime));
  }

  /** Takes down everything that was prepared, in spite of what fails on the way. */
  async dispose(runtimes: readonly Runtime[]): Promise<void> {
    const results = await Promise.allSettled(
      [...this.prepared.values()].map((prepared) => prepared.dispose()),
    );
    this.prepared.clear();
    for (const runtime of runtimes)
      results.push(...(await Promise.allSettled([runtime.cleanUpAfter(this.runId).then(() => undefined)])));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) {
      throw new LumosError('failed', `not everything could be taken down: ${messageOf(failed.reason)}`, {
        remedy: 'The rows are kept. `lumos run --resume` with the run directory removes what is left.',
        cause: failed.reason,
      });
    }
  }
}

const keyOf = (...names: string[]): string => names.join('\n');
