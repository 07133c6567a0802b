/** A figure: title, what to see, the chart, and its data as a table. */
import { html, nothing, type Content, type Markup } from './template.js';
import { renderRowChart, type ChartBlock, type ChartRow, type RowChart } from './row-chart.js';

export interface DataTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Leading columns that name the row; the others hold figures. */
  readonly names: number;
}

/** Blocks a figure holds, so that it fits on a printed page. */
const blocksPerFigure = 5;

const tableRow = (row: readonly string[], names: number): Markup =>
  html`<tr>
    ${row.map((cell, index) => (index < names ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}
  </tr>`;

/** A table in a box of its own, which scrolls where the page must not. */
export const dataTable = ({ head, rows, names }: DataTable, label: string): Markup =>
  html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">
    <table class="data">
      <thead>
        <tr>
          ${head.map((cell, index) => html`<th scope="col" class="${index < names ? 'name' : 'figure'}">${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => tableRow(row, names))}
      </tbody>
    </table>
  </div>`;

export interface FigureOptions<Row extends ChartRow> {
  readonly chart: RowChart<Row>;
  /** The rows of the data table for some of the chart's blocks. */
  data(blocks: readonly ChartBlock<Row>[]): DataTable;
  readonly key?: Content;
  /** What else must be known, e.g. that the points are a sample. */
  readonly remark?: string;
}

/** The figure, in several where it has more blocks than a page holds. Nothing where there is nothing to draw. */
export function renderFigures<Row extends ChartRow>(options: FigureOptions<Row>): Markup {
  const { chart } = options;
  const blocks = chart.blocks.filter((block) => block.rows.length > 0);
  const count = Math.ceil(blocks.length / blocksPerFigure);
  return html`${Array.from({ length: count }, (_, index) => {
    const part = blocks.slice(index * blocksPerFigure, (index + 1) * blocksPerFigure);
    const title = count === 1 ? chart.title : `${chart.title} (${index + 1} of ${count})`;
    return figure(options, { ...chart, title, blocks: part });
  })}`;
}

function figure<Row extends ChartRow>(options: FigureOptions<Row>, chart: RowChart<Row>): Markup {
  return html`<figure>
    <figcaption>
      <h3>${chart.title}</h3>
      <p>${chart.reading}</p>
      ${options.remark === undefined ? nothing : html`<p class="remark">${options.remark}</p>`}
    </figcaption>
    ${options.key ?? nothing} ${renderRowChart(chart)}
    <details>
      <summary>The figures</summary>
      ${dataTable(options.data(chart.blocks), `Figures of: ${chart.title}`)}
    </details>
  </figure>`;
}
