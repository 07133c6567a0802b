/** What an experiment names, found: functions with their payloads, and runtimes. */
import { didYouMean } from '../domain/did-you-mean.js';
import { invalidInput } from '../domain/errors.js';
import type { Environment } from '../domain/environment.js';
import { environmentsOf, otherwiseSmallest, type Experiment } from '../domain/experiment.js';
import { isOpen, loadOf } from '../domain/load.js';
import { globMatcher } from '../domain/glob.js';
import type { Cell } from '../domain/factors.js';
import type { FunctionDefinition } from '../domain/function-manifest.js';
import type { Runtime } from '../domain/runtime.js';
import type { Catalogue } from '../user-plane/functions/catalogue.js';
import { thisMachine } from './environments.js';
import { checkObjectiveScopes } from './objective-scopes.js';
import { planLevels } from './load/level-plan.js';
import { checkPinnable } from './load/pinning.js';
import { cellsOf, type SelectedFunction } from './plan.js';
import type { Gives } from './possible-uses.js';
import { variantsOf } from './runtime-variants.js';

export interface Selection {
  readonly functions: readonly SelectedFunction[];
  readonly runtimes: readonly Runtime[];
  readonly baseline: string;
  /** What the builder says that it can build. */
  readonly gives: Gives;
  /** The environments that the experiment names; this machine as it is where absent. */
  readonly environments?: readonly Environment[];
}

/** @throws LumosError `invalid-input` with the nearest valid name for whatever there is not. */
export function select(
  experiment: Experiment,
  catalogue: Catalogue,
  registry: readonly Runtime[],
  gives: Gives,
  environments: readonly Environment[] = [thisMachine],
): Selection {
  const runtimes = unique(experiment.runtimes.flatMap((pattern) => runtimesOf(pattern, registry)));
  const definitions = catalogue.select(experiment.functions);
  const functions = selectPayloads(definitions, catalogue.all, experiment.payloads);
  for (const id of Object.keys(experiment.options)) {
    const runtime = find(id, registry, (candidate) => candidate.id, 'runtime', 'options: ');
    variantsOf(experiment, runtime);
  }
  checkObjectiveScopes(
    experiment,
    catalogue.all.map(({ manifest }) => manifest.name),
    registry.map(({ id }) => id),
  );
  refuseUnmeasurable(experiment);
  requireEnvironments(experiment, environments);
  const cells = cellsOf(experiment, functions, runtimes, gives, environments);
  requireCells(cells, experiment, runtimes);
  refuseUnservableLoad(experiment, cells);
  planLevels(experiment, cells);
  checkPinnable(loadOf(experiment), runtimes, environments);
  return {
    functions,
    runtimes,
    gives,
    environments,
    baseline: selectBaseline(experiment, runtimes, registry),
  };
}

function refuseUnmeasurable(experiment: Experiment): void {
  const load = loadOf(experiment);
  if (load !== undefined && isOpen(load) && experiment.concurrency.some((clients) => clients !== 1)) {
    throw invalidInput(
      'concurrency: a load with a schedule has no clients',
      'Leave concurrency out, or rates, ramp, burst and trace.',
    );
  }
}

/** The experiment names its environments by now; whoever loads them has taken them from where they are. */
function requireEnvironments(experiment: Experiment, environments: readonly Environment[]): void {
  const names = environments.map(({ name }) => name);
  const unknown = environmentsOf(experiment).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw invalidInput(
    `environment: there is no environment "${unknown}"`,
    `${didYouMean(unknown, names)}There are: ${names.join(', ')}.`,
  );
}

/** What a load cannot do yet is said before anything is made ready. */
function refuseUnservableLoad(experiment: Experiment, cells: readonly Cell[]): void {
  const load = loadOf(experiment);
  if (load === undefined) return;
  const outside = cells.find(({ storage }) => storage !== undefined && storage !== 'inline');
  if (outside !== undefined) {
    throw invalidInput(
      `${outside.function}: its objects lie in ${outside.storage ?? ''}, and under load they can only come with the request`,
      'Give --storage inline, or leave the function out.',
    );
  }
  const alone = cells.find(({ transport }) => transport !== 'http');
  if (load.instances.concurrency > 1 && alone !== undefined) {
    throw invalidInput(
      `load.instances.concurrency: on standard streams (${alone.function} on ${alone.runtime}) an instance serves one request at a time`,
      'Give --transport http, or a concurrency of 1.',
    );
  }
}

function selectBaseline(
  experiment: Experiment,
  runtimes: readonly Runtime[],
  registry: readonly Runtime[],
): string {
  const ids = runtimes.map((runtime) => runtime.id);
  const { baseline } = experiment;
  if (baseline !== undefined && ids.includes(baseline)) return baseline;
  if (baseline !== undefined) {
    find(baseline, registry, ({ id }) => id, 'runtime', 'baseline: ');
    throw invalidInput(
      `baseline: ${baseline} is not among the runtimes of this experiment: ${ids.join(', ')}`,
      `Add ${baseline} to the runtimes, or name one of them: --baseline ${ids[0] ?? ''}.`,
    );
  }
  return ids.includes('docker') ? 'docker' : (ids[0] ?? '');
}

