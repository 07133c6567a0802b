import { describe, expect, it } from 'vitest';
import type { Behaviour, Verdict } from '../../../src/conformance/behaviour.js';
import { startBehaviours } from '../../../src/conformance/behaviours/starts.js';
import { expectEqual } from '../../../src/conformance/expectations.js';
import type { Trace } from '../../../src/conformance/machine-traces.js';
import { askingsOf, runBehaviour, runSuite } from '../../../src/conformance/runner.js';
import type { Suite } from '../../../src/conformance/suite.js';
import { FakeRuntime } from '../../../src/control-plane/runtimes/fake/fake-runtime.js';
import type { FakeScript } from '../../../src/control-plane/runtimes/fake/script.js';
import { VirtualClock } from '../../../src/control-plane/runtimes/fake/virtual-clock.js';
import type { Runtime } from '../../../src/domain/runtime.js';
import { milliseconds as ms } from '../../../src/domain/units.js';
import { Interrupted } from '../../../src/experiment/trial-runner.js';
import { artifactSource, echoFunction } from '../experiment/fixture.js';

interface Stage {
  readonly suite: Suite;
  readonly runtime: FakeRuntime;
  /** What is on the machine besides. */
  readonly machine: Trace[];
}

function stageOf(script: Partial<FakeScript> = {}, changes: Partial<Suite> = {}): Stage {
  const clock = new VirtualClock();
  const runtime = new FakeRuntime(clock, { id: 'one', ...script });
  const machine: Trace[] = [];
  const suite: Suite = {
    workshop: { builder: artifactSource(), precompilers: [], clock },
    functions: [echoFunction('hello-world')],
    native: runtime,
    hierarchy: undefined,
    traces: () => Promise.resolve([...machine]),
    patience: 0,
    ...changes,
  };
  return { suite, runtime, machine };
}

const behaviour = (run: Behaviour['run'], name = 'it does'): Behaviour => ({ name, group: 'starts', run });
const verdictOn = ({ suite, runtime }: Stage, one: Behaviour): Promise<Verdict> =>
  runBehaviour(one, suite, runtime, 'stdio');

describe('a behaviour', () => {
  it('that a runtime has, passes, and its sandboxes are gone', async () => {
    const stage = stageOf();
    const verdict = await verdictOn(
      stage,
      behaviour(async (subject) => {
        const standing = await (await subject.open('hello-world')).launch();
        expectEqual('state', (await standing.ask('small')).state, 'answered');
      }),
    );
    expect(verdict).toEqual({ state: 'passed' });
    expect(stage.runtime.standingSandboxes).toBe(0);
    expect([stage.runtime.count('disposed'), stage.runtime.count('cleaned up')]).toEqual([1, 1]);
  });

  it('that a runtime has not, fails with what was expected and what came, and is taken down all the same', async () => {
    const stage = stageOf({ respond: () => Buffer.from('no') });
    const verdict = await verdictOn(
      stage,
      behaviour(async (subject) => {
        const row = await subject.row('hello-world', 'small');
        expectEqual('outcome', row.outcome, 'ok');
      }),
    );
    expect(verdict).toMatchObject({
      state: 'failed',
      why: 'outcome: expected "ok", found "wrong-output"',
    });
    expect([stage.runtime.standingSandboxes, stage.runtime.count('disposed')]).toEqual([0, 1]);
  });

  it('that throws something else fails with its message', async () => {
    const thrown = new TypeError('nobody foresaw this');
    const verdict = await verdictOn(
      stageOf(),
      behaviour(() => Promise.reject(thrown)),
    );
    expect(verdict).toEqual({ state: 'failed', why: 'nobody foresaw this', cause: thrown });
  });

  it('fails where the function cannot even be made ready', async () => {
    const verdict = await verdictOn(
      stageOf({ prepareFails: 'the engine is too old' }),
      behaviour(async (subject) => {
        await subject.open('hello-world');
      }),
    );
    expect(verdict).toMatchObject({ state: 'failed', why: 'the engine is too old' });
  });

  it('that cannot be asked here is skipped with its reason', async () => {
    const verdict = await verdictOn(
      stageOf(),
      behaviour((subject) => Promise.resolve(subject.skip('no limits here'))),
    );
    expect(verdict).toEqual({ state: 'skipped', reason: 'no limits here' });
  });

  it('is skipped for a function in no language that the runtime can run', async () => {
    const prebuilt = echoFunction('strange');
    const definition = {
      ...prebuilt,
      manifest: { ...prebuilt.manifest, languages: { prebuilt: { module: 'function.wasm' } } },
    };
    const verdict = await verdictOn(
      stageOf({}, { functions: [definition] }),
      behaviour(async (subject) => {
        await subject.open('strange');
      }),
    );
    expect(verdict).toEqual({
      state: 'skipped',
      reason: 'it cannot run a function that is written in prebuilt only',
    });
  });

  it('that leaves something of its run behind fails, though it was had', async () => {
    const stage = stageOf();
    const verdict = await verdictOn(
      stage,
      behaviour(({ runId }) => {
        stage.machine.push({ what: 'container 0123456789ab', run: runId });
        return Promise.resolve();
      }),
    );
    expect(verdict).toMatchObject({ state: 'failed', why: 'left behind: container 0123456789ab' });
  });

  it('that fails and leaves something behind says both', async () => {
    const stage = stageOf();
    const verdict = await verdictOn(
      stage,
      behaviour(() => {
        stage.machine.push({ what: 'temporary lumos-x' });
        return Promise.reject(new Error('broken'));
      }),
    );
    expect(verdict).toMatchObject({ state: 'failed', why: 'broken; left behind: temporary lumos-x' });
  });

  it('is not blamed for what was there before, nor for what is of another run', async () => {
    const stage = stageOf();
    stage.machine.push({ what: 'mount /old' });
    const verdict = await verdictOn(
      stage,
      behaviour(() => {
        stage.machine.push({ what: 'process 12', run: 'another' });
        return Promise.resolve();
      }),
    );
    expect(verdict).toEqual({ state: 'passed' });
  });

  it('fails where it cannot be taken down', async () => {
    const stage = stageOf({ sandbox: () => ({ removeFails: 'the daemon is gone' }) });
    const verdict = await verdictOn(
      stage,
      behaviour(async (subject) => {
        await (await subject.open('hello-world')).launch();
      }),
    );
    expect(verdict).toMatchObject({
      state: 'failed',
      why: expect.stringContaining('could not be taken down: the daemon is gone') as string,
    });
  });

  it('fails where only cleaning up after the run took something down, besides its own groups', async () => {
    const stage = stageOf();
    let found: string[] = [];
    const runtime: Runtime = Object.assign(Object.create(stage.runtime) as Runtime, {
      cleanUpAfter: () => Promise.resolve(found),
    });
    const leaving = (what: (runId: string) => string[]): Promise<Verdict> => {
      const one = behaviour(({ runId }) => {
        found = what(runId);
        return Promise.resolve();
      });
      return runBehaviour(one, { ...stage.suite, native: runtime }, runtime, 'stdio');
    };
    expect(await leaving((runId) => [`/sys/fs/cgroup/lumos-${runId}`])).toEqual({ state: 'passed' });
    expect(await leaving(() => ['container 0123456789ab'])).toMatchObject({
      state: 'failed',
      why: 'only cleaning up took down: container 0123456789ab',
    });
  });

  it('is not begun once it was told to stop', async () => {
    const stage = stageOf({}, { signal: AbortSignal.abort() });
    const running = verdictOn(
      stage,
      behaviour(() => Promise.resolve()),
    );
    await expect(running).rejects.toBeInstanceOf(Interrupted);
  });
});

