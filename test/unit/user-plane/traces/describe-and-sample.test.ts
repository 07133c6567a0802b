import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TraceInvocation } from '../../../../src/domain/trace.js';
import { bytes, milliseconds } from '../../../../src/domain/units.js';
import { seededRandom } from '../../../../src/stats/random.js';
import { chooseFunctions, wasserstein } from '../../../../src/user-plane/traces/choose-functions.js';
import { TraceDescriber, type FunctionProfile } from '../../../../src/user-plane/traces/describe-trace.js';
import { writeOutput } from '../../../../src/files/output-file.js';
import { outputPlace } from '../../../../src/files/output-place.js';
import { readTrace } from '../../../../src/user-plane/traces/read-trace.js';
import { planSample, sampled, type Batches } from '../../../../src/user-plane/traces/sample-trace.js';
import { synthesized } from '../../../../src/user-plane/traces/synthesize-trace.js';
import { inBatches, writePlainTrace } from '../../../../src/user-plane/traces/write-plain.js';

const at = (seconds: number, name = 'a', more: Partial<TraceInvocation> = {}): TraceInvocation => ({
  atMs: milliseconds(seconds * 1000),
  function: name,
  ...more,
});

/** As the commands write it. */
const written = async (path: string, batches: Parameters<typeof writePlainTrace>[1]): Promise<number> =>
  await writeOutput(outputPlace(path), { standardOutput: () => Promise.resolve() }, (sink) =>
    writePlainTrace(sink, batches),
  );

function described(invocations: Iterable<TraceInvocation>): ReturnType<TraceDescriber['description']> {
  const describer = new TraceDescriber();
  for (const one of invocations) describer.add(one);
  return describer.description();
}

describe('the description of a trace', () => {
  it('says what a few literal invocations amount to', () => {
    const memory = { memoryBytes: bytes(2 ** 27) };
    const trace = described([
      at(10, 'a', { durationMs: milliseconds(10), ...memory }),
      at(11, 'a', { durationMs: milliseconds(1000) }),
      at(13, 'b'),
      at(70, 'a', { durationMs: milliseconds(100) }),
    ]);
    expect(trace).toMatchObject({
      ...{ functions: 2, invocations: 4, firstSeconds: 10, lastSeconds: 70, ratePerSecond: 4 / 60 },
      perMinute: { mean: 2, p50: 1, peak: 3, peakMinute: 0 },
      durationMs: { known: 3, mean: 370, max: 1000 },
      memoryMiB: { p50: 128, known: 3 },
    });
    // Minutes 3 and 1: variance 2, mean 2. Gaps 1, 2, 57: mean 20, variance (361 + 324 + 1369) / 2.
    expect(trace.dispersion?.minute).toBeCloseTo(1, 12);
    expect(trace.interArrival?.meanMs).toBeCloseTo(20_000, 6);
    expect(trace.interArrival?.cv).toBeCloseTo(Math.sqrt(1027) / 20, 12);
    expect(trace.busiest[0]).toMatchObject({ name: 'a', invocations: 3, share: 0.75, meanDurationMs: 370 });
    // The geometric mean of 10, 100 and 1000.
    expect(trace.busiest[0]?.typicalDurationMs).toBeCloseTo(100, 9);
    expect(trace.busiest[1]).toEqual({ name: 'b', invocations: 1, share: 0.25 });
  });

  it('has nothing to say of an empty trace, and no rate of a single invocation', () => {
    expect(described([])).toEqual({ functions: 0, invocations: 0, busiest: [] });
    const one = described([at(5)]);
    expect(one).not.toHaveProperty('ratePerSecond');
    expect(one).not.toHaveProperty('interArrival');
    expect(one).not.toHaveProperty('durationMs');
  });

  it('tells a Poisson process from an even one and from bursts', () => {
    const even = described(Array.from({ length: 6000 }, (_, i) => at(i / 10)));
    expect(even.interArrival?.cv).toBeLessThan(0.01);
    expect(even.dispersion?.second).toBeLessThan(0.01);
    const base = {
      ratePerSecond: 10,
      seconds: 6000,
      functions: 1,
      medianDurationMs: milliseconds(5),
      seed: 1,
    };
    const independent = described(synthesized({ ...base, pattern: { kind: 'poisson' } }));
    expect(independent.interArrival?.cv).toBeCloseTo(1, 1);
    expect(independent.dispersion?.second).toBeCloseTo(1, 1);
    const pattern = { kind: 'mmpp', factor: 20, burstSeconds: 5, calmSeconds: 25 } as const;
    expect(described(synthesized({ ...base, pattern })).dispersion?.second).toBeGreaterThan(5);
  });
});

