/** `lumos trace synthesize`: a trace made up. */
import { invalidInput } from '../../../domain/errors.js';
import { milliseconds } from '../../../domain/units.js';
import { formatCount, formatCounted } from '../../../report/format-quantity.js';
import {
  synthesized,
  type Pattern,
  type SynthesisRequest,
} from '../../../user-plane/traces/synthesize-trace.js';
import { inBatches, writePlainTrace } from '../../../user-plane/traces/write-plain.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import {
  checkOutput,
  checkStandardOutputIsFree,
  goesToStandardOutput,
  streamTo,
  type NamedOutput,
} from '../../named-output.js';
import { note, print, printJson } from '../../output.js';

export interface SynthesizeOptions {
  readonly pattern: Pattern['kind'];
  readonly rate: number;
  readonly minutes: number;
  readonly out: string;
  readonly functions: number;
  readonly duration: number;
  readonly burstFactor: number;
  readonly burstSeconds: number;
  readonly calmSeconds: number;
  readonly amplitude: number;
  readonly periodMinutes?: number;
  readonly seed: number;
  readonly json?: boolean;
  /** Write over whatever file is there. */
  readonly force?: boolean;
}

/** Made in an hour or so, and a file of some tens of gigabytes. */
const mostInvocations = 1e9;

/** Each invocation looks its function up in all of them. */
const mostFunctions = 100_000;

export async function traceSynthesize(options: SynthesizeOptions): Promise<ExitCode> {
  const { rate, minutes, out, functions, duration, seed } = options;
  if (rate * minutes * 60 > mostInvocations)
    throw invalidInput(
      `a trace of ${formatCount(rate * minutes * 60)} invocations is above the bound of 10^9`,
      'Lower --rate or --minutes.',
    );
  if (functions > mostFunctions)
    throw invalidInput(
      `--functions: ${formatCount(functions)} functions are above the bound of ${formatCount(mostFunctions)}`,
      'Lower --functions.',
    );
  const output: NamedOutput = { option: '--out', path: out, format: 'trace', force: options.force };
  checkStandardOutputIsFree(output, options.json);
  checkOutput(output);
  const request: SynthesisRequest = {
    pattern: patternOf(options),
    ratePerSecond: rate,
    seconds: minutes * 60,
    functions,
    medianDurationMs: milliseconds(duration),
    seed,
  };
  const invocations = await streamTo(output, (sink) =>
    writePlainTrace(sink, inBatches(synthesized(request))),
  );
  if (invocations === undefined) return exitCodes.done;
  if (options.json === true) printJson({ out, invocations, ...request });
  else {
    const say = goesToStandardOutput(output) ? note : print;
    say(
      `${out}: ${formatCounted(invocations, 'invocation')} of ${formatCounted(functions, 'function')} in ${formatCounted(minutes, 'minute')}`,
    );
  }
  return exitCodes.done;
}

function patternOf({
  pattern,
  burstFactor,
  burstSeconds,
  calmSeconds,
  amplitude,
  periodMinutes,
  minutes,
}: SynthesizeOptions): Pattern {
  switch (pattern) {
    case 'poisson':
      return { kind: 'poisson' };
    case 'mmpp':
      return { kind: 'mmpp', factor: burstFactor, burstSeconds, calmSeconds };
    case 'diurnal':
      return { kind: 'diurnal', amplitude, periodSeconds: (periodMinutes ?? minutes) * 60 };
  }
}
