/** The options of a trace, laid over the load that an experiment declares. */
import { resolve } from 'node:path';
import { invalidInput } from '../domain/errors.js';
import type { Experiment } from '../domain/experiment.js';

export interface TraceOptions {
  readonly trace?: string;
  readonly timeScale?: number;
  readonly skipBadRows?: boolean;
}

/**
 * What of an experiment changes: a trace that is given takes the place of its clients, rates or trace; the platform's knobs
 * stay. Nothing where no such option was given. @throws LumosError `invalid-input` for options that contradict each other
 */
export function traceOver(
  { load }: Pick<Experiment, 'load'>,
  { trace, timeScale, skipBadRows, rate }: TraceOptions & { readonly rate?: readonly number[] },
): { readonly load?: Readonly<Record<string, unknown>>; readonly concurrency?: readonly number[] } {
  const changed = {
    ...(timeScale === undefined ? {} : { timeScale }),
    ...(skipBadRows === undefined ? {} : { skipBadRows }),
  };
  if (trace === '-')
    throw invalidInput(
      '--trace - : a run reads its trace again when it is resumed, and standard input can be read once',
      'Save the trace in a file and name that.',
    );
  if (trace !== undefined) {
    if (rate !== undefined)
      throw invalidInput(
        '--trace and --rate are two schedules, and a load has one',
        'Leave out one of them.',
      );
    return { concurrency: [1], load: { ...withoutSchedule(load), ...changed, trace: resolve(trace) } };
  }
  if (Object.keys(changed).length === 0) return {};
  if (load?.trace === undefined)
    throw invalidInput('--time-scale and --skip-bad-rows are for a trace', 'Give it as --trace FILE.');
  return { load: { ...load, ...changed } };
}

/** Other schedules go, and times that were meant for them. */
function withoutSchedule(load: Experiment['load']): object {
  const gone = ['rates', 'ramp', 'burst', ...(load?.trace === undefined ? ['seconds', 'warmUpSeconds'] : [])];
  return Object.fromEntries(Object.entries(load ?? {}).filter(([key]) => !gone.includes(key)));
}