describe('the distance between two distributions', () => {
  it('is the area between their quantile functions', () => {
    expect(wasserstein([0, 1], [0, 1])).toBe(0);
    expect(wasserstein([0], [3])).toBe(3);
    expect(wasserstein([0, 0, 3], [0, 3])).toBeCloseTo(0.5, 12);
    expect(wasserstein([0, 3], [0, 0, 3])).toBeCloseTo(0.5, 12);
    expect(wasserstein([], [1])).toBeUndefined();
  });
});

const profile = (index: number): FunctionProfile => ({
  name: `f${index}`,
  // All different, so that the order by rate is that of the numbers.
  invocations: Math.ceil(1e6 / (index + 1)),
  typicalDurationMs: milliseconds(1 + ((index * 37) % 100)),
});

describe('chosen functions', () => {
  const profiles = Array.from({ length: 200 }, (_, index) => profile(index));

  it('are one of each stratum by rate, the same for the same seed', () => {
    const chosen = chooseFunctions(profiles, 10, seededRandom(1));
    const strata = chosen.names.map((name) => Math.floor(Number(name.slice(1)) / 20)).sort((a, b) => a - b);
    expect(strata).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(chooseFunctions(profiles, 10, seededRandom(1))).toEqual(chosen);
  });

  it('are nearer to all than functions drawn without strata, mostly', () => {
    const logs = (names: readonly string[]): number[] =>
      names.map((name) => Math.log(profile(Number(name.slice(1))).invocations)).sort((a, b) => a - b);
    const whole = logs(profiles.map(({ name }) => name));
    let nearer = 0;
    for (let seed = 0; seed < 40; seed += 1) {
      const random = seededRandom(seed, 'plain');
      const drawn = Array.from({ length: 10 }, () => `f${random.below(200)}`);
      const ours = chooseFunctions(profiles, 10, seededRandom(seed)).rateDistance;
      if (ours < (wasserstein(logs(drawn), whole) ?? 0)) nearer += 1;
    }
    expect(nearer).toBeGreaterThanOrEqual(38);
  });

  it('are all of them where there are no more', () => {
    const all = chooseFunctions(profiles.slice(0, 3), 5, seededRandom(1));
    expect(all.names).toHaveLength(3);
    expect(all.rateDistance).toBe(0);
  });
});

const batchesOf = (invocations: readonly TraceInvocation[]): Batches => ({
  async *[Symbol.asyncIterator]() {
    await Promise.resolve();
    yield* inBatches(invocations);
  },
});

async function sampleOf(
  trace: readonly TraceInvocation[],
  request: Omit<Parameters<typeof planSample>[1], 'seed'>,
): Promise<{ plan: Awaited<ReturnType<typeof planSample>>; kept: TraceInvocation[] }> {
  const plan = await planSample(() => batchesOf(trace), { ...request, seed: 1 });
  const kept: TraceInvocation[] = [];
  for await (const batch of sampled(batchesOf(trace), plan, 1)) kept.push(...batch);
  return { plan, kept };
}

