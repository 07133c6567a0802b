/** Time against payload size. */
import type { Summary } from '../../../domain/summary/summary.js';
import { typographicSigns } from '../../format-quantity.js';
import { crossoverSentences, sizeReading, sizeTable } from '../../payload-size/size-table.js';
import { payloadSizeFigures } from '../charts/payload-size.js';
import { dataTable } from '../figure.js';
import { html, nothing, type Markup } from '../template.js';

export function payloadSizeSection(summary: Summary): Markup {
  const table = sizeTable(summary, typographicSigns);
  if (table.rows.length === 0) return nothing;
  const sentences = crossoverSentences(summary);
  return html`<section id="payload-size">
    <h2>Time against payload size</h2>
    ${
      sentences.length === 0
        ? nothing
        : html`<h3>Where Wasm's I/O cost passes its start-up gain</h3>
            <ul>
              ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
            </ul>`
    }
    ${payloadSizeFigures(summary)}
    <p>${sizeReading}</p>
    ${dataTable(table, 'Slopes and intercepts')}
  </section>`;
}
