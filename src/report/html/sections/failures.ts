/** What failed, what to know before using the figures, and the figures to take away. */
import { runtimeName } from '../../../domain/factors.js';
import type { RunManifest } from '../../../domain/run-manifest.js';
import type { Summary } from '../../../domain/summary/summary.js';
import { failureCount, failureText, type CellGroup } from '../../cell-groups.js';
import { renderCsv } from '../../csv.js';
import { formatCount } from '../../format-quantity.js';
import { groupedNotes } from '../../notes.js';
import { dataTable } from '../figure.js';
import { html, type Markup } from '../template.js';

function failureTable(groups: readonly CellGroup[], answered: string): Markup {
  const failed = groups
    .flatMap((group) => group.rows.map(({ cell }) => cell))
    .filter((cell) => failureCount(cell) > 0);
  if (failed.length === 0) return html`<p>No invocation failed.</p>`;
  return dataTable(
    {
      head: ['function', 'payload', 'start', 'runtime', 'failures', 'failed', answered],
      names: 5,
      rows: failed.map((cell) => [
        cell.function,
        cell.payload,
        cell.start,
        runtimeName(cell),
        failureText(cell),
        formatCount(failureCount(cell)),
        formatCount(cell.n),
      ]),
    },
    'Failures',
  );
}

export function failuresSection(summary: Summary, groups: readonly CellGroup[]): Markup {
  const notes = groupedNotes(summary);
  return html`<section id="failures">
    <h2>Failures and notes</h2>
    ${failureTable(groups, summary.imported === undefined ? 'verified' : 'answered')}
    ${
      notes.length === 0
        ? html`<p>No notes.</p>`
        : html`<ul>
            ${notes.map((note) => html`<li>${note}</li>`)}
          </ul>`
    }
  </section>`;
}

const dataUrl = (type: string, text: string): string =>
  `data:${type};base64,${Buffer.from(text, 'utf8').toString('base64')}`;

export const downloadsSection = (manifest: RunManifest, summary: Summary): Markup =>
  html`<section id="downloads">
    <h2>The figures to take away</h2>
    <ul>
      <li>
        <a
          download="summary.json"
          href="${dataUrl('application/json', `${JSON.stringify(summary, null, 2)}\n`)}"
          >summary.json</a
        >: every cell and comparison of this page, unrounded
      </li>
      <li>
        <a download="summary.csv" href="${dataUrl('text/csv', renderCsv(summary))}">summary.csv</a>: one line
        a cell
      </li>
      <li>
        <a
          download="manifest.json"
          href="${dataUrl('application/json', `${JSON.stringify(manifest, null, 2)}\n`)}"
          >manifest.json</a
        >: what was asked, with what, on which machine
      </li>
    </ul>
  </section>`;