describe('the suite', () => {
  it('goes on after a failure, and tells each verdict as it comes', async () => {
    const { suite, runtime } = stageOf();
    const told: string[] = [];
    const answers = await runSuite(
      suite,
      runtime,
      [
        behaviour(() => Promise.reject(new Error('broken')), 'first'),
        behaviour(() => Promise.resolve(), 'second'),
      ],
      { onVerdict: ({ title, verdict }) => void told.push(`${title}: ${verdict.state}`) },
    );
    expect(told).toEqual(['first: failed', 'second: passed']);
    expect(answers.map(({ verdict }) => verdict.state)).toEqual(['failed', 'passed']);
  });

  it('asks a runtime over each of its transports, and of what it has alone', () => {
    const { runtime } = stageOf();
    const both: Runtime = Object.assign(Object.create(runtime) as Runtime, {
      transports: ['stdio', 'http'],
      starts: ['cold', 'warm', 'fresh'],
    });
    const titles = askingsOf(both, startBehaviours).map(({ title }) => title);
    const cold = startBehaviours[1]?.name ?? '';
    expect(titles).toContain(`${cold}, over stdio`);
    expect(titles).toContain(`${cold}, over http`);
    expect(titles.filter((title) => title.includes('fresh requests'))).toHaveLength(2);
    expect(titles.filter((title) => title.includes('snapshot'))).toEqual([]);
    const alone = askingsOf(runtime, startBehaviours).map(({ title }) => title);
    expect(alone).toContain(cold);
    expect(alone.filter((title) => title.includes('fresh requests'))).toEqual([]);
  });

  it.each<[string, Partial<FakeScript>, string]>([
    [
      'that has served before',
      { sandbox: () => ({ invocation: () => ({ does: 'answer', takes: ms(1), claimsSequence: 2 }) }) },
      'not-cold',
    ],
    ['of which another stands', { sandbox: () => ({ existing: 1 }) }, 'not-cold'],
  ])('finds out a cold start of a sandbox %s', async (_what, script, outcome) => {
    const coldIsCold = startBehaviours.find(({ name }) => name.startsWith('a cold start is the first'));
    if (coldIsCold === undefined) throw new Error('no such behaviour');
    const verdict = await verdictOn(stageOf(script), coldIsCold);
    expect(verdict).toMatchObject({ state: 'failed', why: expect.stringContaining(outcome) as string });
  });

  it('finds out an instance that is not fresh', async () => {
    const fresh = startBehaviours.find(({ name }) => name.includes('fresh requests'));
    if (fresh === undefined) throw new Error('no such behaviour');
    expect(await verdictOn(stageOf({ starts: ['cold', 'warm', 'fresh'] }), fresh)).toMatchObject({
      state: 'failed',
    });
  });
});
