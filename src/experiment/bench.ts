/** The bench of one run: every function of the plan made ready on every runtime, and taken down again. */
import { runTrial, unpreparedRow, type TrialOptions } from './trial-runner.js';
import { LumosError, messageOf } from '../domain/errors.js';
import type { Experiment } from '../domain/experiment.js';
import type { Access, Cell, Language } from '../domain/factors.js';
import type { FunctionDefinition } from '../domain/function-manifest.js';
import type { Measurement } from '../domain/measurement.js';
import type { Artifact, ArtifactKind, Prepared, Runtime } from '../domain/runtime.js';
import { unemulated, type RunEnvironments } from './environments.js';
import type { Trial } from './plan.js';
import { snapshotOf } from './possible-uses.js';
import { optionsOfCell } from './runtime-variants.js';
import { readyPayload, type ReadyPayload } from './ready-payloads.js';
import type { StorageBench } from './storage-bench.js';

/** Makes artefacts; the builder of the control plane, or a fake's. */
export interface ArtifactSource {
  artifact(definition: FunctionDefinition, kind: ArtifactKind, language?: Language): Promise<Artifact>;
}

/** A function as one run prepared it on one runtime. */
export interface BenchArtifact {
  readonly function: string;
  readonly runtime: string;
  readonly access: Access | undefined;
  readonly language: Language | undefined;
  /** Of what starts from a snapshot. */
  readonly start: 'snapshot' | undefined;
  readonly options: string | undefined;
  readonly artifact: Artifact;
}

export class Bench {
  private readonly prepared = new Map<string, Prepared>();
  private readonly payloads = new Map<string, ReadyPayload>();
  private readonly made = new Map<string, BenchArtifact>();
  private readonly unprepared = new Map<string, string>();

  constructor(
    private readonly runId: string,
    private readonly experiment: Experiment,
    private readonly source: ArtifactSource,
    private readonly storage: StorageBench,
    private readonly environments: RunEnvironments = unemulated(experiment),
  ) {}

  /** Makes `definition` ready on `runtime` for a cell. Idempotent. @throws LumosError */
  async prepare(definition: FunctionDefinition, runtime: Runtime, cell: Cell): Promise<Prepared> {
    const reach = this.storage.reach(cell);
    const key = preparationKey(cell);
    const known = this.prepared.get(key);
    if (known !== undefined) return known;
    const options = optionsOfCell(this.experiment, runtime, cell);
    const { transport = 'stdio', language: written = 'rust' } = cell;
    const use = { reach, transport, language: written, ...snapshotOf(cell.start) };
    const kind = runtime.artifactKindFor(options, use);
    if (kind === undefined) throw new Error(`${runtime.id} has no way for ${JSON.stringify(use)}`);
    const artifact = await this.source.artifact(definition, kind, cell.language);
    const prepared = await runtime.prepare({
      artifact,
      ...use,
      limits: this.environments.limits(cell.environment),
      runId: this.runId,
      options,
    });
    const access = reach.sockets === true ? ('direct' as const) : undefined;
    const { language, options: label } = cell;
    const start = cell.start === 'snapshot' ? ('snapshot' as const) : undefined;
    const names = { function: cell.function, runtime: runtime.id, access, language, start, options: label };
    this.made.set(key, { ...names, artifact });
    this.prepared.set(key, prepared);
    return prepared;
  }

  /**
   * As `prepare`, for a run: what fails is kept, and each trial of the cell then fails for that reason, in the words of
   * whoever said it; the others run. Gives back what went wrong.
   */
  async tryPrepare(definition: FunctionDefinition, runtime: Runtime, cell: Cell): Promise<Error | undefined> {
    const key = preparationKey(cell);
    if (this.unprepared.has(key)) return undefined;
    try {
      await this.prepare(definition, runtime, cell);
      return undefined;
    } catch (error) {
      this.unprepared.set(key, messageOf(error));
      return error instanceof Error ? error : new Error(messageOf(error));
    }
  }

  /** Whether anything at all was prepared. */
  get isEmpty(): boolean {
    return this.prepared.size === 0;
  }

  /** The payload of a cell, made once. */
  payload(definition: FunctionDefinition, cell: Pick<Cell, 'payload' | 'storage'>): ReadyPayload {
    const { payload, storage } = cell;
    const key = keyOf(definition.manifest.name, payload, storage === 'inline' ? 'inline' : '');
    const known = this.payloads.get(key) ?? readyPayload(definition, payload, this.experiment.seed, storage);
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
    const { cell } = trial;
    const unprepared = this.unprepared.get(preparationKey(cell));
    if (unprepared !== undefined) {
      onRow(unpreparedRow(trial, this.payload(definition, cell), unprepared, options, from));
      return;
    }
    const prepared = this.prepared.get(preparationKey(cell));
    if (prepared === undefined) throw new Error(`${cell.function} was not prepared on ${cell.runtime}`);
    const payload = this.payload(definition, cell);
    const storage = this.storage.forCell(cell, payload, prepared);
    const own = storage === undefined ? options : { ...options, storage };
    await this.within(cell, () => runTrial(trial, prepared, payload, own, onRow, from));
  }

  /** Does `work` in the environment of a cell. */
  async within<T>({ environment }: Cell, work: () => Promise<T>): Promise<T> {
    return await this.environments.within(environment, work);
  }

  /** What was prepared for a cell, or why it could not be. */
  preparedFor(cell: Cell): { readonly prepared: Prepared } | { readonly why: string } {
    const key = preparationKey(cell);
    const prepared = this.prepared.get(key);
    if (prepared !== undefined) return { prepared };
    return { why: this.unprepared.get(key) ?? `${cell.function} was not prepared on ${cell.runtime}` };
  }

  /** Every artefact that was prepared; one that two functions' reaches share is there once. */
  artifacts(): readonly BenchArtifact[] {
    const distinct = new Map(
      [...this.made.values()].map((one) => [
        keyOf(one.function, one.runtime, one.access ?? '', one.artifact.digest, one.artifact.kind),
        one,
      ]),
    );
    return [...distinct.values()];
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

/** Cells with one key run what was prepared once: what a function reaches by itself makes the difference. */
const preparationKey = (cell: Cell): string => {
  const { function: name, runtime, environment, start, storage, access, transport, language, options } = cell;
  const reach = access !== 'direct' ? '' : storage === 'file' ? 'folder' : 'sockets';
  const kept = start === 'snapshot' ? start : '';
  return keyOf(name, runtime, environment, reach, kept, transport ?? '', language ?? '', options ?? '');
};
