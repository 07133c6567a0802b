/** Ratios to the baseline with their intervals: a forest plot. */
import { dot, link, rect, ruleX, type Markish } from '@observablehq/plot';
import { runtimeName, type Start } from '../../../domain/factors.js';
import type { Comparison } from '../../../domain/summary/cell-summary.js';
import type { Summary } from '../../../domain/summary/summary.js';
import { baselinesOf, type CellGroup } from '../../cell-groups.js';
import {
  absent,
  formatCount,
  formatRatio,
  formatRatioInterval,
  formatShare,
  typographicSigns,
} from '../../format-quantity.js';
import { ratioAxis } from '../axis.js';
import { renderFigures, type DataTable } from '../figure.js';
import { classColor } from '../palette.js';
import type { ChartBlock, ChartRow, PlacedRow } from '../row-chart.js';
import type { Markup } from '../template.js';
import { blockTitle } from './latency.js';

interface RatioRow extends ChartRow {
  readonly comparison: Comparison;
}

/** Logarithms have no 0: an interval that reaches it is drawn to the edge. */
const drawn = (value: number, least: number): number => Math.max(value, least);

function marksFor(margin: number, least: number) {
  return (rows: readonly PlacedRow<RatioRow>[], box: { top: number; bottom: number }): Markish[] => {
    const color = { value: (placed: PlacedRow<RatioRow>) => placed.row.color, scale: null };
    const intervals = rows.filter(({ row }) => row.comparison.ci95 !== undefined);
    return [
      rect([{ x1: 1 / (1 + margin), x2: 1 + margin, y1: box.top, y2: box.bottom }], {
        x1: 'x1',
        x2: 'x2',
        y1: 'y1',
        y2: 'y2',
        fill: 'currentColor',
        fillOpacity: 0.12,
      }),
      ruleX([1], { stroke: 'currentColor', strokeOpacity: 0.6 }),
      link(intervals, {
        x1: ({ row }: PlacedRow<RatioRow>) => drawn(row.comparison.ci95?.[0] ?? row.comparison.ratio, least),
        x2: ({ row }: PlacedRow<RatioRow>) => row.comparison.ci95?.[1] ?? row.comparison.ratio,
        y: 'y',
        stroke: color,
        strokeWidth: 3,
      }),
      dot(rows, {
        x: ({ row }: PlacedRow<RatioRow>) => row.comparison.ratio,
        y: 'y',
        r: 3.5,
        fill: color,
        stroke: 'var(--page)',
      }),
    ];
  };
}

const data = (blocks: readonly ChartBlock<RatioRow>[]): DataTable => ({
  head: ['function', 'runtime', 'ratio', '95 % interval', 'n', 'n of the baseline', 'verdict'],
  names: 2,
  rows: blocks.flatMap((block) =>
    block.rows.map(({ name, comparison: { ratio, ci95, n, verdict } }) => [
      block.title,
      name,
      formatRatio(ratio, typographicSigns),
      ci95 === undefined ? absent : formatRatioInterval(ci95),
      formatCount(n.candidate),
      formatCount(n.baseline),
      verdict,
    ]),
  ),
});

/** The latency ratios of one start; nothing where nothing was compared. */
export function ratioFigures(summary: Summary, groups: readonly CellGroup[], start: Start): Markup {
  const blocks = groups
    .filter((group) => group.start === start)
    .map((group) => ({
      title: blockTitle(group, groups),
      rows: group.rows.flatMap(({ cell, comparison }) =>
        comparison === undefined
          ? []
          : [
              {
                name: runtimeName(cell),
                color: classColor(cell.class),
                note: `${formatRatio(comparison.ratio, typographicSigns)} ${comparison.verdict}`,
                comparison,
              },
            ],
      ),
    }));
  const values = blocks.flatMap(({ rows }) =>
    rows.flatMap(({ comparison }) => [comparison.ratio, ...(comparison.ci95 ?? [])]),
  );
  const baseline = baselinesOf(summary).join(' or ');
  const axis = ratioAxis(values, `latency over that of ${baseline} (ratio, logarithmic)`);
  return renderFigures({
    chart: {
      title: `Ratio to ${baseline}, ${start} start`,
      reading:
        `What to see: left of 1 is faster than ${baseline}, right of it slower. The line is the 95 % interval, the shaded band ` +
        `the margin of ${formatShare(summary.margin)} within which ratios count as the same.`,
      axis,
      blocks,
      marks: marksFor(summary.margin, axis.domain[0]),
    },
    data,
  });
}
