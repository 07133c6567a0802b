/** What a reader must know before using the figures. */
import type { CellSummary } from '../domain/summary/cell-summary.js';
import type { Summary } from '../domain/summary/summary.js';
import { fewestForInterval } from '../stats/median-interval.js';
import { formatCounted } from './format-quantity.js';
import { noteText } from './summarize/cell-notes.js';
import { printable } from './wrap-text.js';

const cells = (count: number): string => formatCounted(count, 'cell');

/** A number that stands alone, so not the one in "p99". */
const number = /(?<![\w.])\d+(?:\.\d+)?(?![\w.])/g;

/** Cells whose notes say the same but for the numbers in them: the text between, and each note's numbers. */
interface NoteGroup {
  readonly text: readonly string[];
  readonly numbers: number[][];
}

/**
 * Cells of the plan without a sample, then each kind of note once, with the range of each of its numbers and the
 * count of cells it holds for.
 */
export function groupedNotes(summary: Summary): string[] {
  const groups = new Map<string, NoteGroup>();
  for (const note of summary.cells.flatMap((cell) => notesBeside(cell, summary)).map(printable)) {
    const text = note.split(number);
    const group = groups.get(text.join('#')) ?? { text, numbers: [] };
    group.numbers.push((note.match(number) ?? []).map(Number));
    groups.set(text.join('#'), group);
  }
  return [
    ...(summary.empty === 0 ? [] : [`No result for ${cells(summary.empty)} of the plan`]),
    ...[...groups.values()].map((group) => `${spelled(group)} (${cells(group.numbers.length)})`),
  ];
}

/** A cell's notes but those that a finding of the run's validity says of it, with what to do. */
function notesBeside({ n, notes, notValid }: CellSummary, { validity = [] }: Summary): readonly string[] {
  if (notValid !== undefined && validity.some(({ id }) => id === 'invalid-levels')) return [];
  if (n >= fewestForInterval || !validity.some(({ id }) => id === 'small-sample')) return notes;
  const said = [
    noteText({ kind: 'p99-near-maximum', n }),
    noteText({ kind: 'no-interval', n, effectiveN: n }),
  ];
  return notes.filter((note) => !said.includes(note));
}

function spelled({ text, numbers }: NoteGroup): string {
  return text
    .map((part, place) => {
      const values = numbers.flatMap((ofOne) => ofOne[place - 1] ?? []);
      return `${place === 0 ? '' : range(values)}${part}`;
    })
    .join('');
}

function range(values: readonly number[]): string {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return low === high ? String(low) : `${low} to ${high}`;
}
