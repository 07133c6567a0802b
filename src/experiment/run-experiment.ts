/** One run from its plan to its last row: prepared, primed, measured, and taken down again. */
import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { withRoomInHeap } from '../data-plane/host/collect-garbage.js';
import { fingerprintHost, readCpuTicks, stealShare } from '../data-plane/host/fingerprint.js';
import { describeProbes } from '../data-plane/probes/counters.js';
import { dropPageCache, flushToDisk, readIntoPageCache } from '../data-plane/probes/page-cache.js';
import type { Clock } from '../domain/clock.js';
import { counted } from '../domain/counted.js';
import { LumosError, messageOf } from '../domain/errors.js';
import { loadOf } from '../domain/load.js';
import type { Experiment } from '../domain/experiment.js';
import type { FunctionDefinition } from '../domain/function-manifest.js';
import {
  runManifestSchemaId,
  type ArtifactRecord,
  type Host,
  type RunManifest,
  type RuntimeRecord,
} from '../domain/run-manifest.js';
import type { Runtime } from '../domain/runtime.js';
import { cellKey, type Cell } from '../domain/factors.js';
import { fromMebibytes, milliseconds, type Bytes } from '../domain/units.js';
import type { RunDirectory } from '../records/run-directory.js';
import { whyNoRowOf } from '../records/planned.js';
import { RecordProblems } from '../records/record-problems.js';
import { removeRows } from '../records/remove-records.js';
import { readRows, RowWriter } from '../records/row-store.js';
import { Bench, type ArtifactSource } from './bench.js';
import { pinningFor, thisMachine as machineTopology, withHarnessPinned } from './load/pinning.js';
import { measureLevels } from './load/measure-levels.js';
import { checkTrace, measureTrace, traceOfRun } from './load/trace/measure-trace.js';
import { cellsInUse } from './load/trace/replay-plan.js';
import type { Replay } from './load/trace/replay.js';
import { measureFloor } from './floor.js';
import { cellsOf, makePlan, type Plan, type SelectedFunction } from './plan.js';
import { TrialProgress } from './progress-of-trials.js';
import { removeObjectsFolder, StorageBench, type ServiceSource } from './storage-bench.js';
import { RunEnvironments, thisMachine, type EnvironmentParts } from './environments.js';
import { ReturningDaemons } from './returning-daemons.js';
import { sayRemoved } from './removed-records.js';
import type { OnEvent } from './run-events.js';
import { Interrupted, stopIfTold, type TrialOptions } from './trial-runner.js';
import type { Selection } from './selection.js';

export interface RunRequest {
  readonly runId: string;
  readonly experiment: Experiment;
  readonly selection: Selection;
  /** For the floor: `native`, and `hello-world`; without either the run has no floor. */
  readonly floorOf?: { readonly native: Runtime; readonly helloWorld: FunctionDefinition };
  readonly runtimes: readonly RuntimeRecord[];
  readonly cgroupVersion: 1 | 2 | undefined;
  readonly lumosVersion: string;
  readonly directory: RunDirectory;
  /** The manifest of the run that is taken up again; absent for a new one. */
  readonly resume?: RunManifest;
  /** Of an experiment whose load is a trace: what `readReplay` gave. */
  readonly replay?: Replay;
  readonly source: ArtifactSource;
  readonly services: ServiceSource;
  /** What emulated environments are made with; needed where there are any. */
  readonly environmentParts?: EnvironmentParts;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
}

/** The plan of an experiment whose names have been found. */
export function planOf(experiment: Experiment, selection: Selection): Plan {
  const { functions, runtimes, gives, environments = [thisMachine] } = selection;
  return makePlan(experiment, cellsOf(experiment, functions, runtimes, gives, environments));
}

/**
 * Measures whatever of the plan has no row yet. Rows are appended as they come about; the manifest says at any moment
 * how far the run is. Ends with everything taken down, however it ends; gives back the manifest it wrote last.
 */
