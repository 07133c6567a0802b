/** All runtimes in one table. */
import type { Summary } from '../../../domain/summary/summary.js';
import { typographicSigns } from '../../format-quantity.js';
import { leagueReading, leagueTable } from '../../league/league-table.js';
import { html, nothing, type Markup } from '../template.js';

export function leagueSection(summary: Summary): Markup {
  const { head, names, rows } = leagueTable(summary, typographicSigns);
  if (rows.length === 0) return nothing;
  const cell = (text: string, index: number): Markup =>
    index === 0
      ? html`<th scope="row">${text}</th>`
      : html`<td class="${index < names ? 'word' : ''}">${text}</td>`;
  return html`<section id="league">
    <h2>All runtimes</h2>
    <div class="scroll" role="region" aria-label="All runtimes" tabindex="0">
      <table class="main">
        <thead>
          <tr>
            ${head.map((text, index) => html`<th scope="col" class="${index < names ? 'name' : ''}">${text}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                ${row.map(cell)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p>${leagueReading}</p>
  </section>`;
}
