import { describe, expect, it } from 'vitest';
import { modelText } from '../../../src/cli/commands/model/model-text.js';
import { fitModel } from '../../../src/model/fit/fit-model.js';
import { allCells, runsOf } from './synthetic-cells.js';

describe('a model of some kinds of runtimes', () => {
  it('shows no deviation of a kind that no cell has', () => {
    const cells = allCells().filter(({ cell }) => cell.runtime !== 'wasmtime-interpreted');
    const some = fitModel(runsOf(cells), '0').file;
    const priors = some.components.flatMap(({ terms }) =>
      terms.filter(({ levels, sd }) => Object.keys(levels).length === 0 && sd >= 0.02),
    );
    expect(priors.some(({ name }) => name.includes('interpreted Wasm'))).toBe(true);
    expect(modelText(some, '', 200)).not.toContain('interpreted Wasm');
  }, 60_000);
});
