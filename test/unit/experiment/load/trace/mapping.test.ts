import { describe, expect, it } from 'vitest';
import { ExperimentSchema } from '../../../../../src/domain/experiment.js';
import type { Cell } from '../../../../../src/domain/factors.js';
import { bytes } from '../../../../../src/domain/units.js';
import {
  mapFunctions,
  type StandInCandidate,
} from '../../../../../src/experiment/load/trace/map-functions.js';
import {
  cellsInUse,
  commonStandIns,
  declaredStandIns,
  planReplays,
  recordOfTrace,
  withServableMapping,
} from '../../../../../src/experiment/load/trace/replay-plan.js';
import type { Replay } from '../../../../../src/experiment/load/trace/replay.js';
import type { FunctionProfile } from '../../../../../src/user-plane/traces/describe-trace.js';
import { cellOf, experimentOf, ms } from '../../fixture.js';

const candidate = (name: string, duration: number, memoryMiB?: number): StandInCandidate => ({
  ...{ function: name, payload: 'small', durationMs: ms(duration) },
  ...(memoryMiB === undefined ? {} : { memoryBytes: bytes(memoryMiB * 2 ** 20) }),
});
const traced = (name: string, duration?: number, memoryMiB?: number, invocations = 1): FunctionProfile => ({
  ...{ name, invocations },
  ...(duration === undefined ? {} : { typicalDurationMs: ms(duration) }),
  ...(memoryMiB === undefined ? {} : { meanMemoryBytes: bytes(memoryMiB * 2 ** 20) }),
});

describe('the mapping of a trace’s functions', () => {
  const candidates = [candidate('fast', 1), candidate('middle', 10), candidate('slow', 100)];

  it('takes the nearest duration by its factor: between 1 and 10 the border is at 3.16', () => {
    const functions = [0.001, 3.1, 3.2, 31, 32, 5000].map((duration) => traced(`${duration}`, duration));
    expect(mapFunctions(functions, candidates)).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('takes the first of two at the same distance', () => {
    expect(mapFunctions([traced('a', 10)], [candidate('one', 5), candidate('other', 20)])).toEqual([0]);
  });

  it('tells by memory what durations do not, relative to the middle of its own side', () => {
    const two = [candidate('lean', 10, 2), candidate('fat', 10, 32)];
    expect(mapFunctions([traced('a', 10, 80), traced('b', 10, 640)], two)).toEqual([0, 1]);
    // Where one of them has none, durations alone count.
    expect(mapFunctions([traced('a', 10, 80), traced('b', 10)], two)).toEqual([0, 0]);
  });

  it('deals functions without a duration in turn, the busiest first', () => {
    const functions = [
      traced('rare', undefined, undefined, 1),
      traced('busy', undefined, undefined, 9),
      traced('known', 100),
      traced('middling', undefined, undefined, 5),
    ];
    expect(mapFunctions(functions, candidates)).toEqual([2, 0, 2, 1]);
  });
});

const replay: Replay = {
  file: 'a.csv',
  offsets: Float64Array.of(0, 500, 1000),
  functionOf: Uint16Array.of(0, 1, 0),
  functions: [traced('f', 1, 100, 2), traced('g', 90)],
  ...{ leftOut: 0, badRows: [], notes: [], badRowCount: 0, digest: 'sha256:x' },
};

describe('the plan of replays', () => {
  const cells = ['one', 'two'].flatMap((runtime) =>
    ['fast', 'slow', 'idle'].map((name) =>
      cellOf('warm', { runtime, function: name, arrivals: 'trace a.csv' }),
    ),
  );
  const experiment = experimentOf({ runtimes: ['one', 'two'], load: { trace: 'a.csv', rounds: 2 } });
  const record = recordOfTrace(replay, [candidate('fast', 1), candidate('slow', 100)], 'declared');

  it('records what stands in for what', () => {
    expect(record).toMatchObject({ file: 'a.csv', invocations: 3, lengthMs: 1000, leftOut: 0 });
    expect(record.mapping).toEqual([
      {
        name: 'f',
        invocations: 2,
        durationMs: 1,
        memoryBytes: 100 * 2 ** 20,
        function: 'fast',
        payload: 'small',
      },
      { name: 'g', invocations: 1, durationMs: 90, function: 'slow', payload: 'small' },
    ]);
    expect(record.standIns[1]).toEqual({
      function: 'slow',
      payload: 'small',
      durationMs: 100,
      origin: 'declared',
    });
  });

  it('has every runtime once a round with all functions in use, and records of their own numbers', () => {
    const used = cellsInUse(cells, record);
    expect(used.map((cell) => `${cell.function} ${cell.runtime}`)).toEqual([
      ...['fast one', 'slow one', 'fast two', 'slow two'],
    ]);
    const plan = planReplays(experiment, used, record);
    expect(plan).toHaveLength(4);
    expect(new Set(plan.slice(0, 2).map(({ parts }) => parts[0]?.cell.runtime))).toEqual(
      new Set(['one', 'two']),
    );
    expect(plan.flatMap(({ parts }) => parts.map(({ index }) => index))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const { parts } of plan)
      expect(parts.map(({ cell, functions }) => [cell.function, functions])).toEqual([
        ['fast', [0]],
        ['slow', [1]],
      ]);
    expect(planReplays(experiment, used, record)).toEqual(plan);
  });

  it('leaves out what not every runtime has, and refuses what is declared and not there', () => {
    const lacking = cells.filter((cell) => !(cell.runtime === 'two' && cell.function === 'slow'));
    const common = commonStandIns(experiment, lacking);
    expect(common.map((cell) => cell.function)).toEqual(['fast', 'idle']);
    expect(() =>
      declaredStandIns([{ function: 'slow', payload: 'small', durationMs: ms(1) }], common),
    ).toThrow('slow small is not among');
    expect(() => commonStandIns(experiment, [])).toThrow('a trace needs one');
  });
});

describe('a mapping that was written for other functions than those that run', () => {
  const running = (name: string): Cell => cellOf('warm', { function: name });
  const experiment = ExperimentSchema.parse({
    ...{ name: 'test', functions: ['a'], runtimes: ['native'] },
    load: {
      trace: 't.csv',
      mapping: [
        { function: 'a', payload: 'small', durationMs: 1 },
        { function: 'b', payload: 'small', durationMs: 2 },
      ],
    },
  });

  it('keeps what runs, and is left out where nothing of it does', () => {
    expect(withServableMapping(experiment, [running('a')]).load?.mapping).toEqual([
      { function: 'a', payload: 'small', durationMs: 1 },
    ]);
    expect(withServableMapping(experiment, [running('c')]).load?.mapping).toBeUndefined();
  });
});
