/** The league table: every runtime of a run in one row. */
import { runtimeName, type Cell } from '../../domain/factors.js';
import type { RunManifest } from '../../domain/run-manifest.js';
import type { CellSummary } from '../../domain/summary/cell-summary.js';
import type { LeagueRow } from '../../domain/summary/league.js';
import { bytes, milliseconds } from '../../domain/units.js';
import { median } from '../../stats/quantiles.js';
import { sortSamples } from '../../stats/sorted-samples.js';
import { artifactOfCell } from '../../domain/artifact-of-cell.js';
import { failureCount } from '../cell-groups.js';

/**
 * One row for each runtime, transport, language and set of options, the fastest cold start of the first function first;
 * those without one last.
 */
export function leagueOf(cells: readonly CellSummary[], manifest: RunManifest): LeagueRow[] {
  const [first] = manifest.cells;
  const rows = new Map<string, CellSummary[]>();
  for (const cell of cells) {
    const key = JSON.stringify([runtimeName(cell), cell.transport, cell.language]);
    rows.set(key, [...(rows.get(key) ?? []), cell]);
  }
  return [...rows.values()]
    .map((members) => rowOf(members, manifest))
    .sort((a, b) => rank(a, first) - rank(b, first));
}

function rank({ latencies }: LeagueRow, first: Cell | undefined): number {
  const cold = latencies.find((one) => one.start === 'cold' && one.function === first?.function);
  return cold?.p50 ?? Infinity;
}

function rowOf(cells: readonly CellSummary[], manifest: RunManifest): LeagueRow {
  const [first] = cells;
  if (first === undefined) throw new Error('a row of the league has no cell');
  const { runtime, transport, language, options } = first;
  const usual = cells.filter(({ start }) => start !== 'snapshot');
  const artifacts = (usual.length === 0 ? cells : usual).flatMap(
    (cell) => artifactOfCell(manifest, cell) ?? [],
  );
  const version = manifest.runtimes.find(({ id }) => id === runtime)?.version;
  const precompile = medianOf(artifacts.flatMap((one) => one.precompileMs ?? []));
  const artifact = medianOf(artifacts.map((one) => one.sizeBytes));
  const image = medianOf(artifacts.map((one) => one.imageCompressedBytes));
  const peak = cells.find((cell) => cell.peakMemoryBytes !== undefined)?.peakMemoryBytes;
  return {
    runtime,
    class: first.class,
    ...(transport === undefined ? {} : { transport }),
    ...(language === undefined ? {} : { language }),
    ...(options === undefined ? {} : { options }),
    ...(version === undefined ? {} : { version }),
    latencies: latenciesOf(cells),
    failed: cells.reduce((sum, cell) => sum + failureCount(cell), 0),
    invocations: cells.reduce((sum, cell) => sum + failureCount(cell) + cell.n, 0),
    ...(precompile === undefined ? {} : { precompileMs: milliseconds(precompile) }),
    ...(artifact === undefined ? {} : { artifactBytes: bytes(Math.round(artifact)) }),
    ...(image === undefined ? {} : { imageBytes: bytes(Math.round(image)) }),
    ...(peak === undefined ? {} : { peakMemoryBytes: peak }),
  };
}

/** Of each function and start, the first payload that has a result. */
function latenciesOf(cells: readonly CellSummary[]): LeagueRow['latencies'] {
  const found = new Map<string, LeagueRow['latencies'][number]>();
  for (const { function: name, payload, start, latencyMs } of cells) {
    const key = JSON.stringify([name, start]);
    if (latencyMs === undefined || found.has(key)) continue;
    const { p50, ci95 } = latencyMs;
    found.set(key, { function: name, payload, start, p50, ...(ci95 === undefined ? {} : { ci95 }) });
  }
  return [...found.values()];
}

const medianOf = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : median(sortSamples(values));
