/** What is taken down is gone, and nothing else is. The runner looks after every behaviour; these are about the ways down. */
import type { Behaviour } from '../behaviour.js';
import { expectEqual, expectWithin } from '../expectations.js';

const discarded: Behaviour = {
  name: 'a staged sandbox that is given back leaves nothing and was none',
  group: 'traces',
  async run(subject) {
    const bench = await subject.open('hello-world');
    const staged = await bench.prepared.stage('cold');
    expectEqual('sandboxes that stand', await staged.existing(), 0);
    await staged.discard();
    await bench.dispose();
    await subject.runtime.cleanUpAfter(subject.runId);
    expectEqual('left behind', await subject.left(), []);
  },
};

const disposed: Behaviour = {
  name: 'undoing the preparation takes down what stands',
  group: 'traces',
  async run(subject) {
    const bench = await subject.open('hello-world');
    const standing = await bench.launch();
    expectEqual('exchange', (await standing.ask('small')).state, 'answered');
    await bench.dispose();
    await standing.sandbox.exited;
    // A command runtime's group of the run is shared by all its functions and goes with the run.
    const left = (await subject.left(subject.runId, 500)).filter(
      (what) => !/^control group .*\/lumos-[^/]+$/.test(what),
    );
    expectEqual('left behind', left, []);
  },
};

const cleanedUp: Behaviour = {
  name: 'cleaning up after a run takes its sandboxes and no other run’s, and finds nothing a second time',
  group: 'traces',
  async run(subject) {
    const { runtime, runId } = subject;
    const otherRun = `${runId}0`;
    const ours = await (await subject.open('hello-world')).launch();
    const other = await subject.open('hello-world', { runId: otherRun });
    try {
      const theirs = await other.launch();
      expectEqual('exchange', (await ours.ask('small')).state, 'answered');
      const removed = await runtime.cleanUpAfter(runId);
      expectWithin('things removed', removed.length, { least: 1 });
      expectEqual(
        'removed of another run',
        removed.filter((what) => what.includes(otherRun)),
        [],
      );
      await ours.sandbox.exited;
      // The other run still stands, and with it what an engine has up for both.
      expectEqual('left behind of the run', await subject.leftInNameOf(runId), []);
      const exchange = await theirs.ask('small');
      expectEqual('exchange of the other run', exchange.state, 'answered');
      expectEqual('removed by a second clean-up', await runtime.cleanUpAfter(runId), []);
    } finally {
      await other.dispose();
      await runtime.cleanUpAfter(otherRun);
    }
    expectEqual('left behind of the other run', await subject.leftInNameOf(otherRun), []);
  },
};

export const traceBehaviours: readonly Behaviour[] = [discarded, disposed, cleanedUp];
