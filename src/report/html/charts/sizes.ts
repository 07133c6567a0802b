/** Bytes as bars: what a node would pull, and what a sandbox takes of its memory. */
import { rect, type Markish } from '@observablehq/plot';
import { runtimeName, type Start } from '../../../domain/factors.js';
import type { CellSummary } from '../../../domain/summary/cell-summary.js';
import type { Bytes } from '../../../domain/units.js';
import type { CellGroup } from '../../cell-groups.js';
import { absent, formatBytes } from '../../format-quantity.js';
import { bytesAxis } from '../axis.js';
import { renderFigures, type DataTable } from '../figure.js';
import { classColor } from '../palette.js';
import type { ChartBlock, ChartRow, PlacedRow } from '../row-chart.js';
import { nothing, type Markup } from '../template.js';
import { blockTitle } from './latency.js';

interface SizeRow extends ChartRow {
  readonly size: Bytes | undefined;
}

const sizeRow = (cell: CellSummary, size: Bytes | undefined): SizeRow => ({
  name: runtimeName(cell),
  color: classColor(cell.class),
  note: size === undefined ? 'not measured' : formatBytes(size),
  size,
});

const marks = (rows: readonly PlacedRow<SizeRow>[]): Markish[] => [
  rect(
    rows.filter(({ row }) => row.size !== undefined),
    {
      x1: () => 0,
      x2: ({ row }: PlacedRow<SizeRow>) => row.size ?? 0,
      y1: ({ y, half }: PlacedRow<SizeRow>) => y - half,
      y2: ({ y, half }: PlacedRow<SizeRow>) => y + half,
      fill: { value: ({ row }: PlacedRow<SizeRow>) => row.color, scale: null },
    },
  ),
];

const data =
  (what: string) =>
  (blocks: readonly ChartBlock<SizeRow>[]): DataTable => ({
    head: ['function', 'runtime', what, 'bytes'],
    names: 2,
    rows: blocks.flatMap((block) =>
      block.rows.map(({ name, size }) => [
        block.title,
        name,
        size === undefined ? absent : formatBytes(size),
        size === undefined ? absent : String(size),
      ]),
    ),
  });

const sizesIn = (blocks: readonly ChartBlock<SizeRow>[]): Bytes[] =>
  blocks.flatMap((block) => block.rows.flatMap(({ size }) => size ?? []));

/** Compressed image sizes: one block a function, one row a runtime. Nothing where no image was built. */
export function imageFigures(groups: readonly CellGroup[]): Markup {
  const byFunction = new Map<string, Map<string, SizeRow>>();
  for (const { cell } of groups.flatMap((group) => group.rows)) {
    const rows = byFunction.get(cell.function) ?? new Map<string, SizeRow>();
    if (!rows.has(runtimeName(cell))) rows.set(runtimeName(cell), sizeRow(cell, cell.imageBytes));
    byFunction.set(cell.function, rows);
  }
  const blocks = [...byFunction].map(([title, rows]) => ({ title, rows: [...rows.values()] }));
  const sizes = sizesIn(blocks);
  if (sizes.length === 0) return nothing;
  return renderFigures({
    chart: {
      title: 'Image size',
      reading:
        'What to see: the compressed bytes a node would pull before the first start. Shorter is less to move.',
      axis: bytesAxis(sizes, 'compressed image'),
      blocks,
      marks,
    },
    data: data('compressed image'),
  });
}

/** Median peak memory of one start. Nothing where no cell's memory was measured. */
export function memoryFigures(groups: readonly CellGroup[], start: Start): Markup {
  const blocks = groups
    .filter((group) => group.start === start)
    .map((group) => ({
      title: blockTitle(group, groups),
      rows: group.rows.map(({ cell }) => sizeRow(cell, cell.peakMemoryBytes)),
    }));
  const sizes = sizesIn(blocks);
  if (sizes.length === 0) return nothing;
  return renderFigures({
    chart: {
      title: `Peak memory, ${start} start`,
      reading:
        'What to see: the median of the most memory a whole sandbox held, its engine included. Shorter is less.',
      axis: bytesAxis(sizes, 'peak memory'),
      blocks,
      marks,
    },
    data: data('peak memory'),
  });
}
