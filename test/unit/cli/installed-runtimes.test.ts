import { describe, expect, it } from 'vitest';
import { withInstalled } from '../../../src/cli/requirements.js';
import { FakeRuntime } from '../../../src/control-plane/runtimes/fake/fake-runtime.js';
import { VirtualClock } from '../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { experimentOf } from '../experiment/fixture.js';

const clock = new VirtualClock();
const tooOld = { usable: false, why: 'it is 0.1.0', remedy: 'a newer one' } as const;
const registry = [
  new FakeRuntime(clock, { id: 'one' }),
  new FakeRuntime(clock, { id: 'old', availability: tooOld }),
  new FakeRuntime(clock, { id: 'two' }),
];
const runtimesOf = async (runtimes: readonly string[]): Promise<readonly string[]> =>
  (await withInstalled(experimentOf({ runtimes }), registry)).runtimes;

describe('the word installed', () => {
  it('stands for what can run here, and leaves out an engine that is too old', async () => {
    expect(await runtimesOf(['installed'])).toEqual(['one', 'two']);
  });

  it('takes nothing twice, and leaves what is named, which must then be there', async () => {
    expect(await runtimesOf(['two', 'old', 'installed'])).toEqual(['two', 'old', 'one']);
  });

  it('is not put in place of what is named', async () => {
    expect(await runtimesOf(['one'])).toEqual(['one']);
  });
});
