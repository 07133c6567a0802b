import { describe, expect, it } from 'vitest';
import type { ValidityFinding } from '../../../src/domain/validity.js';
import type { Summary } from '../../../src/domain/summary/summary.js';
import { groupedNotes } from '../../../src/report/notes.js';
import { fixtureSummary } from './fixture.js';

const { cells } = fixtureSummary();
const notes = [
  'n = 3: the p99 is the largest sample or just below it',
  'no interval: n = 3, and 6 are needed',
  'outliers: 1 of 3 samples; something else may have run',
];
const finding: ValidityFinding = {
  id: 'small-sample',
  severity: 'warning',
  cells: [],
  text: '1 cell has n = 3: ...',
  advice: 'Repeat.',
};
const [cell] = cells;
if (cell === undefined) throw new Error('the fixture has no cell');
const summaryOf = (n: number, validity: readonly ValidityFinding[]): Summary => ({
  ...fixtureSummary(),
  empty: 0,
  cells: [{ ...cell, n, notes: [...notes] }],
  validity: [...validity],
});

describe('what is told below the tables', () => {
  it('is not what a finding of validity says about small samples already', () => {
    expect(groupedNotes(summaryOf(3, [finding]))).toEqual([
      'outliers: 1 of 3 samples; something else may have run (1 cell)',
    ]);
  });

  it('is not why a level is not valid, which a finding says', () => {
    const invalid = { ...cell, n: 0, notValid: 'it lagged', notes: ['not valid: it lagged'] };
    const summary = { ...fixtureSummary(), empty: 0, cells: [invalid] };
    expect(groupedNotes({ ...summary, validity: [{ ...finding, id: 'invalid-levels' }] })).toEqual([]);
    expect(groupedNotes({ ...summary, validity: [] })).toEqual(['not valid: it lagged (1 cell)']);
  });

  it('is every note where no finding speaks of small samples', () => {
    expect(groupedNotes(summaryOf(3, []))).toEqual(notes.map((note) => `${note} (1 cell)`));
    expect(groupedNotes(summaryOf(30, [finding]))).toHaveLength(3);
  });
});
