import { describe, expect, it } from 'vitest';
import { milliseconds as ms } from '../../../../../src/domain/units.js';
import { ReplayTimeline } from '../../../../../src/experiment/load/trace/replay-timeline.js';
import { seededRandom } from '../../../../../src/stats/random.js';

describe('the timeline of a replay', () => {
  it('has the mean of the instances in each slice, and the most of them', () => {
    const timeline = new ReplayTimeline(ms(1000), ms(1000));
    timeline.event({ what: 'asked', at: ms(1125) });
    timeline.event({ what: 'asked', at: ms(1300) });
    timeline.event({ what: 'stopped', at: ms(1550) });
    const slices = timeline.until(ms(2000));
    expect(slices.map(({ fromMs }) => fromMs)).toEqual([0, 250, 500, 750]);
    expect(slices.map(({ meanInstances }) => meanInstances)).toEqual([0.5, 1.8, 1.2, 1]);
    expect(slices.map(({ instances }) => instances)).toEqual([1, 2, 2, 1]);
  });

  it('leaves no slice out, wherever rounding puts the borders between them', () => {
    const random = seededRandom(3);
    for (let i = 0; i < 300; i++) {
      const origin = 1e6 * random.uniform();
      const length = 30_000 + 60_000 * random.uniform();
      const timeline = new ReplayTimeline(ms(origin), ms(length));
      timeline.event({ what: 'asked', at: ms(origin) });
      const means = timeline.until(ms(origin + length)).map(({ meanInstances = 0 }) => meanInstances);
      expect(means.length).toBeGreaterThan(100);
      expect(Math.min(...means)).toBeCloseTo(1, 6);
      expect(Math.max(...means)).toBeCloseTo(1, 6);
    }
  });
});
