/** The objectives of the experiment: met, missed, or unsure. */
import type { Summary } from '../../../domain/summary/summary.js';
import { typographicSigns } from '../../format-quantity.js';
import { objectiveCounts, objectiveLines, objectivesReading } from '../../objectives/objective-lines.js';
import { dataTable } from '../figure.js';
import { html, nothing, type Markup } from '../template.js';

export function objectivesSection(summary: Summary): Markup {
  const lines = objectiveLines(summary, typographicSigns);
  if (lines.length === 0) return nothing;
  const table = {
    head: ['objective', 'cell', 'runtime', 'verdict', 'why', 'measured [95 %]'],
    names: 5,
    rows: lines.map(({ objective, cell, runtime, verdict, why, measured }) => [
      objective,
      cell,
      runtime,
      verdict,
      why,
      measured,
    ]),
  };
  return html`<section id="objectives">
    <h2>Objectives: ${objectiveCounts(summary)}</h2>
    <p>${objectivesReading}</p>
    ${dataTable(table, 'Objectives')}
  </section>`;
}
