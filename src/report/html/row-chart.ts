/** The one shape of all figures: rows with a name and a note, in titled blocks, over a shared horizontal axis. */
import { axisX, gridX, text, type Markish } from '@observablehq/plot';
import type { Axis } from './axis.js';
import { plotSvg } from './plot-svg.js';
import { html, type Markup } from './template.js';

export interface ChartRow {
  readonly name: string;
  /** A CSS colour. */
  readonly color: string;
  /** Said at the end of the row, e.g. the figure itself. */
  readonly note: string;
}

export interface ChartBlock<Row extends ChartRow> {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** A row with its place: `y` is the middle of the strip its marks are drawn in, `half` half the strip's height, in px. */
export interface PlacedRow<Row extends ChartRow> {
  readonly row: Row;
  readonly y: number;
  readonly half: number;
  /** Where its name and note stand. */
  readonly textY: number;
}

export interface RowChart<Row extends ChartRow> {
  readonly title: string;
  /** What to see in it, in a sentence. */
  readonly reading: string;
  readonly axis: Axis;
  readonly blocks: readonly ChartBlock<Row>[];
  /** The marks of the data; `x` is in the axis' unit, `y` in the pixels of the placed rows. */
  marks(rows: readonly PlacedRow<Row>[], box: { readonly top: number; readonly bottom: number }): Markish[];
}

interface Geometry {
  readonly className: string;
  readonly width: number;
  readonly marginLeft: number;
  readonly marginRight: number;
  readonly rowHeight: number;
  /** Height of the line above a strip that holds name and note; 0 where they stand beside it. */
  readonly nameHeight: number;
}

/** For pages, and for screens as narrow as a phone's: there the names go above their rows. */
const geometries: readonly Geometry[] = [
  { className: 'chart wide', width: 880, marginLeft: 160, marginRight: 150, rowHeight: 26, nameHeight: 0 },
  { className: 'chart narrow', width: 328, marginLeft: 14, marginRight: 16, rowHeight: 24, nameHeight: 21 },
];

const titleHeight = 30;
const axisHeight = 40;

interface Layout<Row extends ChartRow> {
  readonly rows: readonly PlacedRow<Row>[];
  readonly titles: readonly { readonly title: string; readonly y: number }[];
  readonly bottom: number;
}

function place<Row extends ChartRow>(
  blocks: readonly ChartBlock<Row>[],
  geometry: Geometry,
  top: number,
): Layout<Row> {
  const rows: PlacedRow<Row>[] = [];
  const titles: { title: string; y: number }[] = [];
  let y = top;
  for (const block of blocks) {
    titles.push({ title: block.title, y: y + titleHeight / 2 });
    y += titleHeight;
    for (const row of block.rows) {
      const middle = y + geometry.nameHeight + geometry.rowHeight / 2;
      const textY = geometry.nameHeight === 0 ? middle : y + geometry.nameHeight - 7;
      rows.push({ row, y: middle, half: geometry.rowHeight / 2 - 4, textY });
      y += geometry.nameHeight + geometry.rowHeight;
    }
  }
  return { rows, titles, bottom: y + 4 };
}

function labels<Row extends ChartRow>(layout: Layout<Row>, geometry: Geometry): Markish[] {
  const beside = geometry.nameHeight === 0;
  /** Keeps words readable where they cross a line of the grid. */
  const halo = { stroke: 'var(--page)', strokeWidth: 3, fill: 'currentColor' };
  return [
    text(layout.titles, {
      ...halo,
      y: 'y',
      text: 'title',
      frameAnchor: 'left',
      textAnchor: 'start',
      dx: beside ? 8 - geometry.marginLeft : 0,
      fontWeight: 650,
    }),
    text(layout.rows, {
      ...halo,
      y: 'textY',
      text: (placed: PlacedRow<Row>) => placed.row.name,
      frameAnchor: 'left',
      textAnchor: beside ? 'end' : 'start',
      dx: beside ? -10 : 0,
    }),
    text(layout.rows, {
      ...halo,
      y: 'textY',
      text: (placed: PlacedRow<Row>) => placed.row.note,
      frameAnchor: 'right',
      textAnchor: beside ? 'start' : 'end',
      dx: beside ? 10 : 0,
      fillOpacity: 0.8,
    }),
  ];
}

function draw<Row extends ChartRow>(chart: RowChart<Row>, geometry: Geometry): Markup {
  const { axis } = chart;
  const top = axisHeight;
  const layout = place(chart.blocks, geometry, top);
  const height = layout.bottom + axisHeight;
  const ticks = [...axis.ticks];
  const options = { ticks, tickFormat: (value: number) => axis.format(value), tickSize: 4 };
  return plotSvg(
    {
      width: geometry.width,
      height,
      marginLeft: geometry.marginLeft,
      marginRight: geometry.marginRight,
      marginTop: top,
      marginBottom: axisHeight,
      x: { type: axis.type, domain: [...axis.domain] },
      y: { type: 'linear', domain: [top, layout.bottom], range: [top, layout.bottom], axis: null },
      marks: [
        gridX(ticks, { strokeOpacity: 0.14 }),
        axisX({
          ...options,
          anchor: 'bottom',
          label: axis.label,
          labelAnchor: 'center',
          labelArrow: 'none',
          labelOffset: 36,
        }),
        axisX({ ...options, anchor: 'top', label: null }),
        ...chart.marks(layout.rows, { top, bottom: layout.bottom }),
        ...labels(layout, geometry),
      ],
    },
    `${chart.title}. ${chart.reading}`,
    geometry.className,
  );
}

/** The chart in its variants, of which the style sheet shows the one that fits. */
export const renderRowChart = <Row extends ChartRow>(chart: RowChart<Row>): Markup =>
  html`${geometries.map((geometry) => draw(chart, geometry))}`;
