/** What a reader must know before using the figures. */
import type { Summary } from '../domain/summary.js';
import { formatCount } from './format-quantity.js';
import { printable } from './wrap-text.js';

const cells = (count: number): string => (count === 1 ? '1 cell' : `${formatCount(count)} cells`);

/** Cells of the plan without a sample, then each different note once with the number of cells it holds for. */
export function groupedNotes(summary: Summary): string[] {
  const counts = new Map<string, number>();
  for (const note of summary.cells.flatMap((cell) => cell.notes)) {
    counts.set(note, (counts.get(note) ?? 0) + 1);
  }
  return [
    ...(summary.empty === 0 ? [] : [`No result for ${cells(summary.empty)} of the plan`]),
    ...[...counts].map(([note, count]) => `${printable(note)} (${cells(count)})`),
  ];
}
