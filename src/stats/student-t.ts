/** The quantile of Student's t that two-sided 95 % intervals use. */
import { LumosError } from '../domain/errors.js';

const normal975 = 1.959963984540054;

/** From this many degrees of freedom on, the expansion below is right to seven digits. */
const expandFrom = 30;

/**
 * The 97.5 % quantile of Student's t with `df` degrees of freedom: a whole number of at least 1, or any number of at
 * least 6 (between whole numbers below that, the quadrature would lose digits); else a LumosError.
 *
 * Few degrees of freedom: with t = sqrt(df) tan(a) the distribution function is an integral of cos(a)^(df - 1), solved
 * for the angle by Newton's method. Many: the expansion around the normal quantile (Abramowitz & Stegun, "Handbook of
 * Mathematical Functions", 1964, 26.7.5).
 */
export function studentT975(df: number): number {
  if (!(df >= 6 || (df >= 1 && Number.isInteger(df))))
    throw new LumosError('failed', `Student's t with ${df} degrees of freedom is not at hand.`);
  const expanded = expandAroundNormal(df);
  if (df >= expandFrom) return expanded;
  const density = (angle: number): number => Math.cos(angle) ** (df - 1);
  const whole = integrate(density, Math.PI / 2);
  // The integral is concave in the angle, so Newton's steps approach the root from below and cannot leave the range.
  let angle = Math.atan(expanded / Math.sqrt(df)) / 2;
  for (let step = 0; step < 50; step++) {
    const change = (0.95 * whole - integrate(density, angle)) / density(angle);
    angle += change;
    if (Math.abs(change) < 1e-13) break;
  }
  return Math.sqrt(df) * Math.tan(angle);
}

function expandAroundNormal(df: number): number {
  const z = normal975;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  const g4 = (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160;
  return z + g1 / df + g2 / df ** 2 + g3 / df ** 3 + g4 / df ** 4;
}

/** Simpson's rule from 0 to `end`. */
function integrate(f: (x: number) => number, end: number, panels = 128): number {
  const width = end / panels;
  let sum = f(0) + f(end);
  for (let i = 1; i < panels; i++) sum += (i % 2 === 1 ? 4 : 2) * f(i * width);
  return (sum * width) / 3;
}

/** Far more standard deviations than hold any share that is asked for. */
const furthest = 40;

/**
 * The quantile of Student's t that a two-sided interval of a confidence between 0 and 1 uses, with `df` degrees of
 * freedom, at least 1; else a LumosError. By the integral and Newton's steps of `studentT975`, whose range is cut where
 * nothing is left to integrate; good to five digits up to a confidence of 1 - 1e-6.
 */
export function studentT(confidence: number, df: number): number {
  if (!(confidence > 0 && confidence < 1 && df >= 1))
    throw new LumosError(
      'failed',
      `Student's t at ${confidence} with ${df} degrees of freedom is not at hand.`,
    );
  const density = (angle: number): number => Math.cos(angle) ** (df - 1);
  const end = Math.min(Math.PI / 2, furthest / Math.sqrt(df));
  const target = confidence * integrate(density, end, 512);
  let angle = 0;
  for (let step = 0; step < 100; step++) {
    const change = (target - integrate(density, angle, 256)) / density(angle);
    angle += change;
    if (Math.abs(change) < 1e-13) break;
  }
  return Math.sqrt(df) * Math.tan(angle);
}
