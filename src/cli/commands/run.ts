/** `lumos run`: plan, measure, summarize, report. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { monotonicClock } from '../../data-plane/probes/monotonic-clock.js';
import { counted } from '../../domain/counted.js';
import { invalidInput, LumosError, messageOf, missingDependency } from '../../domain/errors.js';
import { loadOf } from '../../domain/load.js';
import type { Environment } from '../../domain/environment.js';
import { environmentsOf, type Experiment } from '../../domain/experiment.js';
import type { Cell } from '../../domain/factors.js';
import type { RunManifest } from '../../domain/run-manifest.js';
import { checkForResume } from '../../domain/resumable-run.js';
import { markedColors } from '../../domain/terminal-text.js';
import { scopedObjective } from '../../domain/slo.js';
import { loadEnvironments } from '../../experiment/environment-file.js';
import { builtInExperiments, loadExperiment } from '../../experiment/experiment-file.js';
import { lengthOf, readReplay, type Replay } from '../../experiment/load/trace/replay.js';
import { withServableMapping } from '../../experiment/load/trace/replay-plan.js';
import { planOf, runExperiment } from '../../experiment/run-experiment.js';
import type { RunEvent } from '../../experiment/run-events.js';
import { select, withoutIdleBaseline, type Selection } from '../../experiment/selection.js';
import { servicesOf } from '../../experiment/storage-bench.js';
import { isDiskFailure } from '../../files/write-failure.js';
import { requireOwnFiles } from '../../records/own-files.js';
import { RunDirectory } from '../../records/run-directory.js';
import { appendToLog } from '../../records/run-log.js';
import { lockRunDirectory } from '../../records/run-lock.js';
import { renderHtml } from '../../report/html/render-html.js';
import { renderTerminalTable } from '../../report/terminal-table.js';
import { analyse, samplesOf } from '../analysis.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { sayPlan } from './run-plan.js';
import { junitOutput, writeJunit } from '../junit-file.js';
import {
  checkOutput,
  checkStandardOutputIsFree,
  goesToStandardOutput,
  type NamedOutput,
} from '../named-output.js';
import { onStopSignal } from '../stop-signal.js';
import { note, print, printJson, tableWidth, title, wantsColour, warning } from '../output.js';
import { environmentsFolder, experimentsFolder, packageVersion } from '../package-root.js';
import { RunProgress } from '../progress.js';
import { requireEnvironments, requireRuntimes, requireServices, withInstalled } from '../requirements.js';
import { choosesCells, factorsGiven, withOneWord, withOptions, type RunOptions } from '../run-options.js';
import { createWorkbench, type Workbench } from '../workbench.js';

interface Asked {
  readonly experiment: Experiment;
  readonly directory: RunDirectory;
  readonly resume?: RunManifest;
  readonly replay?: Replay;
}

export async function run(name: string | undefined, given: RunOptions): Promise<ExitCode> {
  const options = withOneWord(given);
  const asked = whatIsAsked(name, options);
  const junit = junitOf(asked.directory, options);
  if (junit !== undefined) {
    checkStandardOutputIsFree(junit, options.json);
    checkOutput(junit);
  }
  const workbench = await createWorkbench();
  const catalogue = await workbench.catalogue(options.functionsPath);
  const wanted = await withInstalled(asked.experiment, workbench.registry);
  const environments = environmentsAsked(wanted, asked.resume);
  const named = withNamed(chosenBaseline(wanted, name, options, workbench), environments);
  const selection = select(named, catalogue, workbench.registry, workbench.gives, environments);
  noteOtherBaseline(wanted, selection);
  const declared = { ...named, baseline: selection.baseline };
  const plan = planOf(declared, selection);
  const experiment = choosesCells(options) ? withServableMapping(declared, plan.cells) : declared;
  if (options.dryRun === true) {
    await replayOf(experiment);
    return sayPlan(experiment, plan.cells, plan.trials.length, options);
  }
  const runtimes = await requireRuntimes(workbench, selection, experiment, plan.cells);
  await requireServices(workbench, servicesOf(plan.cells));
  await requireEnvironments(workbench, selection, experiment, plan.cells);
  checkRights(experiment);
  checkSameVersions(asked.resume, runtimes);
  noteIdleObjectives(experiment, plan.cells);
  const replay = await replayOf(experiment);
  // How many levels a load has, the run says when it has them.
  const trials = loadOf(experiment) === undefined ? `${counted(plan.trials.length, 'trial')}, ` : '';
  if (asked.resume === undefined) asked.directory.create();
  const unlock = lockRunDirectory(asked.directory.path);
  try {
    asked.directory.removeStaleTemporaries();
    note(title(`${experiment.name}: ${trials}seed ${experiment.seed}, into ${shown(asked.directory.path)}`));
    const manifest = await reportingWhatThereIs(asked.directory, options, () =>
      measure({ ...asked, experiment, ...replay }, selection, workbench, runtimes, catalogue.all),
    );
    return await conclude(asked.directory, manifest, options);
  } catch (error) {
    throw resumable(error, asked.directory);
  } finally {
    unlock();
  }
}

const junitOf = ({ path }: RunDirectory, { junit, force }: RunOptions): NamedOutput | undefined =>
  junit === undefined ? undefined : junitOutput(junit, path, force);

/** A full disk costs only what was not written yet: the error says how to go on. */
function resumable(error: unknown, { path, manifestPath }: RunDirectory): unknown {
  if (!(error instanceof LumosError) || !isDiskFailure(error) || !existsSync(manifestPath)) return error;
  return new LumosError(error.kind, error.message, {
    remedy: `${error.remedy ?? ''} What was measured is kept: lumos run --resume ${shown(path)}`,
    cause: error,
  });
}

