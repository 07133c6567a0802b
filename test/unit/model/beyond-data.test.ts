import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { predictionText, loadText, withoutUnknown } from '../../../src/cli/commands/model/predict-text.js';
import { runCli } from '../../../src/cli/program.js';
import { fitModel } from '../../../src/model/fit/fit-model.js';
import type { Calibration, ModelFile } from '../../../src/model/fit/model-file.js';
import { predictLatency } from '../../../src/model/predict/predict-latency.js';
import { recommend } from '../../../src/model/recommend/recommend.js';
import { parseWorkload } from '../../../src/model/recommend/workload.js';
import { formatShare, formatSignificant } from '../../../src/report/format-quantity.js';
import { collectPrinted, type Printed } from '../cli/printed.js';
import { allCells, runsOf } from './synthetic-cells.js';

let file: ModelFile;
let unsure: ModelFile;
let folder: string;

const widened = (calibration: Calibration): Calibration => ({
  ...calibration,
  quantiles: Object.fromEntries(
    Object.entries(calibration.quantiles).map(([name, one]) => [
      name,
      { ...one, width90: one.width90 * 200 },
    ]),
  ),
});

beforeAll(() => {
  file = fitModel(runsOf(allCells()), '0.1.0').file;
  // A model whose errors without the largest payloads were so wide that nothing is known beyond them.
  unsure = {
    ...file,
    calibrations: file.calibrations.map((one) =>
      one.scheme === 'leave-one-payload-out' ? widened(one) : one,
    ),
  };
  folder = mkdtempSync(join(tmpdir(), 'lumos-beyond-'));
  writeFileSync(join(folder, 'model.json'), JSON.stringify(unsure));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const asked = { function: 'work-1', runtime: 'docker', start: 'warm' } as const;
const workload = (payload: string): ReturnType<typeof parseWorkload> =>
  parseWorkload({ function: 'work-1', payload, arrivals: { perMinute: 1 }, keepAliveSeconds: 60 }, 'w.yaml');

describe('a prediction whose interval would say nothing', () => {
  it('is not known, with how far the payload lies beyond the measured ones, and has no interval', () => {
    const found = predictLatency(unsure, { ...asked, payload: '8MiB' });
    expect(found.median.notKnown).toBe('payload 130x beyond the largest measured');
    expect(found.median.interval90).toBeUndefined();
    expect(predictLatency(unsure, { ...asked, payload: '8192' }).median.notKnown).toBeUndefined();
  });

  it('is not known where the payload is more than 10 000 times the largest, however sure the growth seems', () => {
    const found = predictLatency(file, { ...asked, payload: '1024GiB' });
    expect(found.median.notKnown).toBe('payload 17000000x beyond the largest measured');
    expect(found.resources.memory).toBeUndefined();
    expect(found.resources.cpu).toBeUndefined();
  });

  it('has no CPU time where the latency that it is a share of is not known', () => {
    expect(predictLatency(unsure, { ...asked, payload: '8192' }).resources.cpu).toBeDefined();
    expect(predictLatency(unsure, { ...asked, payload: '8MiB' }).resources.cpu).toBeUndefined();
  });

  it('keeps a bounded interval where the growth was seen to hold', () => {
    const [low, high] = predictLatency(file, { ...asked, payload: '8MiB' }).median.interval90 ?? [
      1,
      Infinity,
    ];
    expect(high / low).toBeLessThan(1000);
  });

  it('shows words in place of numbers at the terminal and in JSON', () => {
    const found = predictLatency(unsure, { ...asked, payload: '8MiB' });
    const text = predictionText(found, undefined, 100);
    expect(text).toContain('not known');
    expect(text).toContain('Not known: payload 130x beyond the largest measured.');
    expect(text).not.toContain('of it:');
    expect(withoutUnknown({ p50: found.median })).toEqual({
      p50: { notKnown: 'payload 130x beyond the largest measured' },
    });
  });

  it('makes no winner, and the runtimes say why', () => {
    const found = recommend(unsure, workload('8MiB'));
    expect(found.winner).toBeUndefined();
    expect(found.why).toContain('is not known: payload 130x beyond the largest measured');
    expect(found.flips).toEqual([]);
    for (const candidate of found.candidates) {
      expect(candidate.latency.p50.notKnown).toBeDefined();
      expect(candidate.meanMs).toBeUndefined();
      expect(loadText(candidate, undefined)).toContain('p50 not known');
    }
  });

  it('has no objective met or missed', () => {
    const found = recommend(unsure, { ...workload('8MiB'), objectives: ['p95 < 1ms'] });
    expect(
      found.candidates.flatMap(({ objectives }) => objectives.map(({ judgement }) => judgement)),
    ).toEqual(found.candidates.map(() => 'unsure'));
  });

  describe('on the command line', () => {
    let printed: Printed;
    beforeEach(() => {
      printed = collectPrinted();
    });
    afterEach(() => vi.restoreAllMocks());

    const predict = (...options: string[]): Promise<number> =>
      runCli([
        ...['model', 'predict', '--model', join(folder, 'model.json'), '--function', 'work-1'],
        ...['--payload', '8MiB', '--runtime', 'docker', '--rate', '0.4', ...options],
      ]);

    it('prints no number with an exponent, and no share of 0.0000000001 %', async () => {
      expect(await predict()).toBe(0);
      expect(printed.out).toContain('Not known: payload 130x beyond the largest measured.');
      expect(printed.out).toContain('below 0.01 % of the requests cold; p50 not known');
      expect(printed.out).not.toMatch(/\de[+-]?\d/);
    });

    it('gives reasons in place of latencies as JSON', async () => {
      expect(await predict('--json')).toBe(0);
      const { predictions, load } = JSON.parse(printed.out) as Record<string, { latency: object }> & {
        predictions: { latencyMs: object }[];
      };
      const notKnown = { notKnown: 'payload 130x beyond the largest measured' };
      for (const { latencyMs } of predictions)
        expect(latencyMs).toEqual({ p50: notKnown, p90: notKnown, p95: notKnown, p99: notKnown });
      expect(load?.latency).toEqual({ p50: notKnown, p95: notKnown, p99: notKnown });
    });
  });
});

describe('figures as text', () => {
  it('says that a tiny share is below 0.01 %', () => {
    expect(formatShare(9e-14)).toBe('below 0.01 %');
    expect(formatShare(1e-4)).toBe('0.01 %');
    expect(formatShare(0)).toBe('0 %');
  });
  it('has no exponent form, however large the number', () => {
    expect(formatSignificant(1.25e29)).toBe('10^29');
    expect(formatSignificant(-3e22)).toBe('-10^22');
    expect(formatSignificant(1e15)).toBe('1000000000000000');
  });
});
