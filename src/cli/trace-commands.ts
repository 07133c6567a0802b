/** The words after `lumos trace`. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { decimalOf } from '../user-plane/traces/decimal.js';
import type { ExitCode } from './exit-codes.js';

type Run = (code: ExitCode | Promise<ExitCode>) => Promise<void>;

const example = (command: Command, text: string): Command =>
  command.addHelpText('after', `\nExample:\n  ${text}`);

const positive = (value: string): number => {
  const number = decimalOf(value);
  if (number > 0 && number < Infinity) return number;
  throw new InvalidArgumentError('A number above 0 is expected.');
};

const whole =
  (least: number) =>
  (value: string): number => {
    const number = Number(value);
    if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= least) return number;
    throw new InvalidArgumentError(`A whole number of ${least} or more is expected.`);
  };

const share = (value: string): number => {
  const number = decimalOf(value);
  if (number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError('A number from 0 to 1 is expected.');
};

const forceOption = ['--force', 'write over a file that Lumos did not write'] as const;
const jsonOption = ['--json', 'machine-readable, and nothing else on standard output'] as const;
const skipOption = ['--skip-bad-rows', 'leave broken rows out and count them'] as const;
const seedOption = ['--seed <n>', 'makes whatever is drawn', whole(0), 1] as const;

export function addTraceCommands(program: Command, run: Run): void {
  const trace = example(program.command('trace'), 'lumos trace info invocations.csv').description(
    'traces of a platform (Azure Functions 2019 and 2021, plain CSV): what is in them, samples, made-up ones',
  );
  example(trace.command('info <file>'), 'lumos trace info invocations.csv --json')
    .description(
      'functions, invocations, rates, bursts, durations and memory of a trace: a file, a pipe or - (standard input), also compressed with gzip, or a folder of Azure 2019',
    )
    .option(...skipOption)
    .option(...seedOption)
    .option(...jsonOption)
    .action(async (file: string, options) =>
      run((await import('./commands/trace/info.js')).traceInfo(file, options as never)),
    );
  example(
    trace.command('sample <file>'),
    'lumos trace sample invocations.csv --functions 20 --minutes 10 --rate 5 --out small.csv',
  )
    .description('a smaller trace that keeps the rates and the mix of a larger one, as plain CSV')
    .requiredOption('--out <file>', 'where to; - is standard output')
    .option(...forceOption)
    .option('--functions <n>', 'functions to keep: one of each stratum by rate', whole(1))
    .option('--minutes <n>', 'minutes to keep', whole(1))
    .option(
      '--from-minute <n>',
      'the first of them, from the first arrival on (default: where the rate is nearest to the whole trace)',
      whole(0),
    )
    .option('--rate <n>', 'mean invocations a second to leave, drawn evenly from all', positive)
    .option(...skipOption)
    .option(...seedOption)
    .option(...jsonOption)
    .action(async (file: string, options) =>
      run((await import('./commands/trace/sample.js')).traceSample(file, options as never)),
    );
  addSynthesis(trace, run);
}

function addSynthesis(trace: Command, run: Run): void {
  example(
    trace.command('synthesize'),
    'lumos trace synthesize --pattern mmpp --rate 5 --minutes 10 --functions 8 --out made-up.csv',
  )
    .description('a trace made up: arrivals of a process, dealt to functions; plain CSV')
    .addOption(
      new Option('--pattern <pattern>', 'poisson (independent), mmpp (bursts), diurnal (a day)')
        .choices(['poisson', 'mmpp', 'diurnal'])
        .makeOptionMandatory(),
    )
    .requiredOption('--rate <n>', 'mean invocations a second', positive)
    .requiredOption('--minutes <n>', 'its length', positive)
    .requiredOption('--out <file>', 'where to; - is standard output')
    .option(...forceOption)
    .option('--functions <n>', 'functions, the k-th as often as 1/k (Zipf)', whole(1), 1)
    .option('--duration <ms>', 'the median over functions of how long one runs', positive, 684)
    .option('--burst-factor <n>', 'mmpp: the rate in a burst, in rates of the calm', positive, 10)
    .option('--burst-seconds <n>', 'mmpp: mean length of a burst', positive, 10)
    .option('--calm-seconds <n>', 'mmpp: mean time from one to the next', positive, 50)
    .option('--amplitude <share>', 'diurnal: how far the rate goes from its mean', share, 0.8)
    .option('--period-minutes <n>', 'diurnal: the length of a day (default: of the trace)', positive)
    .option(...seedOption)
    .option(...jsonOption)
    .action(async (options) =>
      run((await import('./commands/trace/synthesize.js')).traceSynthesize(options as never)),
    );
}
