/** Where an invocation's time goes: its phases as shares, stacked. */
import { rect, type Markish } from '@observablehq/plot';
import { runtimeName, phases, type Phase, type Start } from '../../../domain/factors.js';
import type { CellSummary } from '../../../domain/summary/cell-summary.js';
import { milliseconds } from '../../../domain/units.js';
import type { CellGroup } from '../../cell-groups.js';
import { absent, formatDuration, typographicSigns } from '../../format-quantity.js';
import { shareAxis } from '../axis.js';
import { renderFigures, type DataTable } from '../figure.js';
import { classColor, phaseColor } from '../palette.js';
import type { ChartBlock, ChartRow, PlacedRow } from '../row-chart.js';
import { html, type Markup } from '../template.js';
import { blockTitle } from './latency.js';

interface PhaseRow extends ChartRow {
  readonly cell: CellSummary;
}

const measuredPhases = (cell: CellSummary): Phase[] =>
  phases.filter((phase) => cell.phasesMs[phase] !== undefined);

const sumOf = (cell: CellSummary): number =>
  measuredPhases(cell).reduce((sum, phase) => sum + (cell.phasesMs[phase] ?? 0), 0);

interface Segment {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
  readonly color: string;
}

function segmentsOf({ row: { cell }, y, half }: PlacedRow<PhaseRow>): Segment[] {
  const total = sumOf(cell);
  if (total === 0) return [];
  let reached = 0;
  return measuredPhases(cell).map((phase) => {
    const x1 = reached / total;
    reached += cell.phasesMs[phase] ?? 0;
    return { x1, x2: reached / total, y1: y - half, y2: y + half, color: phaseColor(phase) };
  });
}

const marks = (rows: readonly PlacedRow<PhaseRow>[]): Markish[] => [
  rect(rows.flatMap(segmentsOf), {
    x1: 'x1',
    x2: 'x2',
    y1: 'y1',
    y2: 'y2',
    fill: { value: 'color', scale: null },
    stroke: 'var(--page)',
    strokeWidth: 0.5,
  }),
];

const data = (blocks: readonly ChartBlock<PhaseRow>[]): DataTable => ({
  head: ['function', 'runtime', ...phases, 'p50 of the whole'],
  names: 2,
  rows: blocks.flatMap((block) =>
    block.rows.map(({ cell }) => [
      block.title,
      runtimeName(cell),
      ...[...phases.map((phase) => cell.phasesMs[phase]), cell.latencyMs?.p50].map((value) =>
        value === undefined ? absent : formatDuration(value, typographicSigns),
      ),
    ]),
  ),
});

function key(rows: readonly PhaseRow[]): Markup {
  const present = phases.filter((phase) => rows.some(({ cell }) => cell.phasesMs[phase] !== undefined));
  return html`<ul class="key">
    ${present.map((phase) => html`<li><i class="swatch phase-${phase}"></i>${phase}</li>`)}
  </ul>`;
}

/** The phases of one start; cells in which no phase was measured are left out. */
export function phaseFigures(groups: readonly CellGroup[], start: Start): Markup {
  const blocks = groups
    .filter((group) => group.start === start)
    .map((group) => ({
      title: blockTitle(group, groups),
      rows: group.rows
        .filter(({ cell }) => sumOf(cell) > 0)
        .map(({ cell }) => ({
          name: runtimeName(cell),
          color: classColor(cell.class),
          note: formatDuration(milliseconds(sumOf(cell)), typographicSigns),
          cell,
        })),
    }));
  return renderFigures({
    chart: {
      title: `Phases, ${start} start`,
      reading:
        'What to see: which part takes most of the time. Each bar is the sum of the phases\u2019 medians, which stands at its ' +
        'end; medians of parts need not add up to the median of the whole.',
      axis: shareAxis('share of the sum of medians (%)'),
      blocks,
      marks,
    },
    data,
    key: key(blocks.flatMap((block) => block.rows)),
  });
}