describe('a sample of a trace', () => {
  const trace = [
    ...synthesized({
      ...{ pattern: { kind: 'poisson' }, ratePerSecond: 20, seconds: 1800, functions: 30, seed: 2 },
      medianDurationMs: milliseconds(10),
    }),
  ];

  it('has the rate that was asked for, and the functions in their shares', async () => {
    const { plan, kept } = await sampleOf(trace, { ratePerSecond: 5 });
    expect(plan.share).toBeCloseTo(0.25, 2);
    expect(Math.abs(kept.length / 1800 - 5)).toBeLessThan(5 * Math.sqrt(5 / 1800));
    expect(kept).toHaveLength(plan.keep);
    expect(plan.share).toBe(kept.length / trace.length);
    const share = (of: readonly TraceInvocation[]): number =>
      of.filter((one) => one.function === 'f01').length / of.length;
    expect(Math.abs(share(kept) - share(trace))).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / kept.length));
    // Thinning a Poisson process leaves one.
    expect(described(kept).interArrival?.cv).toBeCloseTo(1, 1);
  });

  it('has the window whose rate is nearest to the whole, from its own beginning on', async () => {
    // 10 a minute, but for 40 in the 3rd and none in the 4th; the mean is 8 * 10 + 40 over 10 minutes.
    const rates = [10, 10, 40, 0, 10, 10, 10, 10, 10, 10];
    const uneven = rates.flatMap((count, minute) =>
      Array.from({ length: count }, (_, i) => at(60 * minute + (60 * i) / count)),
    );
    const { plan, kept } = await sampleOf(uneven, { minutes: 2 });
    // Windows have 20, 50, 40, 10, 20, ...: 24 is meant.
    expect(plan.fromMinute).toBe(0);
    expect(kept).toHaveLength(20);
    const later = await sampleOf(uneven, { minutes: 1, fromMinute: 2 });
    expect(later.kept).toHaveLength(40);
    expect(later.kept[0]?.atMs).toBe(0);
  });

  it('has as many functions as were asked for', async () => {
    const { plan, kept } = await sampleOf(trace, { functions: 5, minutes: 10 });
    expect(new Set(kept.map((one) => one.function))).toEqual(new Set(plan.functions));
    expect(plan.functions).toHaveLength(5);
    expect(plan.functionsThere).toBe(30);
  });

  it('has the number of invocations that was asked for, with every seed', async () => {
    const even = Array.from({ length: 1200 }, (_, i) => at(i / 2));
    for (let seed = 1; seed <= 20; seed += 1) {
      const plan = await planSample(() => batchesOf(even), { ratePerSecond: 0.5, seed });
      const times: number[] = [];
      for await (const batch of sampled(batchesOf(even), plan, seed))
        times.push(...batch.map(({ atMs }) => atMs));
      expect(times).toHaveLength(300);
      // As many from each half: 150 with a standard deviation of sqrt(300 / 4 * 3 / 4) = 7.5.
      expect(Math.abs(times.filter((time) => time < 300_000).length - 150)).toBeLessThan(5 * 7.5);
    }
  });

  it('has no more minutes than the trace', async () => {
    const { plan } = await sampleOf([at(0), at(60), at(25.5 * 60)], { minutes: 300 });
    expect(plan).toMatchObject({ minutes: 300, minutesThere: 26 });
    expect((await sampleOf(trace, { minutes: 5 })).plan).not.toHaveProperty('minutesThere');
  });

  it('names the highest rate that there is', async () => {
    const sparse = [at(0, 'a'), at(1, 'b'), at(30, 'a'), at(40, 'a')];
    await expect(sampleOf(sparse, { functions: 1, ratePerSecond: 1 })).rejects.toMatchObject({
      remedy: expect.stringMatching(/^Ask for at most --rate 0\.0(25|75), or more --functions\./u) as string,
    });
    await expect(sampleOf(sparse, { ratePerSecond: 1 })).rejects.toMatchObject({
      remedy: expect.stringContaining('Ask for at most --rate 0.1. To replay') as string,
    });
  });

  it('is refused where the trace has less than is asked for', async () => {
    await expect(sampleOf(trace, { ratePerSecond: 100 })).rejects.toThrow('fewer than the 100 asked for');
    await expect(sampleOf(trace, { minutes: 5, fromMinute: 900 })).rejects.toThrow(
      'no invocation from minute 900',
    );
    await expect(sampleOf([at(1e9)], { minutes: 1 })).rejects.toThrow('an arrival 1000000000 s after');
  });
});

describe('a written trace', () => {
  let folder = '';
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'lumos-written-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has quotes around a name with a comma', async () => {
    const path = join(folder, 'out.csv');
    await written(path, [[at(0, 'f,x'), at(1, 'a "b"')]]);
    const names: string[] = [];
    for await (const one of readTrace(path)) names.push(one.function);
    expect(names).toEqual(['f,x', 'a "b"']);
  });

  it('is read back as it was, from its first arrival on', async () => {
    const trace = [
      at(0.25, 'a', { durationMs: milliseconds(1.5), memoryBytes: bytes(2 ** 27) }),
      at(1, 'b', { durationMs: milliseconds(0) }),
      at(2.000001, 'c'),
    ];
    const path = join(folder, 'out.csv');
    expect(await written(path, inBatches(trace))).toBe(3);
    const read: TraceInvocation[] = [];
    for await (const one of readTrace(path)) read.push(one);
    expect(read).toEqual(trace.map((one) => ({ ...one, atMs: expect.closeTo(one.atMs - 250, 6) as number })));
    expect(readFileSync(path, 'utf8').split('\n')[1]).toBe('0.25,a,1.5,128');
  });

  it('is not there when the writing failed, and nothing half-written is', async () => {
    async function* failing(): AsyncGenerator<TraceInvocation[], void> {
      yield [at(1)];
      await Promise.resolve();
      throw new Error('the source broke');
    }
    await expect(written(join(folder, 'broken.csv'), failing())).rejects.toThrow('the source broke');
    expect(readdirSync(folder)).toEqual(['out.csv']);
    await expect(written(join(folder, 'no', 'where.csv'), inBatches([at(1)]))).rejects.toThrow(
      'cannot be written',
    );
  });
});
