/** What a performance model says of the run. */
import { breakEvenDials, type ModelSection } from '../../../domain/model-section.js';
import { startOrder } from '../../cell-groups.js';
import { typographicSigns } from '../../format-quantity.js';
import {
  breakEvenReading,
  breakEvenTable,
  errorReading,
  errorTable,
  modelRemarks,
} from '../../modelled/model-lines.js';
import { breakEvenFigure } from '../charts/break-even.js';
import { calibrationFigure, modelFitFigure } from '../charts/model-fit.js';
import { modelPartsFigures } from '../charts/model-parts.js';
import { dataTable } from '../figure.js';
import { html, nothing, type Markup } from '../template.js';

export function modelSection(section: ModelSection | undefined): Markup {
  if (section === undefined) return nothing;
  const { modelled, errors, breakEven } = section;
  return html`<section id="model">
    <h2>The performance model</h2>
    <ul>
      ${modelRemarks(section).map((remark) => html`<li>${remark}</li>`)}
    </ul>
    <h3>How wrong it is where something is left out</h3>
    <p>${errorReading}</p>
    ${dataTable(errorTable(section), 'Errors of the model')} ${calibrationFigure(errors)}
    ${startOrder.map((start) => modelFitFigure(modelled, start))}
    ${startOrder.map((start) => modelPartsFigures(modelled, start))}
    ${
      breakEven === undefined
        ? nothing
        : html`<h3>Break-even of ${breakEven.candidate} and ${breakEven.baseline}</h3>
            <p>${breakEvenReading(section)}</p>
            ${dataTable(breakEvenTable(section, typographicSigns), 'Where the runtimes change places')}
            ${breakEvenDials.map((dial) => breakEvenFigure(breakEven, dial))}`
    }
  </section>`;
}
