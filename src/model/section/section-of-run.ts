/** A run beside what a model says of it. */
import { cellKey, type Cell } from '../../domain/factors.js';
import { LumosError } from '../../domain/errors.js';
import type { ModelledCell, ModelError, ModelSection } from '../../domain/model-section.js';
import type { Milliseconds } from '../../domain/units.js';
import { fitCells } from '../fit/fit-model.js';
import type { ModelFile } from '../fit/model-file.js';
import { accessOf, componentIds, systemOf, workOf } from '../observations/model-cell.js';
import { predictLatency, type LatencyPrediction } from '../predict/predict-latency.js';
import { validateModel, type SchemeResult } from '../validate/validate-model.js';
import { breakEvenOf } from './break-even.js';

/** A cell of the run with its median latency. */
export interface MeasuredCell {
  readonly cell: Cell;
  readonly medianMs: Milliseconds;
}

const order: readonly string[] = [...componentIds, 'data network', 'network', 'image transfer'];

const partsOf = ({ componentsMs }: LatencyPrediction): ModelledCell['partsMs'] =>
  order.flatMap((name) => {
    const time = (componentsMs as Readonly<Record<string, Milliseconds>>)[name];
    return time === undefined ? [] : [[name, time] as const];
  });

function predictionOf(file: ModelFile, { cell }: MeasuredCell): LatencyPrediction {
  const access = accessOf(cell);
  return predictLatency(file, {
    ...{ function: workOf(cell), payload: cell.payload, runtime: systemOf(cell), start: cell.start },
    environment: cell.environment,
    ...(access === '' ? {} : { access }),
  });
}

function errorOf(result: SchemeResult): ModelError {
  const { scheme, cells, medianApe, p90Ape, coverage90, baselines, calibration } = result;
  return {
    leftOut: scheme,
    cells,
    medianError: medianApe,
    p90Error: p90Ape,
    ...(coverage90 === undefined ? {} : { coverage90 }),
    naive: Object.fromEntries(Object.entries(baselines).map(([name, one]) => [name, one.medianApe])),
    calibration: calibration.map(({ nominal, observed }) => ({ promised: nominal, held: observed })),
  };
}

/** Reasons with how many cells each is about. */
function counted(reasons: readonly string[]): ModelSection['notModelled'] {
  const counts = new Map<string, number>();
  for (const why of reasons) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts].map(([why, cells]) => ({ why, cells }));
}

/** A cell beside its prediction, without itself where the model was fitted on it; or why there is none. */
function modelledCell(
  { cell, medianMs }: MeasuredCell,
  prediction: LatencyPrediction,
  without: SchemeResult['predictions'][number] | undefined,
): ModelledCell | string {
  const { median } = prediction;
  if (without === undefined && median.notKnown !== undefined) return `not known: ${median.notKnown}`;
  const interval = without === undefined ? median.interval90 : without.interval;
  return {
    cell,
    measuredMs: medianMs,
    predictedMs: without?.predictedMs ?? median.ms,
    ...(interval === undefined ? {} : { interval90: interval }),
    basis: without === undefined ? 'predicted' : 'left out',
    partsMs: partsOf(prediction),
  };
}

/**
 * The section: a cell that the model was fitted on is predicted without it, so that the comparison means something. Cells
 * under load are left out, as they are from the model.
 */
export function sectionOfRun(file: ModelFile, measured: readonly MeasuredCell[]): ModelSection {
  const { schemes, unanswered, measurementError } = validateModel(fitCells(file.cells, file.shapes));
  const cellsOut = schemes.find(({ scheme }) => scheme === 'leave-one-cell-out')?.predictions ?? [];
  const leftOut = new Map(cellsOut.map((one) => [cellKey(one.cell.cell), one]));
  const modelled: ModelledCell[] = [];
  const reasons: string[] = [];
  for (const one of measured) {
    if (one.cell.concurrency > 1) continue;
    try {
      const cell = modelledCell(one, predictionOf(file, one), leftOut.get(cellKey(one.cell)));
      if (typeof cell === 'string') reasons.push(cell);
      else modelled.push(cell);
    } catch (error) {
      if (!(error instanceof LumosError)) throw error;
      reasons.push(error.message);
    }
  }
  const breakEven = breakEvenOf(file);
  return {
    digest: file.digest.slice(0, 12),
    cells: file.cells.length,
    runs: file.sources.map(({ runId, experiment }) => `${experiment} (${runId})`),
    modelled,
    notModelled: counted(reasons),
    errors: schemes.map(errorOf),
    unanswered: unanswered.map(({ scheme, why }) => ({ leftOut: scheme, why })),
    ...(measurementError === undefined ? {} : { measurementError }),
    ...(breakEven === undefined ? {} : { breakEven }),
  };
}
