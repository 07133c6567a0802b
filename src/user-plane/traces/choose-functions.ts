/** A few functions that stand for all of a trace. */
import type { Random } from '../../stats/random.js';
import type { FunctionProfile } from './describe-trace.js';

export interface ChosenFunctions {
  readonly names: readonly string[];
  /**
   * Wasserstein distances (of the first order) between the chosen functions and all, of the logarithms: of a function's
   * invocations, and of its typical duration. 0.1: rates are 10 % apart on average. Durations where the trace has them.
   */
  readonly rateDistance: number;
  readonly durationDistance?: number;
}

/** Draws of which the nearest is taken. */
const draws = 100;

/**
 * Stratified sampling (Cochran, "Sampling Techniques", 1977, chapter 5): functions in the order of their invocations are
 * cut into as many strata as are wanted, of equal size, and one is drawn of each; so rare and busy ones are there in
 * their shares. Of a hundred such draws the one is taken that is nearest to all functions by Wasserstein distance, in
 * rates and durations together, as InVitro does (Ustiugov et al., "Enabling In-Vitro Serverless Systems Research",
 * SESAME 2023). As many as there are, or more: all.
 */
export function chooseFunctions(
  profiles: readonly FunctionProfile[],
  count: number,
  random: Random,
): ChosenFunctions {
  const ordered = [...profiles].sort(
    (a, b) =>
      a.invocations - b.invocations ||
      (a.typicalDurationMs ?? 0) - (b.typicalDurationMs ?? 0) ||
      (a.name < b.name ? -1 : 1),
  );
  if (ordered.length <= count) return distancesOf(ordered, logsOf(ordered));
  const whole = logsOf(ordered);
  let nearest: ChosenFunctions | undefined;
  for (let draw = 0; draw < draws; draw += 1) {
    const drawn = distancesOf(drawOneOfEach(ordered, count, random), whole);
    if (nearest === undefined || far(drawn) < far(nearest)) nearest = drawn;
  }
  return nearest ?? distancesOf(ordered, whole);
}

const far = ({ rateDistance, durationDistance = 0 }: ChosenFunctions): number =>
  rateDistance + durationDistance;

function drawOneOfEach(
  ordered: readonly FunctionProfile[],
  count: number,
  random: Random,
): FunctionProfile[] {
  return Array.from({ length: count }, (_, stratum) => {
    const from = Math.floor((stratum * ordered.length) / count);
    const to = Math.floor(((stratum + 1) * ordered.length) / count);
    return ordered[from + random.below(to - from)] as FunctionProfile;
  });
}

interface Logs {
  readonly rates: readonly number[];
  readonly durations: readonly number[];
}

const ascending = (values: number[]): number[] => values.sort((a, b) => a - b);

const logsOf = (profiles: readonly FunctionProfile[]): Logs => ({
  rates: ascending(profiles.map(({ invocations }) => Math.log(invocations))),
  durations: ascending(
    profiles.flatMap(({ typicalDurationMs }) =>
      typicalDurationMs === undefined ? [] : [Math.log(typicalDurationMs)],
    ),
  ),
});

function distancesOf(chosen: readonly FunctionProfile[], whole: Logs): ChosenFunctions {
  const ours = logsOf(chosen);
  const durationDistance = wasserstein(ours.durations, whole.durations);
  return {
    names: chosen.map(({ name }) => name),
    rateDistance: wasserstein(ours.rates, whole.rates) ?? 0,
    ...(durationDistance === undefined ? {} : { durationDistance }),
  };
}

/**
 * The area between two empirical distributions' quantile functions (Vallender, "Calculation of the Wasserstein distance
 * between probability distributions on the line", 1974). Both ascending; undefined where one is empty.
 */
export function wasserstein(a: readonly number[], b: readonly number[]): number | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  let [i, j, at, area] = [0, 0, 0, 0];
  while (i < a.length && j < b.length) {
    const next = Math.min((i + 1) / a.length, (j + 1) / b.length);
    area += (next - at) * Math.abs((a[i] as number) - (b[j] as number));
    at = next;
    // In whole numbers: the two shares may differ in their last digit where they are equal.
    const order = (i + 1) * b.length - (j + 1) * a.length;
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
  return area;
}
