/** The main table. */
import { runtimeName } from '../../../domain/factors.js';
import type { Summary } from '../../../domain/summary/summary.js';
import {
  failureCount,
  failureText,
  groupExtras,
  payloadText,
  withoutLatency,
  type CellGroup,
  type GroupRow,
} from '../../cell-groups.js';
import {
  absent,
  formatBytes,
  formatCount,
  formatDuration,
  formatDurationInterval,
  formatRatio,
  formatRatioInterval,
  typographicSigns,
} from '../../format-quantity.js';
import { legendOf } from '../../legend.js';
import { html, nothing, type Markup } from '../template.js';

const columns = 10;

function latencyCells({ cell }: GroupRow): Markup {
  const { latencyMs } = cell;
  if (latencyMs === undefined)
    return html`<td class="none">${withoutLatency(cell)}</td>
      <td class="interval"></td>
      <td>${absent}</td>`;
  const interval =
    latencyMs.ci95 === undefined
      ? absent
      : formatDurationInterval(latencyMs.ci95, latencyMs.p50, typographicSigns);
  return html`<td>${formatDuration(latencyMs.p50, typographicSigns)}</td>
    <td class="interval">${interval}</td>
    <td>${formatDuration(latencyMs.p99, typographicSigns)}</td>`;
}

function ratioCells({ comparison, isBaseline, cell }: GroupRow): Markup {
  if (comparison === undefined) {
    const word = isBaseline && cell.latencyMs !== undefined ? 'baseline' : absent;
    return html`<td>${absent}</td>
      <td class="interval"></td>
      <td class="word baseline">${word}</td>`;
  }
  const { ratio, ci95, verdict } = comparison;
  return html`<td>${formatRatio(ratio, typographicSigns)}</td>
    <td class="interval">${ci95 === undefined ? absent : formatRatioInterval(ci95)}</td>
    <td class="word ${verdict}">${verdict}</td>`;
}

function failureRow({ cell }: GroupRow): Markup {
  if (cell.notValid !== undefined)
    return html`<tr class="failure">
      <td colspan="${columns}">not valid: ${cell.notValid}</td>
    </tr>`;
  const failed = failureCount(cell);
  if (failed === 0) return nothing;
  return html`<tr class="failure">
    <td colspan="${columns}">
      ${formatCount(failed)} of ${formatCount(failed + cell.n)} failed: ${failureText(cell)}
    </td>
  </tr>`;
}

const cellRow = (row: GroupRow): Markup =>
  html`<tr>
      <th scope="row">${runtimeName(row.cell)}</th>
      ${latencyCells(row)} ${ratioCells(row)}
      <td>${row.cell.peakMemoryBytes === undefined ? absent : formatBytes(row.cell.peakMemoryBytes)}</td>
      <td>${row.cell.imageBytes === undefined ? absent : formatBytes(row.cell.imageBytes)}</td>
      <td>${formatCount(row.cell.n)}</td>
    </tr>
    ${failureRow(row)}`;

const groupBody = (group: CellGroup, groups: readonly CellGroup[]): Markup =>
  html`<tbody>
    <tr class="group">
      <th colspan="${columns}" scope="rowgroup">
        <span
          >${[group.function, payloadText(group), group.start, ...groupExtras(group, groups)].join(' \u00b7 ')}</span
        >
      </th>
    </tr>
    ${group.rows.map(cellRow)}
  </tbody>`;

export const legendList = (summary: Summary): Markup =>
  html`<dl class="legend">
    ${legendOf(summary).map(
      ({ term, meaning }) =>
        html`<dt>${term}</dt>
          <dd>${meaning}</dd>`,
    )}
  </dl>`;

export const resultsSection = (summary: Summary, groups: readonly CellGroup[]): Markup =>
  html`<section id="results">
    <h2>Results</h2>
    <div class="scroll" role="region" aria-label="Results" tabindex="0">
      <table class="main">
        <thead>
          <tr>
            <th scope="col" class="name">runtime</th>
            <th scope="col">p50</th>
            <th scope="col" class="interval">95 % interval</th>
            <th scope="col">p99</th>
            <th scope="col">ratio</th>
            <th scope="col" class="interval">95 % interval</th>
            <th scope="col" class="name">verdict</th>
            <th scope="col">memory</th>
            <th scope="col">image</th>
            <th scope="col">n</th>
          </tr>
        </thead>
        ${groups.map((group) => groupBody(group, groups))}
      </table>
    </div>
    ${legendList(summary)}
  </section>`;
