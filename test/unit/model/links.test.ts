import { describe, expect, it } from 'vitest';
import { bytes, joules, milliseconds } from '../../../src/domain/units.js';
import type { LevelRecord } from '../../../src/domain/level.js';
import { fitModel } from '../../../src/model/fit/fit-model.js';
import type { ModelFile } from '../../../src/model/fit/model-file.js';
import { linkTime } from '../../../src/model/network/link.js';
import { energyOf } from '../../../src/model/observations/measured-energy.js';
import { predictLatency } from '../../../src/model/predict/predict-latency.js';
import { allCells, runsOf } from './synthetic-cells.js';

const asked = { function: 'work-1', payload: '65536', runtime: 'docker', start: 'cold' as const };

function modelOf(changes: Partial<ReturnType<typeof runsOf>> = {}): ModelFile {
  const cells = allCells().map((cell) => ({
    ...cell,
    ...(cell.cell.runtime === 'docker' && cell.cell.function !== 'work-8'
      ? { imageBytes: bytes(cell.cell.function === 'work-1' ? 12_500_000 : 25_000_000) }
      : {}),
  }));
  return fitModel({ ...runsOf(cells), ...changes }, '0').file;
}
const file = modelOf();

describe('the time of a link', () => {
  it('is its round trips and the bytes at its rate', () => {
    expect(linkTime({ roundTripMs: 20 }, 3, bytes(1 << 20))).toBe(60);
    // 12.5 MB at 100 Mbit/s is a second.
    expect(linkTime({ roundTripMs: 5, megabitsPerSecond: 100 }, 1, bytes(12_500_000))).toBe(1005);
  });
});

describe('a client that is away', () => {
  it('adds a round trip and the bytes of request and answer, to every quantile and both ends of the interval', () => {
    const near = predictLatency(file, asked);
    const far = predictLatency(file, { ...asked, clients: { roundTripMs: 20, megabitsPerSecond: 8 } });
    // 128 KiB at a byte a microsecond.
    const added = 20 + (2 * 65536) / 1000;
    expect(far.componentsMs.network).toBeCloseTo(added, 9);
    expect(far.median.ms - near.median.ms).toBeCloseTo(added, 6);
    for (const share of [0.9, 0.95])
      expect((far.quantile(share)?.ms ?? 0) - (near.quantile(share)?.ms ?? 0)).toBeCloseTo(added, 6);
    for (const end of [0, 1] as const)
      expect((far.median.interval90?.[end] ?? 0) - (near.median.interval90?.[end] ?? 0)).toBeCloseTo(
        added,
        6,
      );
    expect(far.shareWithin(far.quantile(0.9)?.ms ?? far.median.ms)).toBeCloseTo(0.9, 2);
  });

  it('is taken from what the environment declares, unless it is said otherwise', () => {
    const declared = modelOf({ environments: [{ name: 'local', clients: { roundTripMs: 7 } }] });
    expect(predictLatency(declared, asked).componentsMs.network).toBe(7);
    expect(predictLatency(declared, { ...asked, clients: { roundTripMs: 1 } }).componentsMs.network).toBe(1);
    expect(predictLatency(file, asked).componentsMs.network).toBeUndefined();
  }, 60_000);
});

describe('an image that is pulled', () => {
  const registry = { roundTripMs: 0, megabitsPerSecond: 100 };
  it('adds its bytes at the rate to a cold start, and nothing to a warm one', () => {
    const cold = predictLatency(file, { ...asked, registry });
    expect(cold.componentsMs['image transfer']).toBe(1000);
    expect(cold.median.ms).toBeGreaterThan(1000);
    const warm = predictLatency(file, { ...asked, start: 'warm', registry });
    expect(warm.componentsMs['image transfer']).toBeUndefined();
  });
  it("has the runtime's median size where the function's own was not built, and says so", () => {
    const { componentsMs, beyond } = predictLatency(file, { ...asked, function: 'work-8', registry });
    expect(componentsMs['image transfer']).toBe(2000);
    expect(beyond).toContain("the image's size is that of the runtime's median function");
  });
  it('is refused on a runtime whose images no run tells the size of', () => {
    expect(() => predictLatency(file, { ...asked, runtime: 'native', registry })).toThrow(
      'does not know the size of images of native',
    );
  });
});

describe('a declared network to the storage', () => {
  const stored = (roundTrip: number, environment: string) =>
    allCells({ environment }).map((cell) => {
      const link = milliseconds(roundTrip * 3);
      const data = milliseconds(1 + cell.size / 65_536);
      return {
        ...cell,
        cell: {
          ...cell.cell,
          storage: 's3' as const,
          access: 'host' as const,
          connection: 'reused' as const,
        },
        roundTrips: 3,
        fetchedBytes: bytes(cell.size),
        latencyMs: { p50: milliseconds(cell.latencyMs.p50 + data + link) },
        componentsMs: { ...cell.componentsMs, data },
        ...(roundTrip > 0 ? { dataLinkMs: link } : {}),
      };
    });

  it('is a part of its own, so that what a near storage showed holds for a far one', () => {
    const near = stored(0, 'local');
    const far = stored(40, 'edge').filter(({ cell }) => ['work-0', 'work-1'].includes(cell.function));
    const { file: fitted } = fitModel(
      {
        ...runsOf([...near, ...far]),
        environments: [{ name: 'edge', dataService: { roundTripMs: 40 } }],
      },
      '0',
    );
    const { median, componentsMs } = predictLatency(fitted, {
      ...{ function: 'work-5', payload: '8192', runtime: 'wasmtime-aot', start: 'warm', environment: 'edge' },
    });
    expect(componentsMs['data network']).toBe(120);
    const truth = stored(40, 'edge').find(
      ({ cell }) =>
        cell.function === 'work-5' &&
        cell.payload === '8192' &&
        cell.runtime === 'wasmtime-aot' &&
        cell.start === 'warm',
    );
    expect(Math.abs(median.ms / (truth?.latencyMs.p50 ?? NaN) - 1)).toBeLessThan(0.01);
  }, 60_000);
});

describe('energy', () => {
  const level = (changes: Partial<LevelRecord>): LevelRecord =>
    ({
      ...{
        function: 'hashing',
        payload: 'small',
        runtime: 'docker',
        class: 'container',
        environment: 'local',
      },
      ...{ start: 'warm', concurrency: 4, succeeded: 100, valid: true, ...changes },
    }) as LevelRecord;

  it('of a request is what all rounds of a level took over what they answered', () => {
    const [found, ...others] = energyOf([
      level({ energyJoules: joules(30) }),
      level({ energyJoules: joules(50), succeeded: 300 }),
    ]);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ requests: 400, perRequestJoules: 0.2 });
  });
  it('is absent where the machine has no counter, nothing was answered, or the level is not valid', () => {
    expect(energyOf([level({}), level({ energyJoules: joules(5), succeeded: 0 })])).toEqual([]);
    expect(energyOf([level({ energyJoules: joules(5), valid: false })])).toEqual([]);
  });
});
