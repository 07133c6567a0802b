/** What an experiment names, found: functions with their payloads, and runtimes. */
import { closest } from 'fastest-levenshtein';
import { invalidInput } from '../domain/errors.js';
import type { Experiment } from '../domain/experiment.js';
import type { FunctionDefinition } from '../domain/function-manifest.js';
import type { Runtime } from '../domain/runtime.js';
import type { Catalogue } from '../user-plane/functions/catalogue.js';
import type { SelectedFunction } from './plan.js';

export interface Selection {
  readonly functions: readonly SelectedFunction[];
  readonly runtimes: readonly Runtime[];
  readonly baseline: string;
}

/** @throws LumosError `invalid-input` with the nearest valid name for whatever there is not. */
export function select(
  experiment: Experiment,
  catalogue: Catalogue,
  registry: readonly Runtime[],
): Selection {
  const runtimes = unique(experiment.runtimes).map((id) =>
    find(id, registry, (runtime) => runtime.id, 'runtime'),
  );
  const functions = catalogue.select(experiment.functions).map((definition) => ({
    definition,
    payloads: selectPayloads(definition, experiment.payloads),
  }));
  for (const id of Object.keys(experiment.options)) {
    const runtime = find(id, registry, (candidate) => candidate.id, 'runtime', 'options: ');
    runtime.parseOptions(experiment.options[id]);
  }
  refuseUnmeasurable(experiment);
  return { functions, runtimes, baseline: selectBaseline(experiment, runtimes) };
}

function refuseUnmeasurable(experiment: Experiment): void {
  if (experiment.starts.includes('fresh')) {
    throw invalidInput('starts: no runtime here offers "fresh" starts', 'Take "cold" or "warm".');
  }
  if (experiment.concurrency.some((clients) => clients !== 1)) {
    throw invalidInput('concurrency: only 1 can be measured so far', 'Leave --concurrency out, or give 1.');
  }
  if (experiment.environment !== 'local') {
    throw invalidInput(
      `environment: there is no environment "${experiment.environment}"`,
      'There is: local (this machine as it is).',
    );
  }
}

function selectBaseline(experiment: Experiment, runtimes: readonly Runtime[]): string {
  const ids = runtimes.map((runtime) => runtime.id);
  const { baseline } = experiment;
  if (baseline !== undefined && ids.includes(baseline)) return baseline;
  return ids.includes('docker') ? 'docker' : (ids[0] ?? '');
}

function selectPayloads(definition: FunctionDefinition, wanted: readonly string[]): string[] {
  const ladder = definition.manifest.payloads.map((step) => step.label);
  if (wanted.includes('all')) return ladder;
  for (const label of wanted) find(label, ladder, (known) => known, `payload of ${definition.manifest.name}`);
  return ladder.filter((label) => wanted.includes(label));
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
    `Did you mean "${closest(name, names)}"? There are: ${names.join(', ')}.`,
  );
}

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];
