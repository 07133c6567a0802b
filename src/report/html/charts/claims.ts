/** The effect a claim speaks of, cell by cell, with the paper's figure as a line. */
import { dot, link, ruleX, type Markish } from '@observablehq/plot';
import type { Claim, ClaimPoint } from '../../../domain/summary/claim.js';
import { cellText, claimedText, figureText, intervalText } from '../../claims/claim-text.js';
import { absent, typographicSigns } from '../../format-quantity.js';
import { effectAxis, ratioAxis } from '../axis.js';
import { renderFigures, type DataTable } from '../figure.js';
import { classColor } from '../palette.js';
import type { ChartBlock, ChartRow, PlacedRow } from '../row-chart.js';
import type { Markup } from '../template.js';

interface PointRow extends ChartRow {
  readonly point: ClaimPoint;
}

/** Logarithms have no 0: what reaches it is drawn to the edge. */
const drawn = (value: number, least: number): number => Math.max(value, least);

function marksFor(claimed: Claim['claimed'], least: number) {
  return (rows: readonly PlacedRow<PointRow>[]): Markish[] => {
    const color = { value: (placed: PlacedRow<PointRow>) => placed.row.color, scale: null };
    return [
      ruleX([...new Set(claimed)], { stroke: 'currentColor', strokeOpacity: 0.7, strokeDasharray: '5 4' }),
      link(
        rows.filter(({ row }) => row.point.ci95 !== undefined),
        {
          x1: ({ row }: PlacedRow<PointRow>) => drawn(row.point.ci95?.[0] ?? row.point.value, least),
          x2: ({ row }: PlacedRow<PointRow>) => drawn(row.point.ci95?.[1] ?? row.point.value, least),
          y: 'y',
          stroke: color,
          strokeWidth: 3,
        },
      ),
      dot(rows, {
        x: ({ row }: PlacedRow<PointRow>) => drawn(row.point.value, least),
        y: 'y',
        r: 3.5,
        fill: color,
        stroke: 'var(--page)',
      }),
    ];
  };
}

const data =
  ({ unit }: Claim) =>
  (blocks: readonly ChartBlock<PointRow>[]): DataTable => ({
    head: ['function and payload', 'runtime', 'baseline', 'effect', '95 % interval'],
    names: 3,
    rows: blocks.flatMap(({ rows }) =>
      rows.map(({ point }) => [
        cellText(point),
        point.candidate,
        point.baseline ?? absent,
        figureText(point.value, unit, typographicSigns),
        point.ci95 === undefined ? absent : intervalText(point.ci95, unit),
      ]),
    ),
  });

/** The cells of a claim by runtime; nothing for a claim without any. */
export function claimFigure(claim: Claim): Markup {
  const { unit, claimed, points } = claim;
  const runtimes = [...new Set(points.map((point) => point.candidate))];
  const blocks = runtimes.map((runtime) => ({
    title: runtime,
    rows: points
      .filter((point) => point.candidate === runtime)
      .map((point) => ({
        name: cellText(point),
        color: classColor(point.class),
        note: figureText(point.value, unit, typographicSigns),
        point,
      })),
  }));
  const values = [...points.flatMap(({ value, ci95 }) => [value, ...(ci95 ?? [])]), ...claimed];
  const axis = unit === 'ratio' ? ratioAxis(values, 'ratio (logarithmic)') : effectAxis(values, 'share');
  const [from, to] = claimed.map((value) => claimedText(value, unit));
  return renderFigures({
    chart: {
      title: `Behind ${claim.id}`,
      reading:
        `What to see: each point is one cell, its bar the 95 % interval of that cell alone; the dashed line is ` +
        `${from === to ? `the paper's ${String(from)}` : `${String(from)} and ${String(to)}`}.`,
      axis,
      blocks,
      marks: marksFor(claimed, axis.domain[0]),
    },
    data: data(claim),
  });
}
