/** A load run: its levels, knees, and what they look like over time. */
import type { Summary } from '../../../domain/summary/summary.js';
import { typographicSigns } from '../../format-quantity.js';
import { levelGroups, levelHead, levelsReading } from '../../levels/level-lines.js';
import { overTimeFigures } from '../charts/over-time.js';
import { throughputFigures } from '../charts/throughput.js';
import { dataTable } from '../figure.js';
import { html, nothing, type Markup } from '../template.js';

export function levelsSection(summary: Summary): Markup {
  const groups = levelGroups(summary, typographicSigns);
  if (groups.length === 0) return nothing;
  return html`<section id="load">
    <h2>Load</h2>
    <p>${levelsReading()}</p>
    ${throughputFigures(summary)} ${overTimeFigures(summary)}
    ${groups.map(
      ({ title, rows, knee, remarks }) =>
        html`<h3>${title}</h3>
          ${knee === undefined ? nothing : html`<p>${knee}</p>`}
          ${dataTable({ head: [...levelHead], names: 1, rows: rows.map((row) => [...row]) }, `Levels: ${title}`)}
          ${
            remarks.length === 0
              ? nothing
              : html`<ul>
                  ${remarks.map((remark) => html`<li>${remark}</li>`)}
                </ul>`
          }`,
    )}
  </section>`;
}
