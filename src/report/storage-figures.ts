/** What the cells with storage say of it: both sides' times, round trips and bytes, apart from serialization. */
import { runtimeName } from '../domain/factors.js';
import type { CellSummary } from '../domain/summary/cell-summary.js';
import type { Summary } from '../domain/summary/summary.js';
import type { Milliseconds } from '../domain/units.js';
import { groupCells, payloadText, storageText } from './cell-groups.js';
import {
  absent,
  asciiSigns,
  formatBytes,
  formatDuration,
  formatSignificant,
  type Signs,
} from './format-quantity.js';

export interface StorageFigures {
  readonly head: readonly string[];
  /** Leading columns that name the row; the others hold figures. */
  readonly names: number;
  readonly rows: readonly (readonly string[])[];
}

export const storageReading =
  "Medians. Fetch and store are the function's own phases; of them, the host's client took the host's share. Round trips " +
  'and bytes are what the function counted, and beside them what the service itself counted. Deserialize and serialize ' +
  'are in neither.';

const head = [
  'function',
  'start',
  'storage',
  'runtime',
  'fetch',
  'store',
  'host fetch',
  'host store',
  'deserialize',
  'serialize',
  'round trips',
  'fetched',
  'stored',
  'service requests',
  'service in',
  'service out',
];

/** One row for each cell with storage and a result; none for a run without. */
export function storageFigures(summary: Summary, signs: Signs = asciiSigns): StorageFigures {
  const groups = groupCells(summary).filter((group) => group.storage !== undefined);
  const rows = groups.flatMap((group) =>
    group.rows
      .filter(({ cell }) => cell.latencyMs !== undefined)
      .map(({ cell }) => [
        `${group.function}, ${payloadText(group)}`,
        group.start,
        storageText(group),
        runtimeName(cell),
        ...figuresOf(cell, signs),
      ]),
  );
  return { head, names: 4, rows };
}

function figuresOf(cell: CellSummary, signs: Signs): string[] {
  const time = (value: Milliseconds | undefined): string =>
    value === undefined ? absent : formatDuration(value, signs);
  const count = (value: number | undefined): string =>
    value === undefined ? absent : formatSignificant(value);
  const size = (value: CellSummary['fetchedBytes']): string =>
    value === undefined ? absent : formatBytes(value);
  const { phasesMs } = cell;
  return [
    time(phasesMs.fetch),
    time(phasesMs.store),
    time(cell.hostFetchMs),
    time(cell.hostStoreMs),
    time(phasesMs.deserialize),
    time(phasesMs.serialize),
    count(cell.storageRoundTrips),
    size(cell.fetchedBytes),
    size(cell.storedBytes),
    count(cell.serviceRequests),
    size(cell.serviceReceivedBytes),
    size(cell.serviceSentBytes),
  ];
}
