/** The options of `lumos run` laid over an experiment. */
import type { Experiment } from '../domain/experiment.js';
import { checkExperiment } from '../experiment/experiment-file.js';

export interface RunOptions {
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
  readonly seed?: number;
  readonly out?: string;
  readonly resume?: string;
  /** A file for a JUnit report besides. */
  readonly junit?: string;
  readonly functionsPath: string[];
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
  seed: 'seed',
} as const satisfies Partial<Record<keyof RunOptions, keyof Experiment>>;
type Factor = keyof typeof factors;

const given = (options: RunOptions): Factor[] =>
  (Object.keys(factors) as Factor[]).filter((name) => options[name] !== undefined);

/** The flags of the options that were given and change what is measured or judged. */
export const factorsGiven = (options: RunOptions): string[] =>
  given(options).map((name) => `--${name === 'timeLimit' ? 'time-limit' : name}`);

/** @throws LumosError `invalid-input` when an option's value does not fit. */
export function withOptions(experiment: Experiment, options: RunOptions): Experiment {
  const { repetitions } = options;
  const overrides = Object.fromEntries(given(options).map((name) => [factors[name], options[name]]));
  // Repetitions that are asked for are asked for in every cell.
  const counts =
    repetitions === undefined
      ? {}
      : { repetitions: { cold: repetitions, warm: repetitions }, exceptions: [] };
  return checkExperiment({ ...experiment, ...overrides, ...counts }, 'the command line');
}
