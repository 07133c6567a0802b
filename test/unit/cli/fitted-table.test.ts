import { describe, expect, it } from 'vitest';
import { fit, renderFitted } from '../../../src/cli/fitted-table.js';

const head = ['function', 'class', 'payloads'];
const row = [
  'planet-system-simulation',
  'compute',
  'tiny n=10, 10000 n=10000, 100000 n=100000, 1000000 n=1000000',
];

describe('a fitted table', () => {
  it.each([80, 100, 200])('is no wider than %i columns and keeps every word', (width) => {
    const table = renderFitted(head, [row], width);
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
    for (const word of row.flatMap((cell) => cell.split(' '))) expect(table).toContain(word);
  });

  it('wraps only the column that is too wide', () => {
    const lines = renderFitted(head, [row], 80).split('\n');
    expect(lines.some((line) => line.includes('planet-system-simulation │ compute │'))).toBe(true);
    expect(lines.length).toBeGreaterThan(5);
  });

  it('cuts a word only where the columns of whole words do not fit', () => {
    const wide = [
      'planet-system-simulation',
      'compute',
      'tiny 64 B, small 1 KiB',
      'inline, file',
      'serde, serde_json',
    ];
    const table = renderFitted(['function', 'class', 'payloads', 'storage', 'crates'], [wide], 80);
    for (const word of ['planet-system-simulation', 'serde_json']) expect(table).toContain(word);
  });

  it('is as narrow as its cells where there is room', () => {
    expect(renderFitted(['a', 'b'], [['one', 'two']], 80).split('\n')[0]).toBe('┌─────┬─────┐');
  });
});

describe('fit', () => {
  it('takes from the widest, and leaves every column at least 8 characters', () => {
    expect(fit([24, 7, 60], 60)).toEqual([24, 7, 29]);
    expect(fit([24, 7, 60], 1)).toEqual([8, 7, 8]);
    expect(fit([24, 7, 60], 40, [24, 7, 10])).toEqual([24, 7, 10]);
  });
});
