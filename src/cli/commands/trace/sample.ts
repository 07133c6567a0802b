/** `lumos trace sample`: a smaller trace out of a larger one. */
import { formatCount, formatShare, formatSignificant } from '../../../report/format-quantity.js';
import { readTraceBatches } from '../../../user-plane/traces/read-trace.js';
import { planSample, sampled, type Batches } from '../../../user-plane/traces/sample-trace.js';
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
import { BadRowCount, noteBadRows } from './bad-row-count.js';

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
    ...{ option: '--out', path: out, format: 'trace', force: options.force, inputs: [file] },
  };
  checkStandardOutputIsFree(output, options.json);
  checkOutput(output);
  let bad = new BadRowCount();
  // Every reading comes by all of them again: the last one's are counted.
  const read = (): Batches => {
    const ours = (bad = new BadRowCount());
    return readTraceBatches(file, { ...options, onBadRow: (row) => ours.add(row) });
  };
  const plan = await planSample(read, {
    seed,
    ...(functions === undefined ? {} : { functions }),
    ...(minutes === undefined ? {} : { minutes }),
    ...(fromMinute === undefined ? {} : { fromMinute }),
    ...(rate === undefined ? {} : { ratePerSecond: rate }),
  });
  const invocations = await streamTo(output, (sink) => writePlainTrace(sink, sampled(read(), plan, seed)));
  if (invocations === undefined) return exitCodes.done;
  if (options.json === true) printJson({ out, invocations, badRows: bad.count, ...plan });
  else {
    const say = goesToStandardOutput(output) ? note : print;
    noteBadRows(bad);
    const { functions: chosen, functionsThere, share, rateDistance, durationDistance } = plan;
    const window =
      plan.minutes === undefined
        ? `from minute ${formatCount(plan.fromMinute)} on`
        : `${formatCount(plan.minutes)} minutes from minute ${formatCount(plan.fromMinute)} on`;
    say(
      `${out}: ${formatCount(invocations)} invocations of ${formatCount(chosen.length)} functions (of ${formatCount(functionsThere)}), ` +
        `${window}, ${formatShare(share)} of their invocations`,
    );
    say(
      `distance from all functions (Wasserstein, of logarithms): rates ${formatSignificant(rateDistance)}` +
        (durationDistance === undefined ? '' : `, durations ${formatSignificant(durationDistance)}`),
    );
  }
  return exitCodes.done;
}
