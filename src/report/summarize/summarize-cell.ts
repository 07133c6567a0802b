/** One cell's columns into its entry of the summary. */
import { phases, type Cell, type Phase } from '../../domain/factors.js';
import type { CellSummary, LatencySummary } from '../../domain/summary/cell-summary.js';
import { bytes, milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import type { MedianEstimate } from '../../stats/median-interval.js';
import { moments } from '../../stats/moments.js';
import { median, quantile } from '../../stats/quantiles.js';
import { sortSamples } from '../../stats/sorted-samples.js';
import { failureCounts, type CellColumns, type Figure } from './accumulate.js';
import type { CellMedians } from './cell-medians.js';
import { noteText, notesOn } from './cell-notes.js';

export interface CellFacts {
  /** Of the payload, where no row of the cell tells. */
  readonly payloadBytes: Bytes | undefined;
  /** Compressed bytes a node would pull, where known. */
  readonly imageBytes: Bytes | undefined;
}

/** The summary of a cell, of which there may be no row at all. */
export function summarizeCell(
  cell: Cell,
  columns: CellColumns | undefined,
  medians: CellMedians,
  facts: CellFacts,
): CellSummary {
  const latency = medians.get('latencyMs');
  const payloadBytes = (columns && payloadOf(columns)) ?? facts.payloadBytes;
  return {
    ...cell,
    n: columns?.samples ?? 0,
    sandboxes: columns === undefined ? 0 : new Set(columns.sandboxes.present()).size,
    failures: Object.fromEntries(columns === undefined ? [] : failureCounts(columns)),
    ...(latency === undefined ? {} : { latencyMs: summarizeLatency(latency) }),
    phasesMs: columns === undefined ? {} : phaseMedians(columns),
    ...(columns === undefined ? {} : resourceMedians(columns)),
    ...(payloadBytes === undefined ? {} : { payloadBytes }),
    ...(facts.imageBytes === undefined ? {} : { imageBytes: facts.imageBytes }),
    notes: notesOn(columns, latency).map(noteText),
  };
}

/** The median payload of a cell's rows in whole bytes; undefined where none says. */
export function payloadOf(columns: CellColumns): Bytes | undefined {
  const sizes = columns.payloadBytes.present();
  return sizes.length === 0 ? undefined : wholeBytes(median(sortSamples(sizes)));
}

function summarizeLatency({ sorted, median: p50, ci95 }: MedianEstimate): LatencySummary {
  const { mean, sd } = moments(sorted);
  return {
    p50: milliseconds(p50),
    p90: milliseconds(quantile(sorted, 0.9)),
    p99: milliseconds(quantile(sorted, 0.99)),
    mean: milliseconds(mean),
    min: milliseconds(quantile(sorted, 0)),
    max: milliseconds(quantile(sorted, 1)),
    ...(sd === undefined ? {} : { sd: milliseconds(sd) }),
    ...(ci95 === undefined ? {} : { ci95: [milliseconds(ci95[0]), milliseconds(ci95[1])] }),
  };
}

/** A phase of `Phase` as a row names it. */
const figureOfPhase = (phase: Phase): `${Phase}Ms` => `${phase}Ms`;

function phaseMedians(columns: CellColumns): CellSummary['phasesMs'] {
  const medians: Partial<Record<Phase, Milliseconds>> = {};
  for (const phase of phases) {
    const value = medianOf(columns, figureOfPhase(phase));
    if (value !== undefined) medians[phase] = milliseconds(value);
  }
  return medians;
}

const durationFigures = ['cpuMs', 'hostFetchMs', 'hostStoreMs'] as const;
const countFigures = ['storageRoundTrips', 'serviceRequests'] as const;
const byteFigures = [
  'peakMemoryBytes',
  'peakResidentBytes',
  'readBytes',
  'writtenBytes',
  'responseBytes',
  'fetchedBytes',
  'storedBytes',
  'serviceReceivedBytes',
  'serviceSentBytes',
] as const;

type Resources = Pick<
  CellSummary,
  (typeof durationFigures)[number] | (typeof countFigures)[number] | (typeof byteFigures)[number]
>;

function resourceMedians(columns: CellColumns): Resources {
  const medians = <F extends Figure, T>(names: readonly F[], unit: (value: number) => T): [F, T][] =>
    names.flatMap((figure) => {
      const value = medianOf(columns, figure);
      return value === undefined ? [] : [[figure, unit(value)]];
    });
  return Object.fromEntries([
    ...medians(durationFigures, milliseconds),
    ...medians(countFigures, (count) => count),
    ...medians(byteFigures, wholeBytes),
  ]);
}

function medianOf(columns: CellColumns, figure: Figure): number | undefined {
  const column = columns.figures.get(figure);
  return column === undefined ? undefined : median(sortSamples(column.present()));
}

/** Half way between two counts of bytes may be half a byte. */
const wholeBytes = (value: number): Bytes => bytes(Math.round(value));
