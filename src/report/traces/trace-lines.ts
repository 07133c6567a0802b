/** Runtimes under a trace as lines of text, for every kind of report. */
import { failedRequests } from '../../domain/level.js';
import { runtimeName } from '../../domain/factors.js';
import type { TraceSummary } from '../../domain/summary/load-summary.js';
import type { Summary } from '../../domain/summary/summary.js';
import type { Milliseconds } from '../../domain/units.js';
import {
  absent,
  asciiSigns,
  formatCount,
  formatDuration,
  formatShare,
  formatSignificant,
  type Signs,
  formatCounted,
} from '../format-quantity.js';

export const traceHead = [
  'runtime',
  'cold [95 %]',
  'p50',
  'p99',
  'p99.9',
  'failed',
  'rejected',
  'instances started',
  'instance s',
  'memory GiB s',
  'valid',
] as const;

export const functionHead = ['function', 'invocations', 'takes there', 'served by'] as const;

export interface TraceGroup {
  readonly title: string;
  /** In the order of `traceHead`. */
  readonly rows: readonly (readonly string[])[];
  readonly remarks: readonly string[];
  /** In the order of `functionHead`, with the cold share on each of `runtimes` behind it. */
  readonly runtimes: readonly string[];
  readonly functions: readonly (readonly string[])[];
}

const nameOf = (trace: TraceSummary): string =>
  runtimeName(trace) + (trace.transport === 'http' ? ' over HTTP' : '');

function rowOf(trace: TraceSummary, signs: Signs): string[] {
  const { latencyMs, coldShare, coldShareCi95, memoryGibSeconds } = trace;
  const time = (value: Milliseconds | undefined): string =>
    value === undefined ? absent : formatDuration(value, signs);
  const failed = failedRequests(trace);
  const interval =
    coldShareCi95 === undefined ? '' : ` [${coldShareCi95.map((end) => formatShare(end)).join(', ')}]`;
  return [
    nameOf(trace),
    coldShare === undefined ? absent : `${formatShare(coldShare)}${interval}`,
    ...[latencyMs?.p50, latencyMs?.p99, latencyMs?.p999].map(time),
    failed === 0 ? '0' : `${formatCount(failed)} of ${formatCount(trace.sent)}`,
    formatCount(trace.rejected),
    formatCount(trace.started),
    formatSignificant(trace.instanceSeconds),
    memoryGibSeconds === undefined ? absent : formatSignificant(memoryGibSeconds),
    trace.valid ? 'yes' : 'NO',
  ];
}

function remarksOf(trace: TraceSummary): string[] {
  const name = nameOf(trace);
  const kinds = Object.entries(trace.errors).map(([kind, count]) => `${formatCount(count)} ${kind}`);
  return [
    ...(trace.valid ? [] : [`${name} is not valid: ${trace.why}`]),
    ...(kinds.length === 0 ? [] : [`${name}: ${kinds.join(', ')}`]),
    ...(trace.unsent === 0 ? [] : [`${name}: ${formatCount(trace.unsent)} were due and never sent`]),
    ...(trace.late === 0
      ? []
      : [`${name}: ${formatCount(trace.late)} of ${formatCount(trace.sent)} sent over 2 ms late`]),
    ...(trace.startsFailed === 0 ? [] : [`${name}: ${formatCounted(trace.startsFailed, 'start')} failed`]),
  ];
}

/** A hash is known by its beginning. */
const short = (name: string): string => (name.length > 16 ? `${name.slice(0, 15)}…` : name);

/** Functions that a table shows. */
const mostFunctions = 20;

function functionsOf(traces: readonly TraceSummary[], signs: Signs): string[][] {
  const [first] = traces;
  return (first?.functions ?? [])
    .slice(0, mostFunctions)
    .map(({ name, invocations, durationMs, ...ours }) => [
      short(name),
      formatCount(invocations),
      durationMs === undefined ? absent : formatDuration(durationMs, signs),
      `${ours.function} ${ours.payload}`,
      ...traces.map((trace) => {
        const share = trace.functions.find((one) => one.name === name)?.coldShare;
        return share === undefined ? absent : formatShare(share);
      }),
    ]);
}

/** One group for each trace, or way of replaying one. */
export function traceGroups({ traces = [] }: Summary, signs: Signs = asciiSigns): TraceGroup[] {
  const titles = [...new Set(traces.map(({ arrivals }) => arrivals))];
  return titles.map((title) => {
    const ours = traces.filter(({ arrivals }) => arrivals === title);
    return {
      title,
      rows: ours.map((trace) => rowOf(trace, signs)),
      remarks: ours.flatMap(remarksOf),
      runtimes: ours.map(nameOf),
      functions: functionsOf(ours, signs),
    };
  });
}

export const tracesReading =
  'All functions of the trace at once, each with instances of its own, the same arrivals on every runtime. Cold: the share of ' +
  'requests for which an instance had to be started, with an interval from blocks of time. Latency counts from the moment a ' +
  'request was due. Instance s: instances times how long they stood. Memory GiB s: each one’s peak times how long it stood. A ' +
  'replay that is not valid measured its generator or the machine’s neighbours.';
