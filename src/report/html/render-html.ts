/** A run as one self-contained page: no script, nothing loaded from anywhere. */
import { createHash } from 'node:crypto';
import type { Start } from '../../domain/factors.js';
import type { ModelSection } from '../../domain/model-section.js';
import type { RunManifest } from '../../domain/run-manifest.js';
import type { Summary } from '../../domain/summary/summary.js';
import { baselinesOf, groupCells, indexByCell, startOrder, type CellGroup } from '../cell-groups.js';
import type { CellSamples } from '../samples.js';
import { latencyFigures } from './charts/latency.js';
import { phaseFigures } from './charts/phases.js';
import { ratioFigures } from './charts/ratios.js';
import { imageFigures, memoryFigures } from './charts/sizes.js';
import { answerSection } from './sections/answer.js';
import { claimsSection } from './sections/claims.js';
import { downloadsSection, failuresSection } from './sections/failures.js';
import { hostSection, methodSection } from './sections/method.js';
import { latencySumsSection } from './sections/latency-sums.js';
import { levelsSection } from './sections/levels.js';
import { tracesSection } from './sections/traces.js';
import { leagueSection } from './sections/league.js';
import { payloadSizeSection } from './sections/payload-size.js';
import { modelSection } from './sections/model.js';
import { objectivesSection } from './sections/objectives.js';
import { resultsSection } from './sections/results.js';
import { storageSection } from './sections/storage.js';
import { validitySection } from './sections/validity.js';
import { styleSheet } from './style.js';
import { html, nothing, trusted, type Markup } from './template.js';

export interface HtmlReport {
  readonly manifest: RunManifest;
  readonly summary: Summary;
  /** From `collectSamples`; a cell without an entry is drawn with its median and interval only. */
  readonly samples: readonly CellSamples[];
  /** What a performance model says of the run; absent where none was asked. */
  readonly model?: ModelSection;
}

/** Nothing may be loaded or run; styles are those whose hash is named. */
const policy =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(styleSheet).digest('base64')}'; ` +
  "base-uri 'none'; form-action 'none'";

function charts({ summary, samples }: HtmlReport, groups: readonly CellGroup[]): Markup {
  const byCell = indexByCell(samples, (one) => one.cell);
  const starts = startOrder.filter((start) => groups.some((group) => group.start === start));
  const each = (draw: (start: Start) => Markup): Markup[] => starts.map(draw);
  return html`<section id="charts">
    <h2>Charts</h2>
    ${each((start) => latencyFigures(groups, start, byCell))} ${each((start) => phaseFigures(groups, start))}
    ${baselinesOf(summary).length === 0 ? nothing : each((start) => ratioFigures(summary, groups, start))}
    ${imageFigures(groups)} ${each((start) => memoryFigures(groups, start))}
  </section>`;
}

/** The report of a run as the text of one HTML file. Pure: the same input gives the same text. */
export function renderHtml(report: HtmlReport): string {
  const { manifest, summary } = report;
  const groups = groupCells(summary);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>Lumos: ${manifest.experiment.name}</title>
        ${trusted(`<style>${styleSheet}</style>`)}
      </head>
      <body>
        <header>
          <h1>${manifest.experiment.name}</h1>
          <p class="quiet">Lumos run ${manifest.runId}, ${manifest.startedAt.slice(0, 10)}</p>
        </header>
        <main>
          ${answerSection(manifest, summary)} ${validitySection(summary)} ${objectivesSection(summary)}
          ${tracesSection(summary)} ${levelsSection(summary)} ${leagueSection(summary)}
          ${claimsSection(summary)} ${payloadSizeSection(summary)} ${resultsSection(summary, groups)}
          ${latencySumsSection(summary)} ${storageSection(manifest, summary)} ${charts(report, groups)}
          ${modelSection(report.model)} ${methodSection(manifest, summary)} ${hostSection(manifest)}
          ${failuresSection(summary, groups)} ${downloadsSection(manifest, summary)}
        </main>
        <footer><p>Made by Lumos ${manifest.host.lumosVersion}.</p></footer>
      </body>
    </html> `;
  return `${page.toString().trim()}\n`;
}
