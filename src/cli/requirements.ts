/** Whether this machine has what a run needs, before anything runs. */
import { dependenciesOf, dependencyOf, storageDependencies } from '../control-plane/setup/dependencies.js';
import type { DependencyName } from '../control-plane/setup/dependency.js';
import { givenServiceUrl, type ServiceStorage } from '../control-plane/storage/start-service.js';
import { emulatedNetwork } from '../domain/environment.js';
import { LumosError } from '../domain/errors.js';
import type { Experiment } from '../domain/experiment.js';
import type { Cell } from '../domain/factors.js';
import type { RuntimeRecord } from '../domain/run-manifest.js';
import type { Runtime } from '../domain/runtime.js';
import { requireLimits, requireMetronome, requireRoom } from '../experiment/environments.js';
import type { Selection } from '../experiment/selection.js';
import { snapshotOf } from '../experiment/possible-uses.js';
import { optionsOfCell, variantsOf } from '../experiment/runtime-variants.js';
import { reachesSockets, servicesOf } from '../experiment/storage-bench.js';
import type { Workbench } from './workbench.js';

interface Missing {
  readonly id: string;
  readonly why: string;
  readonly remedy: string;
}

const engineOf = ({ engines }: Workbench, runtime: Runtime): Workbench['engines'][number] | undefined =>
  engines.find((engine) => engine.runtimes.includes(runtime));

/** The word of an experiment that stands for every runtime that can run here. */
const installed = 'installed';

/** `experiment` with the runtimes that can run here in place of the word `installed`. */
export async function withInstalled(
  experiment: Experiment,
  registry: readonly Runtime[],
): Promise<Experiment> {
  if (!experiment.runtimes.includes(installed)) return experiment;
  const there: string[] = [];
  for (const runtime of registry) if ((await runtime.probe()).usable) there.push(runtime.id);
  const named = experiment.runtimes.filter((id) => id !== installed);
  return { ...experiment, runtimes: [...new Set([...named, ...there])] };
}

/** @throws LumosError `missing-dependency` that names everything that is missing and what mends it. */
export async function requireRuntimes(
  workbench: Workbench,
  { runtimes, functions }: Selection,
  experiment: Experiment,
  cells: readonly Cell[],
): Promise<RuntimeRecord[]> {
  const needed = cells.flatMap((cell) => {
    const runtime = runtimes.find(({ id }) => id === cell.runtime);
    const definition = functions.find((one) => one.definition.manifest.name === cell.function)?.definition;
    if (runtime === undefined || definition === undefined) return [];
    const options = optionsOfCell(experiment, runtime, cell);
    const { transport = 'stdio', language = 'rust' } = cell;
    const reach = { sockets: reachesSockets(cell) };
    const artifactKind = runtime.artifactKindFor(options, {
      ...{ reach, transport, language },
      ...snapshotOf(cell.start),
    });
    const engine = engineOf(workbench, runtime);
    if (artifactKind === undefined || engine === undefined) return [];
    return dependenciesOf({ engine, artifactKind, language }, workbench.precompilers);
  });
  await requireDependencies(workbench, needed);
  const records: RuntimeRecord[] = [];
  const missing: Missing[] = [];
  for (const runtime of runtimes) {
    const availability = await runtime.probe();
    if (!availability.usable) {
      missing.push({ id: runtime.id, ...availability });
      continue;
    }
    records.push({
      id: runtime.id,
      engine: runtime.engine,
      ...(runtime.mode === undefined ? {} : { mode: runtime.mode }),
      class: runtime.class,
      version: availability.version,
      details: { ...availability.details },
      options: variantsOf(experiment, runtime)[0]?.options ?? {},
    });
  }
  refuse(missing);
  return records;
}

/** @throws LumosError `missing-dependency` for a service that is neither given nor can be started here */
export async function requireServices(
  workbench: Workbench,
  storages: readonly ServiceStorage[],
): Promise<void> {
  const own = storages.filter((storage) => givenServiceUrl(storage) === undefined);
  await requireDependencies(workbench, own.flatMap(storageDependencies));
}

/**
 * Everything that the environments take: a machine that is large enough, runtimes that can be held, a network to emulate.
 * @throws LumosError `missing-dependency`
 */
export async function requireEnvironments(
  workbench: Workbench,
  { environments = [], runtimes }: Selection,
  experiment: Experiment,
  cells: readonly Cell[],
): Promise<void> {
  const { machine } = workbench.environmentParts;
  requireRoom(environments, machine);
  await requireLimits(environments, experiment, runtimes, machine);
  await requireMetronome(environments, workbench.environmentParts);
  const distant = environments.filter((one) => emulatedNetwork(one) !== undefined).map(({ name }) => name);
  const crossing = cells.filter(({ environment }) => distant.includes(environment));
  if (servicesOf(crossing).length > 0) await requireDependencies(workbench, ['toxiproxy']);
}

/**
 * What builds artefacts and keeps objects.
 * @throws LumosError `missing-dependency` that names everything that is missing and what mends it
 */
export async function requireDependencies(
  { dependencies }: Workbench,
  names: readonly DependencyName[],
): Promise<void> {
  const missing: Missing[] = [];
  for (const name of new Set(names)) {
    const availability = await dependencyOf(dependencies, name).probe();
    if (!availability.usable) missing.push({ id: name, ...availability });
  }
  refuse(missing);
}

function refuse(missing: readonly Missing[]): void {
  if (missing.length === 0) return;
  const remedies = [...new Set(missing.map(({ remedy }) => remedy))];
  throw new LumosError('missing-dependency', missing.map(({ id, why }) => `${id}: ${why}`).join('; '), {
    remedy: `To get it: ${remedies.join('; or: ')}`,
  });
}