/** A built-in experiment's baseline is dropped where it is not among the runtimes of this run. */
function chosenBaseline(
  experiment: Experiment,
  name: string | undefined,
  options: RunOptions,
  { registry }: Workbench,
): Experiment {
  const isBuiltIn = name === undefined || builtInExperiments(experimentsFolder).has(name);
  if (options.resume !== undefined || options.baseline !== undefined || !isBuiltIn) return experiment;
  return withoutIdleBaseline(experiment, registry);
}

/** Says which runtime is the baseline where it is not the experiment's own. A single runtime has nothing to be compared with. */
function noteOtherBaseline({ baseline: usual }: Experiment, { baseline, runtimes }: Selection): void {
  if (usual === undefined || usual === baseline || runtimes.length === 1) return;
  note(`baseline: ${baseline} (${usual} is not in this run)`);
}

/** The trace is read before anything is made ready: what is wrong with it is said at once. */
async function replayOf(experiment: Experiment): Promise<{ replay?: Replay }> {
  const load = loadOf(experiment);
  if (load?.trace === undefined) return {};
  const replay = await readReplay(load.trace, load, experiment.seed);
  const { badRowCount, badRows, notes, leftOut, offsets, functions } = replay;
  note(
    `  ${replay.file}: ${counted(offsets.length, 'invocation')} of ${counted(functions.length, 'function')} in ${(lengthOf(replay) / 1000).toFixed(1)} s`,
  );
  for (const text of notes) note(warning(`  ${text}`));
  for (const { file, line, reason } of badRows) note(warning(`  left out: ${file}:${line}: ${reason}`));
  if (badRowCount > badRows.length) note(warning(`  and ${badRowCount - badRows.length} more broken rows`));
  if (leftOut > 0)
    note(warning(`  ${counted(leftOut, 'invocation')} after the longest time of a level: left out`));
  return { replay };
}

/** From where they are; a run that is taken up again has those it began with, whatever their files say by now. */
function environmentsAsked(experiment: Experiment, resume: RunManifest | undefined): Environment[] {
  const recorded = resume?.environments?.map(({ environment }) => environment);
  return recorded ?? loadEnvironments(environmentsOf(experiment), environmentsFolder);
}

/** The experiment with names where it may have had paths. */
function withNamed(experiment: Experiment, environments: readonly Environment[]): Experiment {
  const [first = experiment.environment, ...others] = environments.map(({ name }) => name);
  return {
    ...experiment,
    environment: first,
    environments: others.length === 0 ? undefined : [first, ...others],
  };
}

/** An objective for what an option left out of this run is no mistake, but nobody should take it for met. */
function noteIdleObjectives({ slo }: Experiment, cells: readonly Cell[]): void {
  for (const { objective, speaksOf } of slo.map(scopedObjective)) {
    if (!cells.some(speaksOf)) note(`objective ${objective.text}: no cell of this run is one that it is for`);
  }
}

function whatIsAsked(name: string | undefined, options: RunOptions): Asked {
  if (options.resume === undefined) {
    const named = name ?? (options.trace === undefined ? 'quickstart' : 'trace');
    const experiment = withOptions(loadExperiment(named, experimentsFolder), options);
    return { experiment, directory: new RunDirectory(options.out ?? newDirectory(experiment.name)) };
  }
  const contradicting = [...factorsGiven(options), ...(options.out === undefined ? [] : ['--out'])];
  if (contradicting.length > 0) {
    throw invalidInput(
      `${contradicting.join(', ')} cannot be given with --resume: a run is finished as it was begun`,
      'Leave it out, or start a new run.',
    );
  }
  const directory = new RunDirectory(options.resume);
  const resume = directory.readManifest();
  if (resume.imported !== undefined)
    throw invalidInput(
      `${options.resume} was imported from ${resume.imported.format}: there is nothing to resume`,
      'Start a new run.',
    );
  checkForResume(resume, directory.manifestPath);
  requireOwnFiles(directory);
  if (name !== undefined && name !== resume.experiment.name) {
    throw invalidInput(`${options.resume} is a run of ${resume.experiment.name}, not of ${name}`);
  }
  return { experiment: resume.experiment, directory, resume };
}

function newDirectory(experiment: string): string {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-').slice(0, 19);
  return join('lumos-results', `${experiment}-${stamp}`);
}

function checkRights(experiment: Experiment): void {
  if (experiment.pageCache === 'dropped' && process.getuid?.() !== 0) {
    throw missingDependency('pageCache: dropped needs root', 'Run as root, or declare "pageCache: warm".');
  }
}

