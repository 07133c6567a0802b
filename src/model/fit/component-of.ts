/** A fitted component or resource as it stands in the model file. */
import type { FittedComponent } from '../components/fit-component.js';
import { termNames } from '../components/terms.js';
import { levelEffects } from '../linear/shared-effects.js';
import type { TargetId } from '../observations/model-cell.js';
import type { Fit } from './model-file.js';

export function componentOf<Id extends TargetId>({
  id,
  cells,
  trend,
  centres,
  terms,
  solved,
}: FittedComponent<Id>): Fit<Id> {
  return {
    id,
    cells: cells.length,
    trend,
    centres,
    terms: terms.map((term, index) => ({
      name: termNames[term] as string,
      sd: Math.sqrt(solved.variances.terms[index] ?? 0),
      levels: Object.fromEntries(levelEffects(solved, index)),
    })),
    noiseSd: Math.sqrt(solved.variances.noise),
  };
}