export async function runExperiment(request: RunRequest): Promise<RunManifest> {
  const { directory, onEvent, selection, runId } = request;
  const plan = planOf(request.experiment, selection);
  const progress = new TrialProgress();
  checkTrace(request.experiment, request.resume, request.replay);
  if (request.resume !== undefined) {
    checkSameMachine(request.resume.host, fingerprintHost(request.lumosVersion, request.cgroupVersion));
    onEvent({ type: 'cleaned', removed: await removeLeftovers(everyRuntime(request), runId) });
    checkSamePlan(request.resume, plan);
    await readProgress(request, plan, progress);
  }
  const { experiment, services, environmentParts } = request;
  const environments = new RunEnvironments(
    selection.environments ?? [thisMachine],
    experiment,
    environmentParts,
  );
  const storage = new StorageBench(runId, experiment, services, request.clock, environments);
  const bench = new Bench(runId, experiment, request.source, storage, environments);
  const before = readCpuTicks();
  // By its environments' content a run is taken up again, wherever their files are by then.
  let manifest: RunManifest = {
    ...startManifest(request, plan, bench),
    environments: environments.records(),
  };
  directory.writeManifest(manifest);
  const failures: Error[] = [];
  try {
    await storage.start(plan.cells, (text) => onEvent({ type: 'step', text }));
    manifest = { ...manifest, services: storage.records(), environments: environments.records() };
    await prepareAll(request, plan, bench);
    const artifacts = artifactRecords(bench);
    // Checked before they are recorded: a resume that is refused leaves what the next one is compared with.
    checkSameArtifacts(request.resume, artifacts);
    manifest = { ...manifest, artifacts };
    await prime(request, plan, bench);
    const floor = request.resume?.floor ?? (await floorOf(request, bench));
    manifest = { ...manifest, ...(floor === undefined ? {} : { floor }) };
    manifest = withPinning(request, await withTrace(request, manifest, plan, bench));
    directory.writeManifest(manifest);
    await measureEverything(request, manifest, plan, bench, progress);
    manifest = { ...manifest, state: 'complete' };
  } catch (error) {
    manifest = { ...manifest, state: 'interrupted' };
    if (!(error instanceof Interrupted)) failures.push(asError(error));
  }
  // Whatever fails from here on, the rest is still done; the first failure is the one to report.
  await bench
    .dispose(everyRuntime(request))
    .finally(() => storage.dispose())
    .catch((error: unknown) => failures.push(asError(error)));
  manifest = finished(manifest, before, request.clock);
  try {
    directory.writeManifest(manifest);
  } catch (error) {
    failures.push(asError(error));
  }
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  return manifest;
}

function finished(manifest: RunManifest, before: ReturnType<typeof readCpuTicks>, clock: Clock): RunManifest {
  const steal = stealShare(before, readCpuTicks());
  const host = { ...manifest.host, ...(steal === undefined ? {} : { stealShare: steal }) };
  return { ...manifest, host, finishedAt: clock.wallTime().toISOString() };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(messageOf(error)));

const everyRuntime = ({ selection, floorOf: floor }: RunRequest): Runtime[] => [
  ...new Set([...selection.runtimes, ...(floor === undefined ? [] : [floor.native])]),
];

async function removeLeftovers(runtimes: readonly Runtime[], runId: string): Promise<string[]> {
  const removed: string[] = [];
  for (const runtime of runtimes) removed.push(...(await runtime.cleanUpAfter(runId)));
  removeObjectsFolder(runId);
  return removed;
}

