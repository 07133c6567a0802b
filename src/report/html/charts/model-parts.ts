/** The parts of predicted medians, stacked, beside what was measured. */
import { rect, type Markish } from '@observablehq/plot';
import { runtimeName, type Start } from '../../../domain/factors.js';
import type { ModelledCell } from '../../../domain/model-section.js';
import { formatDuration, typographicSigns } from '../../format-quantity.js';
import { modelledName, modelledTable } from '../../modelled/model-lines.js';
import { shareAxis } from '../axis.js';
import { renderFigures } from '../figure.js';
import { classColor, partColor, partNames, partSlug } from '../palette.js';
import type { ChartBlock, ChartRow, PlacedRow } from '../row-chart.js';
import { html, type Markup } from '../template.js';

interface PartsRow extends ChartRow {
  readonly cell: ModelledCell;
}

const sumOf = ({ partsMs }: ModelledCell): number => partsMs.reduce((sum, [, time]) => sum + time, 0);

interface Segment {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
  readonly color: string;
}

function segmentsOf({ row: { cell }, y, half }: PlacedRow<PartsRow>): Segment[] {
  const total = sumOf(cell);
  let reached = 0;
  return cell.partsMs.map(([name, time]) => {
    const x1 = reached / total;
    reached += time;
    return { x1, x2: reached / total, y1: y - half, y2: y + half, color: partColor(name) };
  });
}

const marks = (rows: readonly PlacedRow<PartsRow>[]): Markish[] => [
  rect(rows.flatMap(segmentsOf), {
    ...{ x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', stroke: 'var(--page)', strokeWidth: 0.5 },
    fill: { value: 'color', scale: null },
  }),
];

/** A function's cells at its slowest payload: parts of small payloads are the same, with less of what grows. */
function slowestOf(cells: readonly ModelledCell[]): Map<string, ModelledCell[]> {
  const slowest = new Map<string, { name: string; sum: number }>();
  for (const one of cells) {
    const before = slowest.get(one.cell.function);
    if (before === undefined || sumOf(one) > before.sum)
      slowest.set(one.cell.function, { name: modelledName(one), sum: sumOf(one) });
  }
  const chosen = new Map<string, ModelledCell[]>();
  for (const one of cells) {
    const name = modelledName(one);
    if (slowest.get(one.cell.function)?.name !== name) continue;
    chosen.set(name, [...(chosen.get(name) ?? []), one]);
  }
  return chosen;
}

function key(cells: readonly ModelledCell[]): Markup {
  const present = partNames.filter((name) =>
    cells.some(({ partsMs }) => partsMs.some(([one]) => one === name)),
  );
  return html`<ul class="key">
    ${present.map((name) => html`<li><i class="swatch part-${partSlug(name)}"></i>${name}</li>`)}
  </ul>`;
}

export function modelPartsFigures(all: readonly ModelledCell[], start: Start): Markup {
  const cells = all.filter((one) => one.cell.start === start && sumOf(one) > 0);
  const blocks: ChartBlock<PartsRow>[] = [...slowestOf(cells)].map(([title, own]) => ({
    title,
    rows: own.map((cell) => ({
      name: runtimeName(cell.cell),
      color: classColor(cell.cell.class),
      note: `${formatDuration(cell.predictedMs, typographicSigns)}, was ${formatDuration(cell.measuredMs, typographicSigns)}`,
      cell,
    })),
  }));
  return renderFigures({
    chart: {
      title: `Components as predicted, ${start} start`,
      reading:
        'What to see: what a latency is made of in the model, each function at its slowest payload. At the end: predicted, and ' +
        'what was measured.',
      axis: shareAxis('share of the predicted median (%)'),
      blocks,
      marks,
    },
    data: (chosen) =>
      modelledTable(
        chosen.flatMap(({ rows }) => rows.map(({ cell }) => cell)),
        typographicSigns,
      ),
    key: key(cells),
  });
}
