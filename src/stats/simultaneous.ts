/** The largest of several effects, with an interval that knows it was picked for being the largest. */
import type { Interval } from './median-interval.js';
import { studentT } from './student-t.js';

/** An effect with the 95 % interval it has by itself. */
export interface Effect {
  readonly value: number;
  readonly ci95: Interval;
  /** Of the interval: independent groups of samples on its smaller side, less 1; at least 1. */
  readonly degreesOfFreedom: number;
}

/** The scale on which an interval's ends move apart evenly. */
export interface Scale {
  to(value: number): number;
  from(scaled: number): number;
}

export const logarithmic: Scale = { to: Math.log, from: Math.exp };
export const plain: Scale = { to: (value) => value, from: (scaled) => scaled };

/**
 * An effect's interval at another confidence: each end's distance from the value, on the scale given, grows as Student's
 * t does. Reading the samples' own quantiles that far out would need more independent samples than a cell has (13 at
 * 99.95 %); the median's logarithm is near enough to normal for this, which the coverage tests bear out.
 */
export function atConfidence(effect: Effect, confidence: number, scale: Scale): Interval {
  return widened(
    effect,
    studentT(confidence, effect.degreesOfFreedom) / studentT(0.95, effect.degreesOfFreedom),
    scale,
  );
}

function widened({ value, ci95 }: Effect, factor: number, scale: Scale): Interval {
  const end = (at: number): number =>
    at === value ? value : scale.from(scale.to(value) + factor * (scale.to(at) - scale.to(value)));
  return [end(ci95[0]), end(ci95[1])];
}

export interface LargestEffect {
  /** The place of the largest in the list. */
  readonly index: number;
  readonly value: number;
  readonly ci95: Interval;
}

/**
 * The largest of some effects; undefined for none. The interval is of the largest true effect, whichever it is: with k
 * effects each gets an interval of confidence 1 - 0.05 / k (Bonferroni; Dunn, "Multiple comparisons among means", JASA
 * 56, 1961), so that all hold at once in at least 95 %, and then the largest lies between the largest lower and the
 * largest upper end.
 */
export function largestEffect(effects: readonly Effect[], scale: Scale): LargestEffect | undefined {
  if (effects.length === 0) return undefined;
  const confidence = 1 - 0.05 / effects.length;
  const factors = new Map(
    [...new Set(effects.map((effect) => effect.degreesOfFreedom))].map((df) => [
      df,
      studentT(confidence, df) / studentT(0.95, df),
    ]),
  );
  const intervals = effects.map((effect) =>
    widened(effect, factors.get(effect.degreesOfFreedom) ?? 1, scale),
  );
  const values = effects.map((effect) => effect.value);
  const value = Math.max(...values);
  return {
    index: values.indexOf(value),
    value,
    ci95: [Math.max(...intervals.map(([low]) => low)), Math.max(...intervals.map(([, high]) => high))],
  };
}
