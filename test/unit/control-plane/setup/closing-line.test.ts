import { describe, expect, it } from 'vitest';
import { countTests } from '../../../../scripts/closing-line.js';

describe('countTests', () => {
  it('counts states, and a file or error that no test stands for as a failure', () => {
    const files = [
      { states: ['passed', 'failed', 'skipped'], failed: true },
      { states: [], failed: true },
      { states: ['passed', 'pending'], failed: false },
    ];
    expect(countTests(files, 1)).toEqual({ passed: 2, failed: 3, skipped: 2 });
  });
});