function startManifest(request: RunRequest, plan: Plan, bench: Bench): RunManifest {
  const { resume, experiment, selection } = request;
  const payloadBytes = (cell: Cell): Bytes =>
    bench.payload(definitionOf(selection.functions, cell.function), cell).payloadBytes;
  return {
    schema: runManifestSchemaId,
    runId: request.runId,
    experiment,
    seed: experiment.seed,
    startedAt: resume?.startedAt ?? request.clock.wallTime().toISOString(),
    state: 'running',
    resumed: resume === undefined ? 0 : resume.resumed + 1,
    cells: plan.cells.map((cell) => ({ ...cell, payloadBytes: payloadBytes(cell) })),
    trials: plan.trials.length,
    functions: selection.functions.map(({ definition: { manifest } }) => ({
      name: manifest.name,
      class: manifest.class,
      payloads: manifest.payloads,
    })),
    host: fingerprintHost(request.lumosVersion, request.cgroupVersion),
    runtimes: [...request.runtimes],
    artifacts: resume?.artifacts ?? [],
    services: resume?.services ?? [],
    probes: describeProbes(request.cgroupVersion),
    ...(resume?.floor === undefined ? {} : { floor: resume.floor }),
    ...(resume?.trace === undefined ? {} : { trace: resume.trace }),
  };
}

/** Takes the rows of the plan into account that the run has. One that cannot be read is measured again. */
async function readProgress(
  { directory, experiment, onEvent }: RunRequest,
  { trials }: Plan,
  progress: TrialProgress,
): Promise<void> {
  // A run that was stopped while things were made ready has no rows yet; what a load has, its levels say.
  if (!existsSync(directory.measurementsPath) || loadOf(experiment) !== undefined) return;
  const problems = new RecordProblems();
  for await (const row of readRows(directory.measurementsPath, problems, whyNoRowOf(trials)))
    progress.add(row);
  for (const { unreadable, firstUnreadable } of problems.all()) {
    if (unreadable === 0) continue;
    const text = `${counted(unreadable, 'row')} cannot be read; what they told is measured again: ${firstUnreadable.join('; ')}`;
    onEvent({ type: 'step', text });
  }
}

async function prepareAll(
  { selection, onEvent, signal }: RunRequest,
  plan: Plan,
  bench: Bench,
): Promise<void> {
  const said = new Set<string>();
  let first: Error | undefined;
  for (const cell of plan.cells) {
    stopIfTold(signal);
    const text = `preparing ${cell.function} on ${cell.runtime}`;
    if (!said.has(text)) onEvent({ type: 'step', text });
    said.add(text);
    const definition = definitionOf(selection.functions, cell.function);
    const error = await bench.tryPrepare(definition, runtimeOf(selection.runtimes, cell.runtime), cell);
    if (error === undefined) continue;
    // What was ended because the run is to stop is not a failure of the cell.
    stopIfTold(signal);
    first ??= error;
    onEvent({
      type: 'step',
      text: `${cell.function} cannot be made ready on ${cell.runtime}: ${messageOf(error)}`,
    });
  }
  // Where nothing can be measured there is no run.
  if (bench.isEmpty && first !== undefined) throw first;
}

const artifactRecords = (bench: Bench): ArtifactRecord[] =>
  bench.artifacts().map(({ artifact, access, language, start, options, ...names }) => ({
    ...names,
    ...(access === undefined ? {} : { access }),
    ...(language === undefined ? {} : { language }),
    ...(start === undefined ? {} : { start }),
    ...(options === undefined ? {} : { options }),
    ...(artifact.precompileMs === undefined ? {} : { precompileMs: artifact.precompileMs }),
    kind: artifact.kind,
    digest: artifact.digest,
    sizeBytes: artifact.sizeBytes,
    imageDigest: artifact.image.digest,
    imageCompressedBytes: artifact.image.compressedBytes,
    imageUncompressedBytes: artifact.image.uncompressedBytes,
  }));

/** Rows of one run all come from the same machine. */
function checkSameMachine(before: Host, now: Host): void {
  for (const key of ['cpuModel', 'cores', 'memoryBytes', 'kernel', 'architecture'] as const) {
    if (before[key] === now[key]) continue;
    throw new LumosError(
      'invalid-input',
      `this run began on another machine: its ${key} was ${before[key]} and is ${now[key]} here`,
      {
        remedy: 'Start a new run: figures of two machines do not belong in one.',
      },
    );
  }
}

