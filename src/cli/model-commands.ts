/** The words after `lumos model`. */
import { InvalidArgumentError, type Command } from 'commander';
import type { ExitCode } from './exit-codes.js';
import { strictOption } from './reading-options.js';

type Run = (code: ExitCode | Promise<ExitCode>) => Promise<void>;

const example = (command: Command, text: string): Command =>
  command.addHelpText('after', `\nExample:\n  ${text}`);

const list = (value: string): string[] => value.split(',').filter((item) => item !== '');

const positive = (value: string): number => {
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError('A number above 0 is expected.');
};

const whole = (value: string): number => {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError('A whole number of 0 or more is expected.');
};

const share = (value: string): number => {
  const number = Number(value);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new InvalidArgumentError('A number of 0 or more is expected.');
};

const seconds = (value: string): number[] =>
  list(value).map((one) => {
    const number = Number(one);
    if (Number.isFinite(number) && number >= 0) return number;
    throw new InvalidArgumentError('Seconds are expected, several separated by commas.');
  });

const notNegative = (value: string): number => {
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new InvalidArgumentError('A number of at least 0 is expected.');
};

const collect = (value: string, before: string[] = []): string[] => [...before, value];

const forceOption = ['--force', 'write over a file that Lumos did not write'] as const;
const jsonOption = ['--json', 'machine-readable, and nothing else on standard output'] as const;
const modelOption = ['--model <file>', 'a file that lumos model fit made', 'model.json'] as const;
const functionsOption = [
  '--functions-path <dirs>',
  'further folders with functions, separated by commas',
  list,
  [] as string[],
] as const;

export function addModelCommands(program: Command, run: Run): void {
  const model = example(program.command('model'), 'lumos model fit lumos-results/paper-1').description(
    'a performance model of measured runs: fit, show, validate, predict, recommend, simulate',
  );
  addFitting(model, run);
  addPredicting(model, run);
  addSimulating(model, run);
}

function addFitting(model: Command, run: Run): void {
  example(model.command('fit <dirs...>'), 'lumos model fit lumos-results/paper-1 --out model.json')
    .description('fit a model to the rows of run directories')
    .option('--out <file>', 'where to; - is standard output', 'model.json')
    .option(...forceOption)
    .option(...strictOption)
    .option(...functionsOption)
    .option(...jsonOption)
    .action(async (dirs: string[], options) =>
      run((await import('./commands/model/fit.js')).fit(dirs, options as never)),
    );
  example(model.command('show [file]'), 'lumos model show model.json')
    .description('its components, with coefficients and intervals')
    .option(...jsonOption)
    .action(async (file: string | undefined, options) =>
      run((await import('./commands/model/fit.js')).show(file ?? 'model.json', options as never)),
    );
  example(model.command('validate [dirs...]'), 'lumos model validate lumos-results/paper-1')
    .description('its errors where cells are left out, beside naive predictors')
    .option('--model <file>', 'the cells of a model file instead of run directories')
    .option('--md', 'the table as Markdown')
    .option('--plot <file>', 'promised against observed coverage, as SVG')
    .option(...strictOption)
    .option(...forceOption)
    .option(...functionsOption)
    .option(...jsonOption)
    .action(async (dirs: string[], options) =>
      run((await import('./commands/model/validate.js')).validate(dirs, options as never)),
    );
}

