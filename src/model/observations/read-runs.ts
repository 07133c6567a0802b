/** Run directories to model cells. */
import { be, counted } from '../../domain/counted.js';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { artifactOfCell } from '../../domain/artifact-of-cell.js';
import { invalidInput } from '../../domain/errors.js';
import { cellKey } from '../../domain/factors.js';
import { environmentsOf } from '../../domain/experiment.js';
import type { PayloadStep } from '../../domain/function-manifest.js';
import type { RunManifest } from '../../domain/run-manifest.js';
import { RecordProblems } from '../../records/record-problems.js';
import { chunksOf, isThere } from '../../files/input.js';
import { readRun } from '../../records/read-run.js';
import { RunDirectory } from '../../records/run-directory.js';
import { DeclaredEnvironmentSchema, type DeclaredEnvironment } from '../network/link.js';
import { CellCollector, type CellContext, type CollectedCells, type KnownSize } from './collect-cells.js';
import { energyOf, type MeasuredEnergy } from './measured-energy.js';

/** A function's ladder, from whoever knows it; for runs whose manifest does not have it. */
export type Ladders = (name: string) => readonly PayloadStep[] | undefined;

/** A run the model is fitted on. */
export interface SourceRun {
  readonly runId: string;
  readonly experiment: string;
  readonly startedAt: string;
  readonly environment: string;
  /** Of the rows' file, SHA-256. */
  readonly digest: string;
}

export interface ReadRuns extends CollectedCells {
  readonly sources: readonly SourceRun[];
  /** What runs declared of their environments' networks. */
  readonly environments: readonly DeclaredEnvironment[];
  /** Of load runs, where the machine has a counter. */
  readonly energy: readonly MeasuredEnergy[];
  /** Whether all runs are of elsewhere: nothing that Lumos runs would help them. */
  readonly isImported?: boolean;
}

function sizeIn(steps: readonly PayloadStep[] | undefined, label: string): KnownSize | undefined {
  const step = steps?.find((one) => one.label === label);
  if (step?.bytes !== undefined) return { size: Math.max(1, step.bytes), sizeUnit: 'bytes' };
  return step?.size === undefined ? undefined : { size: step.size, sizeUnit: 'steps' };
}

/** What a manifest says of its environments; runs of before they had files say nothing. */
function declaredBy(manifest: RunManifest): DeclaredEnvironment[] {
  const records = z
    .array(z.object({ environment: DeclaredEnvironmentSchema }))
    .safeParse(Reflect.get(manifest, 'environments'));
  return records.success ? records.data.map(({ environment }) => environment) : [];
}

function contextOf(manifest: RunManifest, ladders: Ladders): CellContext {
  const declared = new Map(declaredBy(manifest).map((one) => [one.name, one]));
  const own = new Map(manifest.functions?.map(({ name, payloads }) => [name, payloads]));
  return {
    runId: manifest.runId,
    size: (cell) => sizeIn(own.get(cell.function) ?? ladders(cell.function), cell.payload),
    artifactBytes: (cell) => artifactOfCell(manifest, cell)?.sizeBytes,
    imageBytes: (cell) => artifactOfCell(manifest, cell)?.imageCompressedBytes,
    dataService: ({ environment, storage }) =>
      storage === 'redis' || storage === 's3' ? declared.get(environment)?.dataService : undefined,
  };
}

/**
 * The machine, and what of it an emulated environment has. Of an imported run the machine is not known: its environment's
 * name is all there is to go by.
 */
function machineOf({ host, environments }: RunManifest, name: string): string {
  const made = environments?.map(({ environment }) => environment).find((one) => one.name === name);
  const machine = [
    host.cpuModel ?? 'an unknown processor',
    `${host.cores ?? 'unknown'} cores`,
    host.architecture ?? 'unknown architecture',
  ].join(', ');
  if (made?.emulated !== true) return machine;
  const { cpu, memory, dataService } = made;
  return `${machine}, of it ${JSON.stringify({ cpu, memory, dataService })}`;
}

/** Two machines under one environment's name would make one of their difference in everything. */
function refuseMixedMachines(manifests: readonly RunManifest[]): string[] {
  const machines = new Map<string, RunManifest>();
  for (const manifest of manifests) {
    for (const environment of environmentsOf(manifest.experiment)) {
      const before = machines.get(environment);
      if (before === undefined) {
        machines.set(environment, manifest);
        continue;
      }
      const [then, now] = [machineOf(before, environment), machineOf(manifest, environment)];
      if (then !== now)
        return [
          `The environment "${environment}" is two machines: run ${before.runId} was on ${then}, run ${manifest.runId} on ${now}.`,
        ];
    }
  }
  return [];
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunksOf(path)) hash.update(chunk);
  return hash.digest('hex');
}

const leftOutAsNotValid = (rows: number): string[] =>
  rows === 0 ? [] : [`${counted(rows, 'row')} of levels of load that are not valid ${be(rows)} left out.`];

/**
 * Reads the rows of all directories.
 * @param problems takes records that cannot be read, that are there twice, or that the plan does not have: they are left out
 * @throws LumosError `invalid-input` for what is no run directory, a run given twice, one environment's name for two machines
 */
export async function readRuns(
  paths: readonly string[],
  ladders: Ladders,
  problems = new RecordProblems(),
): Promise<ReadRuns> {
  if (paths.length === 0)
    throw invalidInput(
      'There is no run to fit a model on',
      'Name at least one run directory: lumos run makes them.',
    );
  const directories = paths.map((path) => new RunDirectory(path));
  const manifests = directories.map((directory) => directory.readManifest());
  const [mixed] = refuseMixedMachines(manifests);
  if (mixed !== undefined)
    throw invalidInput(
      mixed,
      'Give each machine an environment file of its own, and run one of them with --environment FILE.',
    );
  const ids = manifests.map(({ runId }) => runId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined)
    throw invalidInput(`Run ${twice} is given twice`, 'Its rows would count double: name it once.');
  const collector = new CellCollector();
  const sources: SourceRun[] = [];
  const energy: MeasuredEnergy[] = [];
  let notValid = 0;
  for (const directory of directories) {
    const { manifest, levels, rows } = await readRun(directory, problems);
    const invalid = new Set(levels.filter(({ valid }) => !valid).map((level) => cellKey(level)));
    energy.push(...energyOf(levels));
    if (!isThere(directory.measurementsPath)) continue;
    const context = contextOf(manifest, ladders);
    for await (const row of rows) {
      if (invalid.size > 0 && invalid.has(cellKey(row))) notValid += 1;
      else collector.add(row, context);
    }
    const { runId, experiment, startedAt } = manifest;
    const digest = await digestOf(directory.measurementsPath);
    sources.push({
      runId,
      experiment: experiment.name,
      startedAt,
      environment: environmentsOf(experiment).join(', '),
      digest,
    });
  }
  const environments = new Map(manifests.flatMap(declaredBy).map((one) => [one.name, one]));
  const { notes, ...collected } = collector.collect();
  return {
    ...collected,
    notes: [...leftOutAsNotValid(notValid), ...notes],
    sources,
    environments: [...environments.values()],
    energy,
    isImported: manifests.every(({ imported }) => imported !== undefined),
  };
}