/** Trials have numbers: what a row stands for follows from the plan, which must be the one that the run began with. */
function checkSamePlan(before: RunManifest, plan: Plan): void {
  const known = new Set(before.cells.map((cell) => cellKey(cell)));
  const planned = before.trace === undefined ? plan.cells : cellsInUse(plan.cells, before.trace);
  const isSame =
    before.trials === plan.trials.length &&
    known.size === planned.length &&
    planned.every((cell) => known.has(cellKey(cell)));
  if (isSame) return;
  throw new LumosError(
    'invalid-input',
    `this run began with ${counted(before.cells.length, 'cell')} and ${counted(before.trials, 'trial')}, and its experiment now has ${counted(planned.length, 'cell')} and ${counted(plan.trials.length, 'trial')}, or others`,
    { remedy: 'Its functions or runtimes changed since then: undo that, or start a new run.' },
  );
}

/** Rows of one run all come from the same artefacts. */
function checkSameArtifacts(resume: RunManifest | undefined, now: readonly ArtifactRecord[]): void {
  for (const old of resume?.artifacts ?? []) {
    const same = now.find(
      (artifact) =>
        artifact.function === old.function &&
        artifact.runtime === old.runtime &&
        artifact.access === old.access &&
        artifact.language === old.language &&
        artifact.start === old.start &&
        artifact.options === old.options &&
        artifact.kind === old.kind,
    );
    if (same !== undefined && same.digest !== old.digest) {
      throw new LumosError(
        'invalid-input',
        `${old.function} on ${old.runtime} is another artefact now than when this run began`,
        {
          remedy: 'Start a new run: figures of two builds do not belong in one.',
        },
      );
    }
  }
}

/** Brings artefacts into the page cache by serving once on each, when the experiment asks for a warm one. */
async function prime(request: RunRequest, plan: Plan, bench: Bench): Promise<void> {
  const { pageCache } = request.experiment;
  if (pageCache === 'dropped') for (const { artifact } of bench.artifacts()) flushToDisk(artifact.path);
  if (pageCache !== 'warm') return;
  request.onEvent({ type: 'step', text: 'reading every artefact into the page cache' });
  for (const { artifact } of bench.artifacts()) readIntoPageCache(artifact.path);
  const options = trialOptions(request);
  const primed = new Set<unknown>();
  for (const cell of plan.cells) {
    const one = JSON.stringify([
      ...[cell.function, cell.runtime, cell.storage, cell.access],
      ...[cell.transport, cell.language, cell.options, cell.environment, cell.start === 'snapshot'],
    ]);
    if (primed.has(one)) continue;
    primed.add(one);
    const start = cell.start === 'snapshot' ? cell.start : ('cold' as const);
    const trial = { index: 0, round: 0, cell: { ...cell, start }, invocations: 1 };
    const definition = definitionOf(request.selection.functions, cell.function);
    // What fails here fails in its own trials too, and is counted there.
    await bench.run(trial, definition, options, () => undefined);
  }
}

async function floorOf(request: RunRequest, bench: Bench): Promise<RunManifest['floor']> {
  const { floorOf: subject, onEvent } = request;
  if (subject === undefined) return undefined;
  onEvent({ type: 'step', text: 'measuring the harness floor (native, hello-world, 64 B)' });
  // The floor is the harness's share alone: the disk has no part in it, whatever the experiment does to the cache.
  const options = { ...trialOptions(request), beforeCold: () => undefined };
  const floor = await measureFloor(bench, subject.helloWorld, subject.native, options);
  if (floor !== undefined) onEvent({ type: 'floor', floor });
  return floor;
}

/** What of the trace is served by what; cells that serve for none of its functions are in the run no more. */
async function withTrace(
  request: RunRequest,
  manifest: RunManifest,
  plan: Plan,
  bench: Bench,
): Promise<RunManifest> {
  const { replay, resume, floorOf: floor } = request;
  if (replay === undefined) return manifest;
  const trace = await traceOfRun(request, replay, plan.cells, bench, {
    ...{ before: resume, native: floor?.native, options: trialOptions(request) },
  });
  return { ...manifest, trace, cells: cellsInUse(manifest.cells, trace) };
}

