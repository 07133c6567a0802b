/** Figures of a function on a runtime that are taken as they were measured. */
import type { ModelFile } from '../fit/model-file.js';
import { systemOf, workOf, type ModelCell } from '../observations/model-cell.js';

/** Of its warm cell at the payload, else at the largest measured; undefined where the pair was not measured. */
export function measuredFigure<T>(
  file: ModelFile,
  asked: { readonly function: string; readonly runtime: string; readonly payload: string | undefined },
  of: (cell: ModelCell) => T | undefined,
): T | undefined {
  const own = file.cells.filter(
    ({ cell }) =>
      workOf(cell) === asked.function && systemOf(cell) === asked.runtime && cell.start === 'warm',
  );
  const exact =
    own.find(({ cell }) => cell.payload === asked.payload) ?? own.sort((a, b) => b.size - a.size)[0];
  return exact === undefined ? undefined : of(exact);
}
