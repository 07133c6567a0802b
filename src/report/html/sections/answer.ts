/** What was asked and the answer. */
import type { RunManifest } from '../../../domain/run-manifest.js';
import type { Summary } from '../../../domain/summary/summary.js';
import { formatCount, typographicSigns, formatCounted } from '../../format-quantity.js';
import { headlineOf } from '../../headline.js';
import { html, nothing, type Markup } from '../template.js';

const listed = (items: readonly string[]): string => items.join(', ');

function question(manifest: RunManifest): string {
  const { experiment } = manifest;
  return (
    `${listed(experiment.functions)}; on ${listed(experiment.runtimes)}; ${listed(experiment.starts)} starts; ` +
    `payload ${listed(experiment.payloads)}.`
  );
}

const unfinished = ({ state }: RunManifest): Markup =>
  state === 'complete'
    ? nothing
    : html`<p class="warning">
        This run is not complete (state: ${state}). What follows is of the rows so far.
      </p>`;

type Detail = ReturnType<typeof headlineOf>['details'][number];

/** More cards than that would push everything else off the first pages. */
const mostOpen = 12;

function foldedWhereMany(details: readonly Detail[]): Markup {
  const cards = html`<div class="cards">
    ${details.map(
      ({ title, sentences }) =>
        html`<div class="card">
          <h3>${title}</h3>
          <ul>
            ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
          </ul>
        </div>`,
    )}
  </div>`;
  if (details.length <= mostOpen) return cards;
  return html`<details>
    <summary>One by one: ${formatCount(details.length)} comparisons</summary>
    ${cards}
  </details>`;
}

export function answerSection(manifest: RunManifest, summary: Summary): Markup {
  const headline = headlineOf(summary, typographicSigns);
  const { description } = manifest.experiment;
  return html`<section id="answer">
    <h2>Question and answer</h2>
    ${unfinished(manifest)}
    <p class="lead">${description === '' ? question(manifest) : description}</p>
    ${description === '' ? nothing : html`<p class="quiet">${question(manifest)}</p>`}
    <ul class="answer">
      ${headline.lead.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>
    <p class="quiet">
      From ${formatCounted(summary.rows, 'invocation')}, ${formatCount(summary.failures)} of them failed. In
      brackets: 95 % intervals.
    </p>
    ${foldedWhereMany(headline.details)}
  </section>`;
}
