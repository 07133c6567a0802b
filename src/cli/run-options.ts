/** The options of `lumos run` laid over an experiment. */
import { otherwiseSmallest, type Experiment } from '../domain/experiment.js';
import { loadFlagsGiven, loadOver, type LoadOptions } from './load-options.js';
import { traceOver, type TraceOptions } from './trace-options.js';
import { checkExperiment } from '../experiment/experiment-file.js';

export interface RunOptions extends LoadOptions, TraceOptions {
  readonly functions?: string[];
  readonly runtimes?: string[];
  readonly payloads?: string[];
  readonly starts?: string[];
  readonly concurrency?: number[];
  readonly transport?: string[];
  readonly languages?: string[];
  readonly storage?: string[];
  readonly access?: string[];
  readonly connection?: string[];
  readonly repetitions?: number;
  readonly environment?: string[];
  readonly timeLimit?: number;
  readonly slo?: string[];
  /** Another word for `slo`. */
  readonly objectives?: string[];
  readonly baseline?: string;
  readonly seed?: number;
  readonly out?: string;
  readonly resume?: string;
  /** A file for a JUnit report besides. */
  readonly junit?: string;
  /** Write it over whatever file is there. */
  readonly force?: boolean;
  readonly functionsPath: string[];
  /** Checks what is asked and says what would be measured. */
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Options that change what is measured or judged: their flag, and the key of the experiment they are laid over. */
const factors = {
  functions: 'functions',
  runtimes: 'runtimes',
  payloads: 'payloads',
  starts: 'starts',
  concurrency: 'concurrency',
  transport: 'transport',
  languages: 'languages',
  storage: 'storage',
  access: 'access',
  connection: 'connection',
  repetitions: 'repetitions',
  environment: 'environments',
  timeLimit: 'timeLimitMs',
  slo: 'slo',
  baseline: 'baseline',
  seed: 'seed',
  trace: 'load',
  timeScale: 'load',
  skipBadRows: 'load',
} as const satisfies Partial<Record<keyof RunOptions, keyof Experiment>>;
type Factor = keyof typeof factors;

/** Where a flag is not its option's name. */
const flags: Partial<Record<Factor, string>> = {
  timeLimit: 'time-limit',
  timeScale: 'time-scale',
  skipBadRows: 'skip-bad-rows',
};

const given = (options: RunOptions): Factor[] =>
  (Object.keys(factors) as Factor[]).filter((name) => options[name] !== undefined);

/** The options with one word for objectives. */
export function withOneWord(options: RunOptions): RunOptions {
  const { objectives, ...others } = options;
  if (objectives === undefined) return options;
  return { ...others, slo: [...(options.slo ?? []), ...objectives] };
}

/** Options that choose what runs, in place of what the experiment's file names. */
export const choosesCells = (options: RunOptions): boolean =>
  [options.functions, options.payloads, options.runtimes, options.starts].some((one) => one !== undefined);

/** The flags of the options that were given and change what is measured or judged. */
export const factorsGiven = (options: RunOptions): string[] => [
  ...given(options).map((name) => `--${flags[name] ?? name}`),
  ...loadFlagsGiven(options),
];

/** The option that gave the experiment this key. */
function flagOf(key: string, options: RunOptions): string | undefined {
  const name = key === 'load' ? undefined : given(options).find((one) => factors[one] === key);
  return name === undefined ? undefined : `--${flags[name] ?? name}`;
}

/** @throws LumosError `invalid-input` when an option's value does not fit. */
export function withOptions(experiment: Experiment, options: RunOptions): Experiment {
  const { repetitions } = options;
  const overrides = Object.fromEntries(
    given(options)
      .filter((name) => factors[name] !== 'load')
      .map((name) => [factors[name], options[name]]),
  );
  // Repetitions that are asked for are asked for in every cell.
  const counts =
    repetitions === undefined
      ? {}
      : { repetitions: { cold: repetitions, warm: repetitions }, exceptions: [] };
  const traced = traceOver(experiment, options);
  const load = loadOver({ ...experiment, ...traced }, options);
  // The labels of an experiment are about its own functions.
  const payloads =
    options.functions !== undefined && options.payloads === undefined
      ? { payloads: [...new Set([...experiment.payloads, otherwiseSmallest])] }
      : {};
  return checkExperiment(
    { ...experiment, ...overrides, ...counts, ...payloads, ...traced, ...load },
    'the command line',
    (key) => flagOf(key, options),
  );
}