function checkSameVersions(resume: RunManifest | undefined, now: RunManifest['runtimes']): void {
  for (const before of resume?.runtimes ?? []) {
    const after = now.find((runtime) => runtime.id === before.id);
    if (after !== undefined && after.version !== before.version) {
      throw invalidInput(
        `${before.id} is ${after.version} now and was ${before.version} when this run began`,
        'Start a new run: figures of two versions do not belong in one.',
      );
    }
  }
}

async function measure(
  { experiment, directory, resume, replay }: Asked,
  selection: Selection,
  workbench: Workbench,
  runtimes: RunManifest['runtimes'],
  functions: readonly Selection['functions'][number]['definition'][],
): Promise<RunManifest> {
  const progress = new RunProgress();
  const stop = onStopSignal(() =>
    note('stopping: taking sandboxes down, keeping the rows so far (again to leave at once)'),
  );
  const native = workbench.registry.find((runtime) => runtime.id === 'native');
  const log = new TolerantLog(directory);
  const helloWorld = functions.find(({ manifest }) => manifest.name === 'hello-world');
  try {
    return await runExperiment({
      runId: resume?.runId ?? randomBytes(6).toString('hex'),
      experiment,
      selection,
      ...(native === undefined || helloWorld === undefined ? {} : { floorOf: { native, helloWorld } }),
      runtimes,
      cgroupVersion: workbench.hierarchy?.version,
      lumosVersion: packageVersion(),
      directory,
      ...(resume === undefined ? {} : { resume }),
      ...(replay === undefined ? {} : { replay }),
      source: workbench.builder,
      services: workbench.services,
      environmentParts: workbench.environmentParts,
      clock: monotonicClock,
      signal: stop.signal,
      onEvent: (event) => {
        progress.handle(event);
        if (isWorthKeeping(event)) log.append(event);
      },
    });
  } finally {
    progress.stop();
    stop.forget();
  }
}

/** The log is for people: when it cannot be written, that is said once, and the run goes on without it. */
class TolerantLog {
  private hasFailed = false;

  constructor(private readonly directory: RunDirectory) {}

  append(event: RunEvent): void {
    try {
      appendToLog(this.directory.logsPath, new Date(), event, this.directory.calls);
    } catch (error) {
      if (!this.hasFailed) note(warning(`the log is incomplete: ${messageOf(error)}`));
      this.hasFailed = true;
    }
  }
}

/** Rows have their own file: the log keeps what went wrong with one, and everything that is no row. */
const isWorthKeeping = (event: RunEvent): boolean =>
  event.type === 'row' ? event.outcome !== 'ok' : event.type !== 'trial' && event.type !== 'trial-done';

/** What `work` gives. When it fails, the rows that came about before are summarized and reported all the same. */
async function reportingWhatThereIs<T>(
  directory: RunDirectory,
  options: RunOptions,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    try {
      if (existsSync(directory.measurementsPath)) await show(directory, options);
    } catch (second) {
      // Mostly the same disk is full for the summary too; the error that ended the run says more.
      if (!isDiskFailure(second)) note(warning(messageOf(second)));
    }
    throw error;
  }
}

/** Summary, report and table of whatever there is, and what it means for whoever called. */
async function conclude(
  directory: RunDirectory,
  manifest: RunManifest,
  options: RunOptions,
): Promise<ExitCode> {
  if (existsSync(directory.measurementsPath)) await show(directory, options);
  if (manifest.state !== 'complete') {
    note(`interrupted: finish it with  lumos run --resume ${shown(directory.path)}`);
    return exitCodes.interrupted;
  }
  const summary = directory.readSummary();
  // Rows are a sample of a load's requests: its failures are counted in its levels.
  const loads = [...(summary.levels ?? []), ...(summary.traces ?? [])];
  const failed = loads.some(({ errors, succeeded }) => Object.keys(errors).length > 0 || succeeded === 0);
  const missed = (summary.objectives ?? []).some(({ verdict }) => verdict === 'missed');
  return summary.empty > 0 || summary.failures > 0 || failed || missed ? exitCodes.failed : exitCodes.done;
}

async function show(directory: RunDirectory, options: RunOptions): Promise<void> {
  const { summary, manifest, load } = await analyse(directory);
  directory.writeSummary(summary);
  directory.writeReport(renderHtml({ manifest, summary, samples: await samplesOf(directory, load) }));
  const junit = junitOf(directory, options);
  if (junit !== undefined) await writeJunit(junit, { manifest, summary });
  const isTaken = options.json === true || (junit !== undefined && goesToStandardOutput(junit));
  const say = isTaken ? note : print;
  if (options.json === true) printJson(summary);
  else say(renderTerminalTable(summary, { width: tableWidth(), color: markedColors(wantsColour()) }));
  say(`\nreport:  ${shown(directory.reportPath)}\nsummary: ${shown(directory.summaryPath)}`);
  if (junit !== undefined && !goesToStandardOutput(junit)) say(`junit:   ${shown(junit.path)}`);
}

const shown = (path: string): string => {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
};
