import { describe, expect, it } from 'vitest';
import { loadExperiment } from '../../../../../src/experiment/experiment-file.js';
import { declaredStandIns, recordOfTrace } from '../../../../../src/experiment/load/trace/replay-plan.js';
import { readReplay } from '../../../../../src/experiment/load/trace/replay.js';
import { cellOf } from '../../fixture.js';

describe('the built-in experiment trace', () => {
  it('has a trace of a minute or so, of which every stand-in serves a function', async () => {
    const { load, seed } = loadExperiment('trace', 'experiments');
    if (load?.trace === undefined || load.mapping === undefined) throw new Error('it has no trace');
    const replay = await readReplay(load.trace, load, seed);
    const cells = load.mapping.map(({ function: name, payload }) =>
      cellOf('warm', { function: name, payload }),
    );
    const { mapping, ...record } = recordOfTrace(replay, declaredStandIns(load.mapping, cells), 'declared');
    expect(record).toMatchObject({ file: 'bursts.csv', invocations: 287, leftOut: 0, badRows: 0 });
    expect(record.lengthMs).toBeGreaterThan(60_000);
    expect(record.lengthMs).toBeLessThan(90_000);
    expect(mapping).toHaveLength(8);
    expect(new Set(mapping.map((one) => one.function)).size).toBe(load.mapping.length);
  });
});
