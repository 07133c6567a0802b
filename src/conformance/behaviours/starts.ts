/** Every start is what it is called. */
import { readFileSync } from 'node:fs';
import { allowedCpus } from '../../data-plane/host/cpu-topology.js';
import type { Start } from '../../domain/factors.js';
import { MeasurementSchema } from '../../domain/measurement.js';
import type { Behaviour } from '../behaviour.js';
import { expectEqual, expectMatch, expectWithin } from '../expectations.js';
import { expectOk, only } from '../subject.js';
import type { TrialBench } from '../trial-bench.js';

const warmInvocations = 1000;
/** A server that opened more of them than that would not be one that keeps its instances. */
const mostNew = 10;
const freshInvocations = 20;

const usable: Behaviour = {
  name: 'it is usable, in a version that it names',
  group: 'starts',
  async run({ runtime }) {
    const availability = await runtime.probe();
    expectEqual('usable', availability.usable, true);
    expectMatch('version', availability.usable ? availability.version : undefined, /\d+\.\d+/);
  },
};

const thousand: Behaviour = {
  name: `one sandbox serves ${warmInvocations} warm invocations, and counts them from 2 on after one warm-up`,
  group: 'starts',
  appliesTo: ({ opensInstances }) => opensInstances !== true,
  async run(subject) {
    const bench = await subject.open('hello-world');
    const rows = await bench.trial('small', { start: 'warm', invocations: warmInvocations });
    rows.forEach(expectOk);
    expectEqual('rows', rows.length, warmInvocations);
    const wrong = rows.find(({ sequence, invocation }, at) => sequence !== at + 2 || invocation !== at);
    expectEqual('row out of its sequence', wrong, undefined);
  },
};

const thousandOfServer: Behaviour = {
  name: `of ${warmInvocations} warm invocations, those that meet a new instance are failures that say so, and at most ${mostNew}`,
  group: 'starts',
  appliesTo: ({ opensInstances }) => opensInstances === true,
  async run(subject) {
    const bench = await subject.open('hello-world');
    const rows = await bench.trial('small', { start: 'warm', invocations: warmInvocations });
    expectEqual('rows', rows.length, warmInvocations);
    const metNew = rows.filter(({ outcome }) => outcome !== 'ok');
    expectWithin('invocations that met a new instance', metNew.length, { most: mostNew });
    for (const { outcome, reason, sequence } of metNew) {
      expectEqual('outcome and sequence', [outcome, sequence], ['wrong-output', 1]);
      expectMatch('reason', reason, /not a warm start/);
    }
    const wrong = rows.find(
      ({ outcome, sequence, invocation }, at) =>
        invocation !== at ||
        (outcome === 'ok' && (sequence === undefined || sequence < 2 || sequence > at + 2)),
    );
    expectEqual('row out of its sequence', wrong, undefined);
  },
};

const coldIsCold: Behaviour = {
  name: 'a cold start is the first service of its sandbox, time after time',
  group: 'starts',
  async run(subject) {
    const bench = await subject.open('hello-world');
    for (let round = 0; round < 3; round += 1) {
      const row = only(await bench.trial('small'));
      expectOk(row);
      expectEqual('sequence', row.sequence, 1);
      expectEqual('row in its schema', MeasurementSchema.parse(row), row);
    }
  },
};

const notCold: Behaviour = {
  name: 'a cold start beside a sandbox that stands is refused as not cold, and taken once that has gone',
  group: 'starts',
  async run(subject) {
    const bench = await subject.open('hello-world');
    const standing = await bench.launch();
    expectEqual('exchange', (await standing.ask('small')).state, 'answered');
    const staged = await bench.prepared.stage('cold');
    expectEqual('sandboxes that stand', await staged.existing(), 1);
    await staged.discard();
    const refused = only(await bench.trial('small'));
    expectEqual('outcome', refused.outcome, 'not-cold');
    expectMatch('reason', refused.reason, /existed before the request/);
    await standing.sandbox.remove();
    const row = only(await bench.trial('small'));
    expectOk(row);
    expectEqual('sequence', row.sequence, 1);
  },
};

const freshIsFresh: Behaviour = {
  name: `each of ${freshInvocations} fresh requests meets an instance that has served nobody`,
  group: 'starts',
  appliesTo: ({ starts }) => starts.includes('fresh'),
  async run(subject) {
    const bench = await subject.open('hello-world');
    const rows = await bench.trial('small', { start: 'fresh', invocations: freshInvocations });
    rows.forEach(expectOk);
    expectEqual(
      'sequences',
      rows.map(({ sequence }) => sequence),
      Array<number>(freshInvocations).fill(1),
    );
  },
};

const snapshotServesFirst: Behaviour = {
  name: 'what is restored from a snapshot has served nobody, time after time',
  group: 'starts',
  appliesTo: ({ starts }) => starts.includes('snapshot'),
  async run(subject) {
    const bench = await subject.open('hello-world', { snapshot: true });
    for (let round = 0; round < 3; round += 1) {
      const row = only(await bench.trial('small', { start: 'snapshot' }));
      expectOk(row);
      expectEqual('sequence', row.sequence, 1);
      expectEqual('row in its schema', MeasurementSchema.parse(row), row);
    }
  },
};

/** The function's initialisation says so on standard error, and its answers come out of what it made. */
const snapshotIsInitialised: Behaviour = {
  name: 'what is restored from a snapshot had initialised before, and answers as what initialises at its start',
  group: 'starts',
  appliesTo: ({ starts }) => starts.includes('snapshot'),
  async run(subject) {
    for (const snapshot of [false, true]) {
      const bench = await subject.open('initialising', { snapshot });
      const start = snapshot ? 'snapshot' : 'cold';
      const said = await standardErrorOf(bench, start);
      expectEqual(`initialises at a start of ${start}`, said.includes('initialising'), !snapshot);
      expectOk(only(await bench.trial('small', { start })));
    }
  },
};

/** What one sandbox said up to its first answer. */
async function standardErrorOf(bench: TrialBench, start: Start): Promise<string> {
  const standing = await bench.launch(start);
  try {
    expectEqual('exchange', (await standing.ask('small')).state, 'answered');
  } finally {
    await standing.sandbox.remove();
  }
  return standing.sandbox.stderrTail();
}

const keptToCpus: Behaviour = {
  name: 'a sandbox that is kept to a CPU runs there and nowhere else',
  group: 'starts',
  appliesTo: ({ keepsToCpus }) => keepsToCpus === true,
  async run(subject) {
    const cpu = allowedCpus()?.slice(1).at(-1);
    if (cpu === undefined) return subject.skip('there is one CPU here');
    const bench = await subject.open('hello-world');
    const standing = await bench.launch('warm', String(cpu));
    expectEqual('exchange', (await standing.ask('small')).state, 'answered');
    const processes = (await standing.sandbox.accounting()).processes();
    expectEqual('has processes', processes.length > 0, true);
    for (const pid of processes) {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      expectEqual(`CPUs of process ${pid}`, allowedCpus(status), [cpu]);
    }
  },
};

export const startBehaviours: readonly Behaviour[] = [
  usable,
  coldIsCold,
  notCold,
  thousand,
  thousandOfServer,
  freshIsFresh,
  snapshotServesFirst,
  snapshotIsInitialised,
  keptToCpus,
];
