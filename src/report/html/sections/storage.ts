/** The storage of the functions that have one. */
import type { RunManifest } from '../../../domain/run-manifest.js';
import type { Summary } from '../../../domain/summary/summary.js';
import { typographicSigns } from '../../format-quantity.js';
import { storageFigures, storageReading } from '../../storage-figures.js';
import { dataTable } from '../figure.js';
import { html, nothing, type Markup } from '../template.js';

export function storageSection({ services }: RunManifest, summary: Summary): Markup {
  const figures = storageFigures(summary, typographicSigns);
  if (figures.rows.length === 0) return nothing;
  const origin = { own: 'started for this run on the loopback', given: 'given by its URL' };
  return html`<section id="storage">
    <h2>Storage</h2>
    <p>${storageReading}</p>
    ${dataTable(figures, 'Storage')}
    ${services.map((service) => html`<p class="quiet">${service.storage}: ${service.version}, ${origin[service.origin]}.</p>`)}
  </section>`;
}
