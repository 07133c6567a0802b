import { describe, expect, it } from 'vitest';
import { searchKnee } from '../../../../src/experiment/load/search-knee.js';
import { findKnee } from '../../../../src/stats/knee.js';
import { seededRandom, type Random } from '../../../../src/stats/random.js';
import { roundSpreadOf, type MeasuredLevel } from '../../../../src/stats/round-spread.js';

/**
 * N clients that think for an exponential time of mean `think` and are then served by one of `servers` for an
 * exponential time of mean 1 (a closed M/M/c): N* = servers x (1 + think), capacity = servers.
 */
function simulate(
  clients: number,
  servers: number,
  think: number,
  random: Random,
  blocks = 20,
  length = 100,
): MeasuredLevel {
  const counts = Array.from({ length: blocks }, () => 0);
  let inside = 0;
  const end = (blocks + 1) * length;
  for (let time = 0; ;) {
    // With no thinking everybody is always inside.
    if (think === 0) inside = clients;
    const arriving = think === 0 ? 0 : (clients - inside) / think;
    const serving = Math.min(inside, servers);
    time -= Math.log(1 - random.uniform()) / (arriving + serving);
    if (time >= end) return { concurrency: clients, rounds: [counts.map((count) => count / length)] };
    if (random.uniform() * (arriving + serving) < arriving) inside += 1;
    else {
      inside -= 1;
      // The first block is the warm-up.
      const block = Math.floor(time / length) - 1;
      if (block >= 0) counts[block] = (counts[block] ?? 0) + 1;
    }
  }
}

const ladder = [1, 2, 5, 10, 20, 50, 100];
const exact = (concurrency: number, throughput: number): MeasuredLevel => ({
  concurrency,
  rounds: [[throughput]],
});

describe('findKnee', () => {
  it('has intervals that hold the figures, also where levels are so noisy that the luckiest is far above them', () => {
    const found = Array.from({ length: 30 }, (_, seed) => {
      const random = seededRandom(seed);
      const levels = [1, 2, 5, 10, 20, 50].map((concurrency) => ({
        concurrency,
        rounds: [Array.from({ length: 30 }, () => 10 * random.below(9))],
      }));
      return findKnee(levels, seededRandom(seed));
    }).filter((knee) => knee.found);
    expect(found.length).toBeGreaterThan(5);
    for (const { concurrency, ci95, capacityPerSecond, capacityCi95 } of found) {
      const [low = NaN, high = NaN] = ci95 ?? [];
      const [least = NaN, most = NaN] = capacityCi95 ?? [];
      expect([low <= concurrency, concurrency <= high]).toEqual([true, true]);
      expect([least <= capacityPerSecond, capacityPerSecond <= most]).toEqual([true, true]);
    }
  });

  it('is where the asymptotes cross', () => {
    const knee = findKnee(
      ladder.map((n) => exact(n, Math.min(n * 10, 80))),
      seededRandom(1),
    );
    expect(knee).toMatchObject({ found: true, concurrency: 8, capacityPerSecond: 80, ci95: undefined });
  });

  it('is not found where throughput still grows, or with next to nothing measured', () => {
    expect(
      findKnee(
        ladder.map((n) => exact(n, n)),
        seededRandom(1),
      ),
    ).toEqual({ found: false, why: 'throughput still grew at 100 clients' });
    expect(findKnee([exact(1, 1)], seededRandom(1))).toMatchObject({ found: false });
    expect(
      findKnee(
        ladder.map((n) => exact(n, 0)),
        seededRandom(1),
      ),
    ).toMatchObject({ found: false });
  });

  it('covers the known capacity and knee of a simulated M/M/c', () => {
    const random = seededRandom(11);
    let [knees, capacities] = [0, 0];
    const rounds = 60;
    for (let round = 0; round < rounds; round++) {
      const knee = findKnee(
        ladder.map((n) => simulate(n, 4, 1, random)),
        seededRandom(round),
      );
      if (!knee.found || knee.ci95 === undefined || knee.capacityCi95 === undefined) continue;
      if (knee.ci95[0] <= 8 && 8 <= knee.ci95[1]) knees += 1;
      if (knee.capacityCi95[0] <= 4 && 4 <= knee.capacityCi95[1]) capacities += 1;
    }
    expect(knees / rounds).toBeGreaterThanOrEqual(0.88);
    expect(capacities / rounds).toBeGreaterThanOrEqual(0.88);
  }, 60_000);
});

