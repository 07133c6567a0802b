import { describe, expect, it } from 'vitest';
import { Platform } from '../../../../src/control-plane/platform/platform.js';
import { fixedKeepAlive } from '../../../../src/policies/fixed-keep-alive.js';
import { milliseconds as ms } from '../../../../src/domain/units.js';
import { runOpenLoop } from '../../../../src/experiment/load/open-loop.js';
import { loadExchangeOf, platformTarget } from '../../../../src/experiment/load/platform-target.js';
import type { LoadExchange, LoadRequest, Placement } from '../../../../src/experiment/load/target.js';
import { level, scripted } from './scripted-target.js';

describe('a load on the platform', () => {
  it('has cold starts and queueing in its latency, and says who was served how', async () => {
    const { clock, target } = scripted(() => ({ takes: 5 }));
    const platform = new Platform<LoadRequest, LoadExchange>({ clock, startsAtOnce: 1 });
    platform.deploy('f', {
      start: async () => {
        await new Promise<void>((resolve) => void clock.after(ms(100), resolve));
        return {
          serve: (request) => target.send(request),
          ended: new Promise(() => undefined),
          stop: () => Promise.resolve(),
        };
      },
      ...{
        policy: fixedKeepAlive(ms(1000)),
        minInstances: 0,
        maxInstances: 1,
        concurrency: 1,
        queueLimit: 1,
      },
    });
    const served: (Placement | undefined)[] = [];
    const offsets = [0, 10, 20, 30, 500].map(ms);
    const result = await runOpenLoop(
      { kind: 'open', arrivals: { kind: 'list', offsets } },
      platformTarget(platform, 'f'),
      {
        ...level(clock),
        random: Math.random,
        onSettled: (request, exchange) => void (served[request.index] = exchange.served),
      },
    );
    expect(served).toEqual([
      { cold: true, queuedMs: 100, instance: 0 },
      { cold: false, queuedMs: 95, instance: 0 },
      undefined,
      undefined,
      { cold: false, queuedMs: 0, instance: 0 },
    ]);
    expect(result).toMatchObject({ succeeded: 3, errors: { rejected: 2 } });
    expect([result.latency.min, result.latency.max]).toEqual([5, 105]);
    await platform.stop();
    expect(platform.standing('f')).toBe(0);
  });

  it('takes a line’s exchange for what it is', () => {
    const wrong = (): string => 'not 42';
    expect(loadExchangeOf({ state: 'failed', outcome: 'timeout', reason: 'x' }, wrong)).toMatchObject({
      kind: 'timeout',
    });
    const answered = {
      state: 'answered',
      sentAt: ms(1),
      answeredAt: ms(2),
      head: {} as never,
      body: Buffer.alloc(0),
    } as const;
    expect(loadExchangeOf(answered, wrong)).toEqual({
      state: 'failed',
      kind: 'wrong-output',
      reason: 'not 42',
    });
    expect(loadExchangeOf(answered, () => undefined)).toEqual({
      state: 'answered',
      answeredAt: 2,
      head: { responseBytes: 0 },
    });
  });
});
