/** What is measured adds up, and is not absurd. */
import { cpus } from 'node:os';
import { functionPhases } from '../../domain/factors.js';
import { MeasurementSchema, type Measurement } from '../../domain/measurement.js';
import type { Behaviour } from '../behaviour.js';
import { expectAbsent, expectEqual, expectPresent, expectWithin } from '../expectations.js';
import { expectOk, only } from '../subject.js';

const mebibyte = 1024 * 1024;
/** The slowest timer of a kernel ticks 100 times a second; a group's CPU time may be told a tick late. */
const tick = 10;
/** The function's clock is not the harness's: what differs between the two over one invocation, in milliseconds. */
const clockTolerance = 0.5;

/** Launch, the function's phases and transport. */
const phaseSum = (row: Measurement): number =>
  functionPhases.reduce(
    (sum, phase) => sum + (row[`${phase}Ms`] ?? 0),
    (row.launchMs ?? 0) + (row.transportMs ?? 0),
  );

const expectToAddUp = (row: Measurement): void => {
  const latency = expectPresent('latencyMs', row.latencyMs);
  expectWithin('sum of the phases', phaseSum(row), {
    least: latency - clockTolerance,
    most: latency + clockTolerance,
  });
};

const coldPhases: Behaviour = {
  name: 'the launch and the phases of a cold start add up to its latency',
  group: 'figures',
  async run(subject) {
    const row = await subject.row('matrix-multiplication', 'small');
    expectOk(row);
    expectEqual('row in its schema', MeasurementSchema.parse(row), row);
    expectEqual('sequence and invocation', [row.sequence, row.invocation], [1, 0]);
    const latency = expectPresent('latencyMs', row.latencyMs);
    expectWithin('launchMs', row.launchMs, { least: Number.MIN_VALUE, most: latency });
    expectWithin('computeMs', row.computeMs, { least: Number.MIN_VALUE, most: latency });
    expectToAddUp(row);
  },
};

const warmPhases: Behaviour = {
  name: 'phases that a function never enters, and the launch of a warm start, are absent; the others add up',
  group: 'figures',
  async run(subject) {
    const row = await subject.row('hello-world', 'small', { start: 'warm' });
    expectOk(row);
    for (const key of ['launchMs', 'fetchMs', 'storeMs'] as const) expectAbsent(key, row[key]);
    expectToAddUp(row);
  },
};

const slowAnswer: Behaviour = {
  name: 'the latency holds the time for which the function sleeps',
  group: 'figures',
  async run(subject) {
    const row = await subject.row('misbehaving', 'slow');
    expectOk(row);
    expectWithin('latencyMs', row.latencyMs, { least: 300 });
  },
};

const cpuTime: Behaviour = {
  name: 'CPU time is above nothing, within what the cores could give, and the sum of its modes',
  group: 'figures',
  async run(subject) {
    const bench = await subject.open('hashing');
    const begun = performance.now();
    // An interpreter uses as much on less.
    const row = only(await bench.trial(subject.runtime.class === 'wasm-interpreted' ? 'large' : 'huge'));
    const wall = performance.now() - begun;
    expectOk(row);
    const { cpuMs, cpuUserMs, cpuSystemMs } = row;
    const cpu = expectPresent('cpuMs', cpuMs);
    expectWithin('cpuMs', cpu, { least: Number.MIN_VALUE, most: wall * cpus().length + tick });
    expectEqual('cpuSystemMs is there', cpuSystemMs !== undefined, cpuUserMs !== undefined);
    if (cpuUserMs === undefined || cpuSystemMs === undefined) return;
    expectWithin('cpuUserMs + cpuSystemMs', cpuUserMs + cpuSystemMs, { least: cpu - tick, most: cpu + tick });
  },
};

const bytesMoved: Behaviour = {
  name: 'bytes read and written hold the payload and the response, cold and warm, where they are counted',
  group: 'figures',
  async run(subject) {
    const bench = await subject.open('hello-world');
    for (const start of ['cold', 'warm'] as const) {
      const row = only(await bench.trial('large', { start }));
      expectOk(row);
      // What the kernel counts of a process holds what it reads and writes, and not what it receives and sends.
      if (subject.transport === 'http' && row.readBytes === undefined) continue;
      expectWithin(`readBytes, ${start}`, row.readBytes, { least: mebibyte });
      expectWithin(`writtenBytes, ${start}`, row.writtenBytes, {
        least: row.responseBytes ?? Infinity,
        most: 2 * mebibyte,
      });
    }
  },
};

const peakMemory: Behaviour = {
  name: 'peak memory holds the 256 MiB that the function touched, and is not absurd',
  group: 'figures',
  async run(subject) {
    const row = await subject.row('misbehaving', 'allocate');
    expectOk(row);
    const bounds = { least: 256 * mebibyte, most: 4096 * mebibyte };
    expectWithin('peakResidentBytes', row.peakResidentBytes, bounds);
    // Only a control group of its own has this figure.
    if (row.peakMemoryBytes !== undefined || subject.suite.hierarchy?.memory !== undefined)
      expectWithin('peakMemoryBytes', row.peakMemoryBytes, bounds);
  },
};

export const figureBehaviours: readonly Behaviour[] = [
  coldPhases,
  warmPhases,
  slowAnswer,
  cpuTime,
  bytesMoved,
  peakMemory,
];