function addPredicting(model: Command, run: Run): void {
  example(
    model.command('predict'),
    'lumos model predict --function hashing --payload 8MiB --runtime wasmtime-aot --rate 0.1 --slo "p95 < 100ms"',
  )
    .description('latency, memory, CPU time and cost of a function on a runtime, measured or not')
    .option(...modelOption)
    .requiredOption('--function <name>', 'a function that the model saw')
    .requiredOption('--payload <payload>', 'a label of its ladder, or a size: 8MiB, or in its own unit')
    .requiredOption('--runtime <id>', 'a runtime that the model saw')
    .option('--environment <name>', 'where it runs (default: where most was measured)')
    .option('--start <start>', 'cold, snapshot, fresh or warm (default: all that were measured)')
    .option('--access <way>', 'how objects are reached, e.g. s3/host/reused')
    .option('--rate <perSecond>', 'Poisson arrivals a second, for the share of cold starts', positive)
    .option('--keep-alive <seconds>', 'how long an idle instance is kept (default: 600)', positive)
    .option('--slo <objective>', 'e.g. "p95 < 100ms"; may be given again', collect)
    .option('--prices <name>', 'what a million invocations cost: a name of prices/, or a file')
    .option('--rtt-ms <ms>', 'round trip between clients and platform', notNegative)
    .option('--bandwidth-mbit <rate>', 'between clients and platform, 10^6 bits a second', positive)
    .option('--pull-mbit <rate>', 'pull the image over this before each cold start', positive)
    .option('--pull-rtt-ms <ms>', 'round trip to where images are pulled from (default: 0)', notNegative)
    .option(...jsonOption)
    .action(async (options) => run((await import('./commands/model/predict.js')).predict(options as never)));
  example(model.command('recommend <workload>'), 'lumos model recommend workload.yaml --model model.json')
    .description('which runtime for a workload, why, and where the answer flips')
    .option(...modelOption)
    .option(...jsonOption)
    .action(async (workload: string, options) =>
      run((await import('./commands/model/recommend.js')).recommendFor(workload, options as never)),
    );
}

function addSimulating(model: Command, run: Run): void {
  example(
    model.command('simulate <trace>'),
    'lumos model simulate trace.csv --function hashing --payload medium --runtime docker,wasmtime-aot --keep-alive 60,600',
  )
    .description(
      'what a trace would meet with: cold starts, latency, instances and cost under runtimes and policies',
    )
    .option(...modelOption)
    .option(
      '--function <name>',
      'what every function of the trace is, or traced=name for one of them; may be given again',
      collect,
    )
    .option('--payload <payload>', 'a label of its ladder, or a size: 8MiB, or in its own unit')
    .option('--runtime <ids>', 'separated by commas (default: all that the model saw)', list)
    .option('--policy <names>', 'fixed, hybrid-histogram, concurrency-target', list, ['fixed'])
    .option('--keep-alive <seconds>', 'of the fixed policy; several separated by commas', seconds, [600])
    .option('--min <n>', 'instances of a function that are kept whatever happens (default: 0)', whole)
    .option('--max <n>', 'instances of a function at most (default: 8)', whole)
    .option('--concurrency <n>', 'requests an instance serves at once (default: 1)', whole)
    .option('--queue-limit <n>', 'requests that may wait; the next is rejected (default: 1000)', whole)
    .option('--starts-at-once <n>', 'starts at once, of all functions together (default: 2)', whole)
    .option('--staging <ms>', 'what a start takes besides its launch (default: 0)', share)
    .option('--launch-slowdown <share>', 'longer by this share for each other start (default: 0)', share)
    .option(
      '--cpus <n>',
      'CPUs that all instances share (default: no limit; of a run, those it had)',
      positive,
    )
    .option('--environment <name>', 'where it runs (default: where most was measured)')
    .option('--access <way>', 'how objects are reached, e.g. s3/host/reused')
    .option('--service <source>', 'where service times are from: model, or the trace’s durations', 'model')
    .option('--time-scale <factor>', 'times of the trace are multiplied with it', positive)
    .option('--skip-bad-rows', 'leave broken rows of the trace out')
    .option('--prices <name>', 'a name or a file of prices, for the cost of a million invocations')
    .option('--memory <MiB>', 'what is paid for, where it is set and not what is used', positive)
    .option('--seed <n>', 'of all that is drawn', whole, 1)
    .option(...strictOption)
    .option(...jsonOption)
    .action(async (trace: string, options) =>
      run((await import('./commands/model/simulate.js')).simulate(trace, options as never)),
    );
}