/** Words that stand for a place in a function's ladder, whatever its labels are. */
const ladderWords: Readonly<Record<string, (ladder: readonly string[]) => readonly string[]>> = {
  all: (ladder) => ladder,
  smallest: (ladder) => ladder.slice(0, 1),
  [otherwiseSmallest]: () => [],
  largest: (ladder) => ladder.slice(-1),
};

/**
 * The steps of each function's ladder that were asked for. Functions have different ladders: a label counts for those
 * that have it, and every function must have one, unless nobody asked for labels (`otherwiseSmallest`).
 */
function selectPayloads(
  definitions: readonly FunctionDefinition[],
  all: readonly FunctionDefinition[],
  wanted: readonly string[],
): SelectedFunction[] {
  // Of every function there is: the experiment may name steps of functions that an option left out.
  const labels = new Set([...all.flatMap(ladderOf), ...Object.keys(ladderWords)]);
  for (const label of wanted) {
    if (labels.has(label)) continue;
    const words = Object.keys(ladderWords).filter((word) => word !== otherwiseSmallest);
    find(label, [...new Set(definitions.flatMap(ladderOf)), ...words], (known) => known, 'payload');
  }
  return definitions.map((definition) => {
    const ladder = ladderOf(definition);
    const meant = new Set(wanted.flatMap((label) => ladderWords[label]?.(ladder) ?? [label]));
    const payloads = ladder.filter((label) => meant.has(label));
    if (payloads.length > 0) return { definition, payloads };
    const [smallest] = ladder;
    if (wanted.includes(otherwiseSmallest) && smallest !== undefined)
      return { definition, payloads: [smallest] };
    throw invalidInput(
      `payloads: ${definition.manifest.name} has none of ${wanted.join(', ')}`,
      `It has: ${ladder.join(', ')}. \`smallest\`, \`largest\` and \`all\` fit every function.`,
    );
  });
}

const ladderOf = ({ manifest }: FunctionDefinition): string[] => manifest.payloads.map((step) => step.label);

/** Every runtime that was asked for takes part in some cell. @throws LumosError `invalid-input` with what each one has */
function requireCells(cells: readonly Cell[], experiment: Experiment, runtimes: readonly Runtime[]): void {
  for (const runtime of runtimes) {
    if (cells.some((cell) => cell.runtime === runtime.id)) continue;
    const asked = [experiment.starts, experiment.transport ?? [], experiment.languages ?? []].flat();
    throw invalidInput(
      `no function of this experiment can run on ${runtime.id} as it is asked for (${asked.join(', ')})`,
      `${runtime.id} has the starts ${runtime.starts.join(', ')} and the transports ${runtime.transports.join(', ')}, and runs a ` +
        `${runtime.artifactKind}. Over HTTP there is no access through the host.`,
    );
  }
}

/**
 * The experiment without a baseline that is not among its runtimes: what a built-in experiment would like to compare with
 * is no demand of the person who chose its runtimes.
 */
export function withoutIdleBaseline(experiment: Experiment, registry: readonly Runtime[]): Experiment {
  const { baseline, runtimes } = experiment;
  if (baseline === undefined) return experiment;
  const ids = runtimes.flatMap((pattern) => runtimesOf(pattern, registry)).map(({ id }) => id);
  return ids.includes(baseline) ? experiment : { ...experiment, baseline: undefined };
}

/** The runtimes that one word of an experiment means: an id, or a glob of ids. */
function runtimesOf(pattern: string, registry: readonly Runtime[]): Runtime[] {
  const ofClass = registry.filter((runtime) => runtime.class === pattern).map(({ id }) => id);
  if (ofClass.length > 0 && !registry.some(({ id }) => id === pattern))
    throw invalidInput(
      `runtimes: ${pattern} is a class of runtimes, not a runtime`,
      `Name its runtimes: ${ofClass.join(', ')}.`,
    );
  if (!pattern.includes('*')) return [find(pattern, registry, (runtime) => runtime.id, 'runtime')];
  const fits = globMatcher(pattern);
  const found = registry.filter(({ id }) => fits(id));
  if (found.length > 0) return found;
  throw invalidInput(
    `runtimes: no runtime is called "${pattern}"`,
    `There are: installed, ${registry.map(({ id }) => id).join(', ')}.`,
  );
}

function find<T>(
  name: string,
  known: readonly T[],
  nameOf: (item: T) => string,
  what: string,
  where = '',
): T {
  const found = known.find((item) => nameOf(item) === name);
  if (found !== undefined) return found;
  const names = known.map(nameOf);
  throw invalidInput(
    `${where}there is no ${what} "${name}"`,
    `${didYouMean(name, names)}There are: ${names.join(', ')}.`,
  );
}

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];
