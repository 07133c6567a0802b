/** `lumos trace sample`: a smaller trace out of a larger one. */
import { invalidInput } from '../../../domain/errors.js';
import {
  formatCount,
  formatShare,
  formatSignificant,
  formatCounted,
} from '../../../report/format-quantity.js';
import { TraceFile, traceInput } from '../../../user-plane/traces/byte-source.js';
import { readTraceBatches } from '../../../user-plane/traces/read-trace.js';
import {
  planSample,
  sampled,
  type Batches,
  type SamplePlan,
} from '../../../user-plane/traces/sample-trace.js';
import { writePlainTrace } from '../../../user-plane/traces/write-plain.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import {
  checkOutput,
  checkStandardOutputIsFree,
  goesToStandardOutput,
  streamTo,
  type NamedOutput,
} from '../../named-output.js';
import { note, print, printJson } from '../../output.js';
import { TraceRemarks } from '../../trace-remarks.js';

export interface SampleOptions {
  readonly out: string;
  readonly functions?: number;
  readonly minutes?: number;
  readonly fromMinute?: number;
  readonly rate?: number;
  readonly skipBadRows?: boolean;
  readonly seed: number;
  readonly json?: boolean;
  /** Write over whatever file is there. */
  readonly force?: boolean;
}

export async function traceSample(file: string, options: SampleOptions): Promise<ExitCode> {
  const { functions, minutes, fromMinute, rate, seed, out } = options;
  const output: NamedOutput = {
    ...{ option: '--out', path: out, format: 'trace', force: options.force, inputs: [traceInput(file)] },
  };
  checkStandardOutputIsFree(output, options.json);
  checkOutput(output);
  let remarks = new TraceRemarks();
  const trace = new TraceFile(file);
  // Every reading comes by all of them again: those of the last one count.
  const read = (): Batches => {
    remarks = new TraceRemarks();
    return readTraceBatches(trace, { ...options, ...remarks.listeners });
  };
  let plan: SamplePlan;
  let invocations: number | undefined;
  try {
    plan = await planSample(read, {
      seed,
      ...(functions === undefined ? {} : { functions }),
      ...(minutes === undefined ? {} : { minutes }),
      ...(fromMinute === undefined ? {} : { fromMinute }),
      ...(rate === undefined ? {} : { ratePerSecond: rate }),
    });
    invocations = await streamTo(output, async (sink) => {
      const count = await writePlainTrace(sink, sampled(read(), plan, seed));
      if (count === 0) throw emptySample();
      return count;
    });
  } finally {
    trace.close();
  }
  if (invocations === undefined) return exitCodes.done;
  if (options.json === true) printJson({ out, invocations, ...remarks.inJson, ...plan });
  else {
    const say = goesToStandardOutput(output) ? note : print;
    remarks.note();
    const { functions: chosen, functionsThere, share, rateDistance, durationDistance } = plan;
    say(
      `${out}: ${formatCounted(invocations, 'invocation')} of ${formatCounted(chosen.length, 'function')} (of ${formatCount(functionsThere)}), ` +
        `${windowText(plan)}, ${formatShare(share)} of their invocations`,
    );
    say(
      `distance from all functions (Wasserstein, of logarithms): rates ${formatSignificant(rateDistance)}` +
        (durationDistance === undefined ? '' : `, durations ${formatSignificant(durationDistance)}`),
    );
  }
  return exitCodes.done;
}

function windowText({ fromMinute, minutes, minutesThere }: SamplePlan): string {
  const from = `from minute ${formatCount(fromMinute)} on`;
  if (minutes === undefined) return from;
  const length = formatCounted(minutesThere ?? minutes, 'minute');
  return minutesThere === undefined
    ? `${length} ${from}`
    : `${length} (of ${formatCount(minutes)} asked) ${from}`;
}

const emptySample = (): Error =>
  invalidInput('no invocation is left in the sample', 'Ask for a higher --rate or more --minutes.');
