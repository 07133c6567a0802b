/** Sums of one-shot latencies that an imported run came with. */
import type { Summary } from '../../../domain/summary/summary.js';
import { typographicSigns } from '../../format-quantity.js';
import { sumsReading, sumsTitle, sumTable } from '../../latency-sums/sum-table.js';
import { dataTable } from '../figure.js';
import { html, nothing, type Markup } from '../template.js';

export function latencySumsSection(summary: Summary): Markup {
  const { head, names, rows } = sumTable(summary, typographicSigns);
  if (rows.length === 0) return nothing;
  return html`<section id="latency-sums">
    <h2>${sumsTitle}</h2>
    <p>${sumsReading}</p>
    <details>
      <summary>${rows.length} sums as a table</summary>
      ${dataTable({ head, names, rows }, sumsTitle)}
    </details>
  </section>`;
}
