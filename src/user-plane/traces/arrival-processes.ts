/** Arrivals out of nothing: point processes, as endless series of times in seconds. */
import { invalidInput } from '../../domain/errors.js';

/** Uniform in [0, 1). */
export type Uniform = () => number;

const exponential = (rate: number, uniform: Uniform): number => -Math.log(1 - uniform()) / rate;

/** Independent arrivals. @param rate a second, above 0 */
export function* poisson(rate: number, uniform: Uniform): Generator<number, void> {
  for (let at = 0; ;) {
    at += exponential(rate, uniform);
    yield at;
  }
}

/** Two states with a Poisson process each, which take turns after exponential times. */
export interface Mmpp2 {
  /** Arrivals a second in each state; one may be 0. */
  readonly rates: readonly [number, number];
  /** Mean seconds that each state lasts. */
  readonly stays: readonly [number, number];
}

/** Mean arrivals a second. */
export const mmpp2Rate = ({ rates, stays }: Mmpp2): number =>
  (rates[0] * stays[0] + rates[1] * stays[1]) / (stays[0] + stays[1]);

/**
 * Variance over mean of the arrivals in `seconds`, of a process that is in its equilibrium (Fischer & Meier-Hellstern,
 * "The Markov-modulated Poisson process (MMPP) cookbook", Performance Evaluation 18, 1993).
 */
export function mmpp2Dispersion({ rates, stays }: Mmpp2, seconds: number): number {
  const [leave, back] = [1 / stays[0], 1 / stays[1]];
  const both = leave + back;
  const limit =
    (2 * leave * back * (rates[0] - rates[1]) ** 2) / (both ** 2 * (rates[0] * back + rates[1] * leave));
  return 1 + limit * (1 - (1 - Math.exp(-both * seconds)) / (both * seconds));
}

/** A Markov-modulated Poisson process, from its equilibrium on. @throws LumosError `invalid-input` for no arrivals at all */
export function* mmpp2(process: Mmpp2, uniform: Uniform): Generator<number, void> {
  const { rates, stays } = process;
  if (!(mmpp2Rate(process) > 0 && Math.min(...stays) > 0 && Math.min(...rates) >= 0))
    throw invalidInput(
      'An MMPP has rates of 0 or more, one of them above 0, and states that last a time above 0.',
    );
  let state: 0 | 1 = uniform() < stays[0] / (stays[0] + stays[1]) ? 0 : 1;
  for (let at = 0; ;) {
    const leave = 1 / stays[state];
    at += exponential(rates[state] + leave, uniform);
    if (uniform() * (rates[state] + leave) < leave) state = state === 0 ? 1 : 0;
    else yield at;
  }
}

/**
 * A Poisson process whose rate follows `rateAt`, by thinning one of the highest rate (Lewis & Shedler, "Simulation of
 * nonhomogeneous Poisson processes by thinning", Naval Research Logistics Quarterly 26, 1979).
 * @param highest that `rateAt` nowhere exceeds
 */
export function* thinned(
  rateAt: (seconds: number) => number,
  highest: number,
  uniform: Uniform,
): Generator<number, void> {
  for (const at of poisson(highest, uniform)) if (uniform() * highest < rateAt(at)) yield at;
}

/** A day's ups and downs: a sine that is lowest at 0. @param amplitude from 0 to 1, of the mean */
export const sinusoid =
  (mean: number, amplitude: number, periodSeconds: number) =>
  (seconds: number): number =>
    mean * (1 - amplitude * Math.cos((2 * Math.PI * seconds) / periodSeconds));
