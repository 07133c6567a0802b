/** Cells to a model. */
import { createHash } from 'node:crypto';
import { invalidInput } from '../../domain/errors.js';
import { StartSchema } from '../../domain/factors.js';
import { SumCorrection } from '../compose.js';
import { fitComponent } from '../components/fit-component.js';
import { schemesOf } from '../hold-out/schemes.js';
import { componentIds, resourceIds, systemOf, workOf, type ModelCell } from '../observations/model-cell.js';
import type { ReadRuns } from '../observations/read-runs.js';
import { componentOf } from './component-of.js';
import { calibrate, calibrateResource } from './conformal.js';
import { leaveOut, type Fitted } from './left-out.js';
import { modelSchemaId, type ModelFile } from './model-file.js';

/** The fewest cells a model can be validated on at all: an interval of 90 % needs as many left out. */
export const fewestCells = 12;

const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort();

/**
 * Refuses data that no model can be made of, and says which run would help.
 * @throws LumosError `invalid-input`
 */
export function refuseTooLittle(cells: readonly ModelCell[], isImported = false): void {
  const imported = 'Import another run of the same programs and give both: lumos import FORMAT FILE.';
  const run = isImported
    ? imported
    : 'lumos run paper --out results/paper gives enough: all functions on four runtimes, cold and warm.';
  if (cells.length === 0) throw invalidInput('The runs have no verified invocation at concurrency 1', run);
  const systems = distinct(cells.map(({ cell }) => systemOf(cell)));
  const works = distinct(cells.map(({ cell }) => workOf(cell)));
  if (systems.length < 2)
    throw invalidInput(
      `Every cell is of one runtime, ${String(systems[0])}: there is nothing to tell runtimes apart by`,
      isImported
        ? imported
        : `Measure the same functions on another and give both runs: lumos run --functions ${works.slice(0, 3).join(',')} --runtimes native,docker,wasmtime-aot.`,
    );
  if (works.length < 2)
    throw invalidInput(
      `Every cell is of one function, ${String(works[0])}: there is nothing to tell functions apart by`,
      isImported
        ? imported
        : `Measure another on the same runtimes and give both runs: lumos run --functions '*' --runtimes ${systems.join(',')}.`,
    );
  if (cells.length < fewestCells)
    throw invalidInput(`${cells.length} cells are too few to fit a model on; it takes ${fewestCells}`, run);
  const latencies = cells.map(({ latencyMs }) => latencyMs.p50);
  if (Math.max(...latencies) <= Math.min(...latencies) * (1 + 1e-9))
    throw invalidInput(
      'All cells have the same latency to the last digit: these are no measurements',
      'Give runs that lumos run or lumos import made.',
    );
}

/** Rows that tell their latency's parts, and rows that do not, make two kinds of cells; a model is of one kind. */
function ofOneKind(cells: readonly ModelCell[]): { cells: ModelCell[]; notes: string[] } {
  const whole = cells.filter(({ componentsMs }) => componentsMs.whole !== undefined);
  const parted = cells.filter(({ componentsMs }) => componentsMs.whole === undefined);
  if (whole.length === 0 || parted.length === 0) return { cells: [...cells], notes: [] };
  const [kept, dropped] = whole.length > parted.length ? [whole, parted] : [parted, whole];
  const what =
    kept === whole ? 'whose rows tell launch, boundary and compute apart' : 'whose rows tell no parts';
  return {
    cells: kept,
    notes: [`${dropped.length} cells ${what} are left out: the others are of the other kind.`],
  };
}

function correctionsOf(cells: readonly ModelCell[]): ModelFile['corrections'] {
  const correction = new SumCorrection(cells);
  const starts = StartSchema.options.filter((start) => cells.some(({ cell }) => cell.start === start));
  const systems = distinct(cells.map(({ cell }) => systemOf(cell)));
  return starts.flatMap((start) => [
    { start, log: correction.at('', start) },
    ...systems
      .filter((system) => cells.some(({ cell }) => systemOf(cell) === system && cell.start === start))
      .map((system) => ({ system, start, log: correction.at(system, start) })),
  ]);
}

/** The components of one kind of cells, both as they are computed with and as they are written. */
export function fitCells(cells: readonly ModelCell[], shapes: ReadRuns['shapes']): Fitted {
  const fitted = componentIds.flatMap((id) => fitComponent(id, cells) ?? []);
  const resources = resourceIds.flatMap((id) => fitComponent(id, cells) ?? []);
  return { cells, shapes, fitted, components: fitted.map((one) => componentOf(one)), resources };
}

export interface FittedModel {
  readonly file: ModelFile;
  readonly fitted: Fitted;
}

/**
 * Fits a model to runs.
 * @throws LumosError `invalid-input` where the data cannot carry one
 */
export function fitModel(runs: ReadRuns, lumosVersion: string): FittedModel {
  const { cells, notes } = ofOneKind(runs.cells);
  refuseTooLittle(cells, runs.isImported);
  const fitted = fitCells(cells, runs.shapes);
  const tested = schemesOf(cells)
    .filter(({ groups }) => groups.length > 0)
    .map((scheme) => ({ scheme, left: leaveOut(fitted, scheme) }));
  const calibrations = tested.map(({ scheme, left }) => calibrate(scheme.id, left));
  const digests = runs.sources.map(({ digest }) => digest).sort();
  const file: ModelFile = {
    schema: modelSchemaId,
    lumosVersion,
    digest: createHash('sha256').update(digests.join('\n')).digest('hex'),
    sources: [...runs.sources],
    notes: [...runs.notes, ...notes],
    components: [...fitted.components],
    resources: fitted.resources.map((resource) => ({
      ...componentOf(resource),
      calibrations: tested.flatMap(({ scheme, left }) => calibrateResource(resource, scheme, left) ?? []),
    })),
    energy: [...runs.energy],
    environments: runs.environments.filter(
      ({ clients, dataService }) => clients !== undefined || dataService !== undefined,
    ),
    corrections: correctionsOf(cells),
    shapes: [...runs.shapes],
    calibrations,
    cells: [...cells],
  };
  return { file, fitted };
}
