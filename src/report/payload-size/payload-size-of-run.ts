/** Time against payload size, for every function and runtime of a run. */
import type { RunManifest } from '../../domain/run-manifest.js';
import type { Crossover, PayloadSize } from '../../domain/summary/payload-size.js';
import { fewestPlaces, type LineEstimate } from '../../stats/relative-line.js';
import type { RunAccumulator } from '../summarize/accumulate.js';
import { orderCells } from '../summarize/cell-order.js';
import { crossoverOf } from './crossover.js';
import { fitSeries, sizeSeriesOf, type FittedSeries } from './fit-series.js';
import { placeOf, sameButRuntime, seriesOf } from './size-series.js';

const native = 'native';

/** Cold, warm and whatever else there is of one function, whatever runtime. */
const inPlace = (all: readonly FittedSeries[], of: FittedSeries): FittedSeries[] =>
  all.filter(({ series }) => placeOf(series.cell) === placeOf(of.series.cell));

function crossovers(all: readonly FittedSeries[], preferred: string | undefined): Crossover[] {
  const warm = all.filter(({ series }) => series.cell.start === 'warm');
  return warm.flatMap((candidate) => {
    if (!candidate.series.cell.class.startsWith('wasm-')) return [];
    const beside = inPlace(all, candidate);
    const containers = beside.filter(
      ({ series: { cell } }) => cell.class === 'container' && cell.start === 'warm',
    );
    const baseline = containers.find(({ series }) => series.cell.runtime === preferred) ?? containers[0];
    if (baseline === undefined) return [];
    const launchOf = (runtime: string): LineEstimate | undefined =>
      beside
        .find(({ series: { cell } }) => cell.start === 'cold' && cell.runtime === runtime)
        ?.lines.get('launch');
    const [ownIo, theirIo] = [candidate.lines.get('io'), baseline.lines.get('io')];
    const ownLaunch = launchOf(candidate.series.cell.runtime);
    const theirLaunch = launchOf(baseline.series.cell.runtime);
    if (ownIo === undefined || theirIo === undefined || ownLaunch === undefined || theirLaunch === undefined)
      return [];
    return crossoverOf(candidate, baseline, {
      candidate: { launch: ownLaunch, io: ownIo },
      baseline: { launch: theirLaunch, io: theirIo },
    });
  });
}

/**
 * The fits of every function on every runtime with at least three different sizes, and where Wasm's I/O cost passes its
 * start-up gain, as docs/method.md says. The same rows, manifest and seed give the same figures.
 */
export function payloadSizeOf(run: RunAccumulator, manifest: RunManifest): PayloadSize {
  const cells = orderCells(
    manifest.cells,
    run.all().map((columns) => columns.cell),
  ).flatMap((cell) => run.get(cell) ?? []);
  const fitted = seriesOf(cells)
    .filter(({ sizes }) => new Set(sizes.map((size) => size.bytes)).size >= fewestPlaces)
    .map((series) => fitSeries(series, manifest.seed));
  const natives = new Map(
    fitted
      .filter(({ series }) => series.cell.runtime === native)
      .map((one) => [sameButRuntime(one.series.cell), one]),
  );
  return {
    series: fitted.map((one) => {
      const other =
        one.series.cell.runtime === native ? undefined : natives.get(sameButRuntime(one.series.cell));
      return sizeSeriesOf(one, other, manifest.seed);
    }),
    crossovers: crossovers(fitted, manifest.experiment.baseline),
  };
}
