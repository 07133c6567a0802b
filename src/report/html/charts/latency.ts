/** Latency distributions: every sample, the median and its interval. */
import { dot, link, type Markish } from '@observablehq/plot';
import { runtimeName, cellKey, type Start } from '../../../domain/factors.js';
import type { CellSummary } from '../../../domain/summary/cell-summary.js';
import { milliseconds, type Milliseconds } from '../../../domain/units.js';
import { groupExtras, payloadText, withoutLatency, type CellGroup } from '../../cell-groups.js';
import {
  absent,
  formatCount,
  formatCounted,
  formatDuration,
  formatDurationInterval,
  typographicSigns,
} from '../../format-quantity.js';
import { isSampled, type CellSamples } from '../../samples.js';
import { latencyAxis } from '../axis.js';
import { renderFigures, type DataTable } from '../figure.js';
import { classColor } from '../palette.js';
import type { ChartBlock, ChartRow, PlacedRow } from '../row-chart.js';
import type { Markup } from '../template.js';

interface LatencyRow extends ChartRow {
  readonly cell: CellSummary;
  readonly points: readonly Milliseconds[];
}

/** A group's title where the start is already said: `hello-world · small, 64 B`. */
export const blockTitle = (group: CellGroup, groups: readonly CellGroup[]): string =>
  [group.function, payloadText(group), ...groupExtras(group, groups)].join(' \u00b7 ');

const duration = (value: Milliseconds): string => formatDuration(value, typographicSigns);

/** -0.5 to 0.5, spread evenly whatever the number of points: multiples of the golden ratio (Kronecker's sequence). */
const jitter = (index: number): number => ((index * 0.6180339887498949) % 1) - 0.5;

const pointsOf = (rows: readonly PlacedRow<LatencyRow>[]): { x: number; y: number; color: string }[] =>
  rows.flatMap(({ row, y, half }) =>
    row.points.map((value, index) => ({ x: value, y: y + jitter(index) * 2 * (half - 1), color: row.color })),
  );

function marks(rows: readonly PlacedRow<LatencyRow>[]): Markish[] {
  const medians = rows.flatMap(({ row: { cell }, y, half }) =>
    cell.latencyMs === undefined ? [] : [{ x: cell.latencyMs.p50, y1: y - half - 1, y2: y + half + 1 }],
  );
  const intervals = rows.flatMap(({ row: { cell }, y }) =>
    cell.latencyMs?.ci95 === undefined ? [] : [{ x1: cell.latencyMs.ci95[0], x2: cell.latencyMs.ci95[1], y }],
  );
  return [
    dot(pointsOf(rows), { x: 'x', y: 'y', r: 2, fill: { value: 'color', scale: null }, fillOpacity: 0.45 }),
    link(intervals, {
      x1: 'x1',
      x2: 'x2',
      y: 'y',
      stroke: 'currentColor',
      strokeWidth: 4,
      strokeOpacity: 0.75,
    }),
    link(medians, { x: 'x', y1: 'y1', y2: 'y2', stroke: 'currentColor', strokeWidth: 2 }),
  ];
}

function blocksOf(
  groups: readonly CellGroup[],
  all: readonly CellGroup[],
  samples: ReadonlyMap<string, CellSamples>,
): ChartBlock<LatencyRow>[] {
  return groups.map((group) => ({
    title: blockTitle(group, all),
    rows: group.rows.map(({ cell }) => ({
      name: runtimeName(cell),
      color: classColor(cell.class),
      note: cell.latencyMs === undefined ? withoutLatency(cell) : duration(cell.latencyMs.p50),
      cell,
      points: samples.get(cellKey(cell))?.latencyMs ?? [],
    })),
  }));
}

function data(blocks: readonly ChartBlock<LatencyRow>[]): DataTable {
  return {
    head: ['function', 'runtime', 'n', 'min', 'p50', '95 % interval', 'p90', 'p99', 'max'],
    names: 2,
    rows: blocks.flatMap((block) =>
      block.rows.map(({ cell: { runtime, n, latencyMs } }) => [
        block.title,
        runtime,
        formatCount(n),
        ...(latencyMs === undefined
          ? ['no result', absent, absent, absent, absent, absent]
          : [
              duration(latencyMs.min),
              duration(latencyMs.p50),
              latencyMs.ci95 === undefined
                ? absent
                : formatDurationInterval(latencyMs.ci95, latencyMs.p50, typographicSigns),
              duration(latencyMs.p90),
              duration(latencyMs.p99),
              duration(latencyMs.max),
            ]),
      ]),
    ),
  };
}

function remarkOn(drawn: readonly CellSamples[]): string {
  const sampled = drawn.filter(isSampled);
  if (sampled.length === 0)
    return 'Every sample is drawn; the height within a row only keeps the points apart.';
  const most = Math.max(...sampled.map((one) => one.seen));
  const kept = Math.max(...sampled.map((one) => one.latencyMs.length));
  return (
    `In ${formatCounted(sampled.length, 'row')} with up to ${formatCount(most)} samples a uniform random sample of ` +
    `${formatCount(kept)} is drawn; medians and intervals are of all. The height within a row only keeps the points apart.`
  );
}

/** The distributions of one start; nothing when the run has none. */
export function latencyFigures(
  groups: readonly CellGroup[],
  start: Start,
  samples: ReadonlyMap<string, CellSamples>,
): Markup {
  const blocks = blocksOf(
    groups.filter((group) => group.start === start),
    groups,
    samples,
  );
  const rows = blocks.flatMap((block) => block.rows);
  const drawn = rows.flatMap(({ cell }) => samples.get(cellKey(cell)) ?? []);
  const values = rows.flatMap(({ points, cell }) => [
    ...points,
    ...(cell.latencyMs === undefined ? [] : [cell.latencyMs.p50, ...(cell.latencyMs.ci95 ?? [])]),
  ]);
  return renderFigures({
    chart: {
      title: `Latency, ${start} start`,
      reading:
        'What to see: each point is one verified answer; the upright line is the median, the thick bar its 95 % interval. ' +
        'Further left is faster, and each step of the scale is a multiple.',
      axis: latencyAxis(values.map((value) => milliseconds(value))),
      blocks,
      marks,
    },
    data,
    remark: remarkOn(drawn),
  });
}
