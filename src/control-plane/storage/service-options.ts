/** What starting a service takes. */
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import type { SetupOptions } from '../setup/machine.js';

export interface ServiceOptions extends SetupOptions {
  /** The supervisor's path (`Builder.shim`), asked for only by a service of our own. */
  readonly shimPath: () => Promise<string>;
  /** The longest a service may take to come up (default 10 s) and to answer when asked whether it is there (default 2 s). */
  readonly startLimit?: Milliseconds;
  readonly answerLimit?: Milliseconds;
}

export const startLimitOf = (options: Pick<ServiceOptions, 'startLimit'>): Milliseconds =>
  options.startLimit ?? milliseconds(10_000);

export const answerLimitOf = (options: Pick<ServiceOptions, 'answerLimit'>): Milliseconds =>
  options.answerLimit ?? milliseconds(2000);
