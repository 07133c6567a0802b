import { describe, expect, it } from 'vitest';
import { withTable } from '../../scripts/model-tables.js';

describe('a table in docs/model.md', () => {
  const page = 'before\n\n<!-- table paper -->\n\nold\n\n<!-- end paper -->\n\nafter\n';
  it('is put between its two comments, and nothing else changes', () => {
    expect(withTable(page, 'paper', 'new\n')).toBe(
      'before\n\n<!-- table paper -->\n\nnew\n\n<!-- end paper -->\n\nafter\n',
    );
  });
  it('that the page has no place for is refused', () => {
    expect(() => withTable(page, 'other', 'new')).toThrow('no place for "other"');
  });
});
