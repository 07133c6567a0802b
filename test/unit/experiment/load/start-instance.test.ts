import { describe, expect, it } from 'vitest';
import { FakeRuntime } from '../../../../src/control-plane/runtimes/fake/fake-runtime.js';
import { VirtualClock } from '../../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { bytes } from '../../../../src/domain/units.js';
import { NextSend } from '../../../../src/experiment/load/next-send.js';
import { SandboxFigures } from '../../../../src/experiment/load/sandbox-figures.js';
import { StagedSpares } from '../../../../src/experiment/load/staged-spares.js';
import { startInstanceOf } from '../../../../src/experiment/load/start-instance.js';
import { ms, prepareOn, readyPayload } from '../fixture.js';

/** An instance that stands, of which its removal is known. */
async function standing() {
  const clock = new VirtualClock();
  const runtime = new FakeRuntime(clock, { id: 'one' });
  const prepared = await prepareOn(runtime);
  const nextSend = new NextSend(clock);
  const spares = new StagedSpares({ stage: (cpus) => prepared.stage('warm', cpus), most: 0 });
  const start = startInstanceOf({
    ...{ spares, nextSend, clock, payload: readyPayload, transport: 'stdio' },
    ...{ timeLimitMs: ms(1000), maximumResponseBytes: bytes(1024), figures: new SandboxFigures(clock) },
  });
  const instance = await start(0, undefined);
  return { clock, nextSend, instance, removed: () => runtime.count('removed') };
}

describe('an instance', () => {
  it('is taken down at once where nothing is due', async () => {
    const { instance, removed } = await standing();
    await instance.stop();
    expect(removed()).toBe(1);
  });

  it('is taken down after what is due soon, and once however often that is asked for', async () => {
    const { clock, nextSend, instance, removed } = await standing();
    const dueAt = clock.now() + 10;
    nextSend.is(ms(dueAt));
    clock.after(ms(10), () => {
      expect(removed()).toBe(0);
      nextSend.is(undefined);
    });
    await Promise.all([instance.stop(), instance.stop()]);
    expect(clock.now()).toBeGreaterThan(dueAt);
    expect(removed()).toBe(1);
  });

  it('is taken down after 200 ms in a load without gaps', async () => {
    const { clock, nextSend, instance, removed } = await standing();
    const begun = clock.now();
    nextSend.waitsFor(1);
    await instance.stop();
    expect(clock.now() - begun).toBeGreaterThanOrEqual(200);
    expect(removed()).toBe(1);
  });
});
