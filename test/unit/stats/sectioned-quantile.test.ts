import { describe, expect, it } from 'vitest';
import { milliseconds } from '../../../src/domain/units.js';
import { LatencyHistogram } from '../../../src/stats/latency-histogram.js';
import { seededRandom } from '../../../src/stats/random.js';
import { sectionedInterval, sectionedMedianInterval } from '../../../src/stats/sectioned-quantile.js';

const sections = (values: readonly number[], count = 1000) => values.map((value) => ({ count, value }));

describe('the interval of a quantile by sections', () => {
  it('is that worked by hand', () => {
    // About 12: deviations 2, 1, 0, 1, 2, so 10 / 4 / 5 = 0.5; t(0.975, 4) = 2.776445.
    const [low, high] = sectionedInterval(12, 0.9, sections([10, 11, 12, 13, 14])) ?? [NaN, NaN];
    expect(low).toBeCloseTo(12 - 2.776445 * Math.sqrt(0.5), 5);
    expect(high).toBeCloseTo(12 + 2.776445 * Math.sqrt(0.5), 5);
  });

  it('is none of few sections, or of one with too few observations for its quantile', () => {
    expect(sectionedInterval(12, 0.9, sections([10, 11, 12, 13]))).toBeUndefined();
    const five = [10, 11, 12, 13, 14];
    expect(sectionedInterval(12, 0.99, sections(five, 1000))).toBeDefined();
    expect(sectionedInterval(12, 0.99, sections(five, 999))).toBeUndefined();
    expect(sectionedInterval(12, 0.5, [...sections(five), { count: 0, value: undefined }])).toBeUndefined();
  });

  it('of a median holds the median of all, however far the sections lie to one side', () => {
    // One long section of slow answers, and short ones of fast ones: the mean of their medians is below the whole's.
    const [low, high] = sectionedMedianInterval(20.7, [19.8, 19.9, 20, 20.1, 20.2, 20.1]) ?? [NaN, NaN];
    expect(low).toBeLessThan(20.7);
    expect(high).toBeGreaterThan(20.7);
    expect(sectionedMedianInterval(12, [10, 11, undefined, 12, 13])).toBeUndefined();
    expect(sectionedMedianInterval(12, [10, 11, 12, undefined, 13, 14])).toEqual(
      sectionedInterval(12, 0.5, sections([10, 11, 12, 13, 14])),
    );
    expect(sectionedMedianInterval(undefined, [1, 2, 3, 4, 5])).toBeUndefined();
  });

  it.each([0.5, 0.99])(
    'covers the quantile %f of a queue, whose neighbours resemble each other',
    (share) => {
      // An M/M/1 at half load: the time in it is exponential with rate 1/2.
      const truth = -Math.log(1 - share) * 2;
      const random = seededRandom(7);
      const drawn = (mean: number): number => -Math.log(1 - random.uniform()) * mean;
      const runs = 200;
      let covered = 0;
      for (let run = 0; run < runs; run += 1) {
        const whole = new LatencyHistogram();
        const parts: { count: number; value: number | undefined }[] = [];
        let waiting = drawn(2);
        for (let part = 0; part < 20; part += 1) {
          const histogram = new LatencyHistogram();
          for (let i = 0; i < 2000; i += 1) {
            const service = drawn(1);
            histogram.record(milliseconds(waiting + service));
            waiting = Math.max(0, waiting + service - drawn(2));
          }
          whole.add(histogram);
          parts.push({ count: histogram.count, value: histogram.quantile(share) });
        }
        const [low, high] = sectionedInterval(whole.quantile(share) ?? NaN, share, parts) ?? [NaN, NaN];
        if (low <= truth && truth <= high) covered += 1;
      }
      expect(covered / runs).toBeGreaterThan(0.9);
    },
    60_000,
  );
});