describe('findKnee of several rounds', () => {
  /** Rounds of a level that differ by `apart` of it, evenly either way, as other sandboxes at another time do; blocks by 5 %. */
  const noisy = (concurrency: number, apart: number, rounds: number, random: Random): MeasuredLevel => {
    const about = (middle: number, share: number): number =>
      middle * (1 + share * Math.sqrt(3) * (2 * random.uniform() - 1));
    return {
      concurrency,
      rounds: Array.from({ length: rounds }, () => {
        const ours = about(Math.min(10 * concurrency, 80), apart);
        return Array.from({ length: 20 }, () => about(ours, 0.05));
      }),
    };
  };

  /** The share of 100 ladders whose intervals hold the capacity of 80 and the knee at 8. */
  function covered(
    apart: number,
    rounds: number,
    seen: (level: MeasuredLevel) => MeasuredLevel = (level) => level,
  ): { capacity: number; knee: number } {
    const all = 100;
    let [capacity, knee] = [0, 0];
    for (let seed = 0; seed < all; seed++) {
      const random = seededRandom(seed, 'rounds');
      const found = findKnee(
        ladder.map((n) => seen(noisy(n, apart, rounds, random))),
        seededRandom(seed),
      );
      if (!found.found) continue;
      const [least = NaN, most = NaN] = found.capacityCi95 ?? [];
      const [low = NaN, high = NaN] = found.ci95 ?? [];
      if (least <= 80 && 80 <= most) capacity += 1;
      if (low <= 8 && 8 <= high) knee += 1;
    }
    return { capacity: capacity / all, knee: knee / all };
  }

  it.each([
    { apart: 0.01, rounds: 2 },
    { apart: 0.05, rounds: 2 },
    { apart: 0.05, rounds: 4 },
  ])(
    'covers both where $rounds rounds differ by $apart',
    ({ apart, rounds }) => {
      const { capacity, knee } = covered(apart, rounds);
      expect(capacity).toBeGreaterThanOrEqual(0.85);
      expect(knee).toBeGreaterThanOrEqual(0.85);
    },
    60_000,
  );

  it('covers far less where the blocks of all rounds pass for those of one', () => {
    const asOne = (level: MeasuredLevel): MeasuredLevel => ({ ...level, rounds: [level.rounds.flat()] });
    expect(covered(0.05, 2, asOne).capacity).toBeLessThan(0.6);
  }, 60_000);
});

describe('roundSpreadOf', () => {
  const level = (...throughputs: number[]): MeasuredLevel => ({
    concurrency: 1,
    rounds: throughputs.map((one) => [one, one]),
  });

  it('pools how far rounds lie from their level, as shares of it', () => {
    // Each 10 % from its level: of four levels of two rounds the squares are 8 x 0.01, on 4 degrees of freedom.
    const spread = roundSpreadOf([level(90, 110), level(9, 11), level(180, 220), level(11, 9)]);
    expect(spread?.deviation).toBeCloseTo(Math.sqrt(0.08 / 4), 12);
    for (const one of spread?.residuals ?? []) expect(Math.abs(one)).toBeCloseTo(0.1 * Math.SQRT2, 12);
    expect(spread?.residuals).toHaveLength(8);
  });

  it('is nothing of single rounds, of too few, and of levels without throughput', () => {
    expect(roundSpreadOf([level(1), level(2), level(3), level(4), level(5)])).toBeUndefined();
    expect(roundSpreadOf([level(1, 2), level(2, 3), level(3, 4)])).toBeUndefined();
    expect(roundSpreadOf([level(0, 0), level(0, 0), level(0, 0), level(0, 0)])).toBeUndefined();
  });
});

describe('searchKnee', () => {
  it.each([
    { servers: 2, think: 0 },
    { servers: 8, think: 0 },
    { servers: 4, think: 4 },
  ])('finds that of $servers servers with a think time of $think', async ({ servers, think }) => {
    const random = seededRandom(servers);
    const { knee, levels } = await searchKnee(
      (n) => Promise.resolve(simulate(n, servers, think, random, 20, 200)),
      { most: 200, random: seededRandom(1) },
    );
    expect(knee).toMatchObject({ found: true });
    if (!knee.found) return;
    expect(Math.abs(knee.concurrency / (servers * (1 + think)) - 1)).toBeLessThan(0.06);
    expect(levels.length).toBeLessThanOrEqual(13);
    expect(knee.ci95).toBeDefined();
  });

  it('finds the peak between two doublings where throughput falls again', async () => {
    // The Universal Scalability Law with its peak at sqrt(0.98 / 0.0005) = 44.3.
    const law = (n: number): number => n / (1 + 0.02 * (n - 1) + 0.0005 * n * (n - 1));
    const seen: number[] = [];
    const { knee } = await searchKnee((n) => (seen.push(n), Promise.resolve(exact(n, law(n)))), {
      most: 200,
      random: seededRandom(1),
    });
    expect(new Set(seen).size).toBe(seen.length);
    expect(Math.min(...seen.map((n) => Math.abs(n - 44.3)))).toBeLessThan(4);
    expect(knee.found && Math.abs(knee.capacityPerSecond / law(44) - 1)).toBeLessThan(0.03);
  });

  it('begins with the ladder that was measured, and measures nothing but around its knee', async () => {
    const steps = [1, 2, 5, 10, 20, 50, 100, 200];
    const seen: number[] = [];
    const law = (n: number): number => Math.min(n, 12) / (1 + Math.max(0, n - 12) / 100);
    const { knee, levels } = await searchKnee((n) => (seen.push(n), Promise.resolve(exact(n, law(n)))), {
      ...{ most: 200, refinements: 3, random: seededRandom(1), ladder: steps },
    });
    expect(seen.slice(0, steps.length)).toEqual(steps);
    const added = seen.slice(steps.length);
    expect(added.length).toBeGreaterThan(0);
    expect(added.length).toBeLessThanOrEqual(4);
    // 20 is the first within 3 % of the highest, which lies below it.
    for (const clients of added) expect(clients > 10 && clients < 50).toBe(true);
    expect(levels).toHaveLength(seen.length);
    expect(knee.found && Math.abs(knee.concurrency - 12)).toBeLessThan(1);
  });

  it('says so where even the most clients do not saturate it', async () => {
    const { knee, levels } = await searchKnee((n) => Promise.resolve(exact(n, n)), {
      most: 100,
      random: seededRandom(1),
      refinements: 0,
    });
    expect(knee.found).toBe(false);
    expect(levels.map(({ concurrency }) => concurrency)).toEqual([1, 2, 4, 8, 16, 32, 64, 100]);
  });
});
