/** The options of `lumos run` laid over an experiment. */
import type { Experiment } from '../domain/experiment.js';
import { checkExperiment } from '../experiment/experiment-file.js';

export interface RunOptions {
  readonly functions?: string[];
  readonly runtimes?: string[];
  readonly payloads?: string[];
  readonly starts?: string[];
  readonly concurrency?: number[];
  readonly repetitions?: number;
  readonly environment?: string;
  readonly timeLimit?: number;
  readonly seed?: number;
  readonly out?: string;
  readonly resume?: string;
  readonly functionsPath: string[];
  readonly json?: boolean;
}

/** Options that change what is measured, by their flag. */
export function factorsGiven(options: RunOptions): string[] {
  const { functions, runtimes, payloads, starts, concurrency, repetitions, environment, timeLimit, seed } =
    options;
  const given = {
    functions,
    runtimes,
    payloads,
    starts,
    concurrency,
    repetitions,
    environment,
    'time-limit': timeLimit,
    seed,
  };
  return Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`]));
}

/** @throws LumosError `invalid-input` when an option's value does not fit. */
export function withOptions(experiment: Experiment, options: RunOptions): Experiment {
  const { functions, runtimes, payloads, starts, concurrency, repetitions, environment, timeLimit, seed } =
    options;
  const overrides = {
    functions,
    runtimes,
    payloads,
    starts,
    concurrency,
    environment,
    seed,
    timeLimitMs: timeLimit,
  };
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const counts = repetitions === undefined ? {} : { repetitions: { cold: repetitions, warm: repetitions } };
  return checkExperiment({ ...experiment, ...given, ...counts }, 'the command line');
}
