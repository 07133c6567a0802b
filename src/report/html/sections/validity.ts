/** What threatens a conclusion, found by the checks. */
import type { Summary } from '../../../domain/summary/summary.js';
import { validityCounts } from '../../validity/validity-text.js';
import { html, nothing, type Markup } from '../template.js';

export function validitySection(summary: Summary): Markup {
  const { validity } = summary;
  if (validity === undefined) return nothing;
  if (validity.length === 0)
    return html`<section id="validity">
      <h2>Validity</h2>
      <p>The checks of validity found nothing.</p>
    </section>`;
  return html`<section id="validity">
    <h2>Validity: ${validityCounts(summary)}</h2>
    <ul>
      ${validity.map(
        ({ id, severity, text, advice }) =>
          html`<li><strong>${severity}: ${id}.</strong> ${text} <span class="quiet">${advice}</span></li>`,
      )}
    </ul>
  </section>`;
}
