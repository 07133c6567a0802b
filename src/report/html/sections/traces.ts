/** A run by a trace: each runtime under it, over time, and what served for the trace's functions. */
import type { Summary } from '../../../domain/summary/summary.js';
import { typographicSigns } from '../../format-quantity.js';
import { functionHead, traceGroups, traceHead, tracesReading } from '../../traces/trace-lines.js';
import { traceFigures } from '../charts/traces.js';
import { dataTable } from '../figure.js';
import { html, nothing, type Markup } from '../template.js';

export function tracesSection(summary: Summary): Markup {
  const groups = traceGroups(summary, typographicSigns);
  if (groups.length === 0) return nothing;
  return html`<section id="trace">
    <h2>Under a trace</h2>
    <p>${tracesReading}</p>
    ${groups.map(
      ({ title, rows, remarks, runtimes, functions }) =>
        html`<h3>${title}</h3>
          ${dataTable({ head: [...traceHead], names: 1, rows: rows.map((row) => [...row]) }, `Runtimes: ${title}`)}
          ${
            remarks.length === 0
              ? nothing
              : html`<ul>
                  ${remarks.map((remark) => html`<li>${remark}</li>`)}
                </ul>`
          }
          ${traceFigures(summary, title)}
          <details>
            <summary>The trace’s functions, what served for them, and their cold shares</summary>
            ${dataTable(
              {
                head: [...functionHead, ...runtimes.map((name) => `cold, ${name}`)],
                names: 1,
                rows: functions.map((row) => [...row]),
              },
              `Functions: ${title}`,
            )}
          </details>`,
    )}
  </section>`;
}
