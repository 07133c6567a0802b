/** Everything a function does wrong is a row that says so, and the next is none the worse for it. */
import type { Outcome } from '../../domain/factors.js';
import { MeasurementSchema, type Measurement } from '../../domain/measurement.js';
import type { Runtime } from '../../domain/runtime.js';
import type { Milliseconds } from '../../domain/units.js';
import type { Behaviour } from '../behaviour.js';
import { expectAbsent, expectEqual, expectMatch, expectPresent } from '../expectations.js';
import { expectOk, only, type Subject } from '../subject.js';
import { hangLimitAfter } from '../time-limits.js';
import type { TrialBench } from '../trial-bench.js';

/** A bad day, by the label of `conformance/misbehaving`. */
interface BadDay {
  readonly label: string;
  readonly what: string;
  readonly outcome: Outcome;
  /** What the reason says of it on a runtime, over standard streams. */
  readonly reason: (runtime: Runtime) => RegExp;
}

/** Process 1 of a container cannot be ended by its own SIGABRT: abort() then ends it by a fault, 139. */
const aborted = /^(exited with code 13[249]|ended by SIG(ABRT|SEGV|ILL)) before its answer/;
/** An engine has its own words and codes for a trap; what counts is that it ended, and not well. */
const trapped = /^(exited with code [1-9]\d*|ended by SIG[A-Z]+) before its answer/;
const isMachineCode = ({ class: kind }: Runtime): boolean => kind === 'process' || kind === 'container';

const ended = (runtime: Runtime): RegExp => (isMachineCode(runtime) ? aborted : trapped);

const badDays: readonly BadDay[] = [
  { label: 'crash', what: 'a function that aborts', outcome: 'crashed', reason: ended },
  { label: 'panic', what: 'a function that panics', outcome: 'crashed', reason: ended },
  {
    label: 'overflow',
    what: 'a function that calls itself without end, which is a trap,',
    outcome: 'crashed',
    reason: ended,
  },
  {
    label: 'exit',
    what: 'a function that exits with code 3',
    outcome: 'crashed',
    reason: (runtime) => (isMachineCode(runtime) ? /^exited with code 3 before its answer/ : trapped),
  },
  {
    label: 'garbage',
    what: 'an answer that is no answer',
    outcome: 'wrong-output',
    reason: () => /^answered garbage: a frame of kind 0x74/,
  },
  {
    label: 'flood',
    what: 'an answer that is too large',
    outcome: 'wrong-output',
    reason: () => /^answered too much: 83886080 bytes, and at most 67108864 are taken/,
  },
  {
    label: 'error',
    what: 'an error that the function reports',
    outcome: 'wrong-output',
    reason: () => /^the function reports an error: refused by the function$/,
  },
  {
    label: 'wrong',
    what: 'an answer that is wrong',
    outcome: 'wrong-output',
    reason: () => /^answer of 22 bytes, expected 5, differs at byte 0/,
  },
];

/** What of a failure comes through HTTP as it does through frames. */
const sameOverHttp = ['error', 'wrong'];

/** An engine's own server outlives the instance that ended, and answers for it. */
const answeredFor = /^answered with status 5\d\d/;

function checkReason({ label, outcome, reason }: BadDay, row: Measurement, subject: Subject): void {
  if (subject.transport === 'stdio' || sameOverHttp.includes(label)) {
    expectEqual('outcome', row.outcome, outcome);
    expectMatch('reason', row.reason, reason(subject.runtime));
    return;
  }
  const isServersAnswer = answeredFor.test(row.reason ?? '');
  if (!isServersAnswer) expectEqual('outcome', row.outcome, outcome);
  expectMatch('reason', row.reason, /\S/);
}

const badDayBehaviours: Behaviour[] = badDays.map((day) => ({
  name: `${day.what} is a row of outcome ${day.outcome} that says why, and the next sandbox serves`,
  group: 'bad days',
  async run(subject) {
    const bench = await subject.open('misbehaving');
    if (day.label === 'overflow' && bench.language === 'typescript')
      subject.skip(
        'in JavaScript a stack without room is an exception, which a function reports as its error',
      );
    const row = only(await bench.trial(day.label));
    expectEqual('row in its schema', MeasurementSchema.parse(row), row);
    checkReason(day, row, subject);
    expectServing(only(await bench.trial('small')));
  },
}));

const hang: Behaviour = {
  name: 'a loop without end is ended at the time limit, as a timeout without a latency',
  group: 'bad days',
  async run(subject) {
    const bench = await subject.open('misbehaving');
    const timeLimit = await hangLimitOf(bench);
    const row = only(await bench.trial('hang', { timeLimit }));
    expectEqual(
      'outcome and reason',
      [row.outcome, row.reason],
      ['timeout', 'no answer within the time limit'],
    );
    expectAbsent('latencyMs', row.latencyMs);
    expectServing(only(await bench.trial('small')));
  },
};

const hangAfterAnswer: Behaviour = {
  name: 'a hang after a good answer ends the warm trial with one row',
  group: 'bad days',
  async run(subject) {
    const bench = await subject.open('misbehaving');
    const asked = { start: 'warm', invocations: 5, timeLimit: await hangLimitOf(bench) } as const;
    const row = only(await bench.trial('hang-after-answer', asked));
    expectEqual('outcome', row.outcome, 'timeout');
  },
};

const stderr: Behaviour = {
  name: 'words on standard error disturb nothing',
  group: 'bad days',
  async run(subject) {
    expectOk(await subject.row('misbehaving', 'stderr'));
  },
};

const outOfMemory: Behaviour = {
  name: 'more memory than the limit is a crash for memory, and the next sandbox serves',
  group: 'bad days',
  async run(subject) {
    if (subject.runtime.class !== 'container' && subject.suite.hierarchy?.memory === undefined)
      subject.skip('this machine gives its processes no control group that limits memory');
    if (subject.runtime.engine === 'runwasi')
      subject.skip(
        'containerd is told by no Wasm shim that a task was killed for memory: only exit code 137',
      );
    const bench = await subject.open('misbehaving', { memoryMiB: 128 });
    const row = only(await bench.trial('allocate'));
    expectEqual('outcome', row.outcome, 'crashed');
    expectMatch('reason', row.reason, /killed for memory/);
    expectServing(only(await bench.trial('small')));
  },
};

/** How long a hang is waited for on what has just been seen to start and answer. */
async function hangLimitOf(bench: TrialBench): Promise<Milliseconds> {
  const row = only(await bench.trial('small'));
  expectOk(row);
  return hangLimitAfter(expectPresent('latencyMs', row.latencyMs));
}

function expectServing(row: Measurement): void {
  expectOk(row);
  expectEqual('sequence', row.sequence, 1);
}

export const failureBehaviours: readonly Behaviour[] = [
  ...badDayBehaviours,
  hang,
  hangAfterAnswer,
  stderr,
  outOfMemory,
];