async function measureEverything(
  request: RunRequest,
  { trace, pinning }: RunManifest,
  plan: Plan,
  bench: Bench,
  progress: TrialProgress,
): Promise<void> {
  const { replay, experiment } = request;
  if (loadOf(experiment) === undefined) {
    await measureAll(request, plan, bench, progress);
    return;
  }
  const run = { ...request, pinning };
  const measure = (): Promise<void> =>
    replay === undefined || trace === undefined
      ? measureLevels(run, plan.cells, bench)
      : measureTrace(run, replay, trace, cellsInUse(plan.cells, trace), bench);
  await withRoomInHeap(() => withHarnessPinned(pinning, measure));
}

function withPinning({ experiment, selection }: RunRequest, manifest: RunManifest): RunManifest {
  const { runtimes, environments = [] } = selection;
  const pinning = pinningFor(loadOf(experiment), runtimes, environments, machineTopology());
  return pinning === undefined ? manifest : { ...manifest, pinning };
}

function trialOptions({ clock, experiment, signal, resume }: RunRequest): TrialOptions {
  return {
    clock,
    // Each part of a run has its own range of numbers.
    firstSandbox: resume === undefined ? 0 : (resume.resumed + 1) * resume.trials,
    timeLimitMs: experiment.timeLimitMs,
    maximumResponseBytes: fromMebibytes(experiment.limits.responseMiB),
    warmups: experiment.warm.warmups,
    pauseMs: { cold: milliseconds(experiment.cold.pauseMs), warm: milliseconds(experiment.warm.pauseMs) },
    beforeCold: experiment.pageCache === 'dropped' ? dropPageCache : () => undefined,
    signal,
  };
}

async function measureAll(
  request: RunRequest,
  plan: Plan,
  bench: Bench,
  progress: TrialProgress,
): Promise<void> {
  const { onEvent, selection, directory } = request;
  const open = plan.trials.flatMap((trial) => progress.open(trial) ?? []);
  const alreadyDone = plan.trials.length - open.length;
  onEvent({ type: 'started', trials: plan.trials.length, alreadyDone });
  const options = trialOptions(request);
  const daemons = new ReturningDaemons(onEvent);
  sayRemoved(onEvent, directory, 'row', await removeRows(directory, whyNoRowOf(plan.trials)));
  const writer = RowWriter.open(directory.measurementsPath, directory.calls);
  try {
    for (const [done, { trial, from }] of open.entries()) {
      const { cell } = trial;
      const seen = { failure: false };
      onEvent({ type: 'trial', cell });
      await bench.run(
        trial,
        definitionOf(selection.functions, cell.function),
        { ...options, onLeft: () => void (seen.failure = true) },
        (row) => {
          writer.append(row);
          const { outcome, reason } = row;
          seen.failure ||= outcome !== 'ok';
          onEvent({ type: 'row', cell, outcome, ...(reason === undefined ? {} : { reason }) });
        },
        from,
      );
      onEvent({ type: 'trial-done', done: alreadyDone + done + 1, trials: plan.trials.length });
      await daemons.afterTrial(runtimeOf(selection.runtimes, cell.runtime), seen.failure);
      // Lets signals and the display have their turn, between the timed windows.
      await nextTurn();
    }
  } finally {
    writer.close();
  }
}

function runtimeOf(runtimes: readonly Runtime[], id: string): Runtime {
  const found = runtimes.find((runtime) => runtime.id === id);
  if (found === undefined) throw new Error(`the plan names ${id}, which was not selected`);
  return found;
}

function definitionOf(functions: readonly SelectedFunction[], name: string): FunctionDefinition {
  const found = functions.find(({ definition }) => definition.manifest.name === name);
  if (found === undefined) throw new Error(`the plan names ${name}, which was not selected`);
  return found.definition;
}
