/** The paper's claims, each put to the test. */
import type { Summary } from '../../../domain/summary/summary.js';
import { claimLines } from '../../claims/claim-lines.js';
import { typographicSigns } from '../../format-quantity.js';
import { claimFigure } from '../charts/claims.js';
import { dataTable } from '../figure.js';
import { html, nothing, type Markup } from '../template.js';

export function claimsSection(summary: Summary): Markup {
  const lines = claimLines(summary, typographicSigns);
  if (lines.length === 0) return nothing;
  const table = {
    head: ['claim', 'the paper says', 'verdict', 'measured here [95 %]', 'cells'],
    names: 3,
    rows: lines.map(({ id, paper, verdict, measured, cells }) => [id, paper, verdict, measured, cells]),
  };
  return html`<section id="claims">
    <h2>The paper's claims</h2>
    <p>
      "Up to" claims are tested by the largest effect found, its interval widened for having been picked among
      all cells. How each is tested is said in <code>docs/method.md</code>.
    </p>
    ${dataTable(table, 'Claims')}
    <dl>
      ${lines.map(
        ({ id, why }) =>
          html`<dt>${id}</dt>
            <dd>${why}</dd>`,
      )}
    </dl>
    ${(summary.claims ?? [])
      .filter((claim) => claim.points.length > 0)
      .map(
        (claim) =>
          html`<details>
            <summary>The cells behind ${claim.id}</summary>
            ${claimFigure(claim)}
          </details>`,
      )}
  </section>`;
}
