/**
 * A linear mixed model of logarithms: an observation is the sum of the effects it shares with others, each drawn from its
 * term's normal distribution, and of noise. Effects are shrunk as far as the data does not carry them, so what is measured
 * often is taken as measured, and what was never seen together is predicted from its parts (Henderson, "Best linear
 * unbiased estimation and prediction under a selection model", Biometrics 31, 1975; Robinson, "That BLUP is a good thing",
 * Statistical Science 6, 1991).
 */
import { covarianceOf, levelsOf, type LevelMembers, type Shares, type Variances } from './effects-design.js';
import { invertSpd, multiply } from './spd-inverse.js';

export interface EffectsData {
  readonly values: Float64Array;
  readonly design: readonly Shares[];
  /** How many terms a row of the design has. */
  readonly terms: number;
  /** What the variance of the noise is multiplied with for each: above 1 for what was measured badly. */
  readonly noiseFactors: Float64Array;
}

export interface SolvedEffects {
  readonly variances: Variances;
  readonly levels: readonly (readonly LevelMembers[])[];
  /** As given, times what robustness took off each observation's weight. */
  readonly noiseFactors: Float64Array;
  /** The inverse of the observations' covariance. */
  readonly precision: Float64Array;
  /** The precision times the values. */
  readonly dual: Float64Array;
}

export interface EffectsOptions {
  readonly iterations?: number;
  /** How many factors each term joins: effects of several together are taken to be smaller to begin with. */
  readonly orders?: readonly number[];
  /** Whether single observations lose weight; else plain maximum likelihood. */
  readonly robust?: boolean;
  /** Where to begin; else every term gets the same share of the values' spread. */
  readonly start?: Variances;
}

/** A variance below this part of the values' spread is as good as none; it keeps the iteration from dividing by 0. */
const leastShare = 1e-9;

/** An effect of one factor more is taken to vary by this much less to begin with, and noise by this part of the spread. */
const jointShrink = 4;
const noiseStart = 0.1;

/** Rounds of the variances, for the first fit; they move by less than a tenth afterwards. */
const defaultIterations = 24;

/**
 * Huber's limit for a standardised error, beyond which an observation loses weight; 95 % efficient at the normal
 * distribution (Huber, "Robust Statistics", 1981).
 */
const huberLimit = 1.345;

const meanSquare = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value * value, 0) / Math.max(values.length, 1);

/** The covariance solved for given variances. */
export function solveEffects(
  data: EffectsData,
  variances: Variances,
  factors = data.noiseFactors,
): SolvedEffects {
  const levels = levelsOf(data.design, data.terms);
  return solve(data.values, levels, variances, factors);
}

function solve(
  values: Float64Array,
  levels: readonly (readonly LevelMembers[])[],
  variances: Variances,
  noiseFactors: Float64Array,
): SolvedEffects {
  const precision = invertSpd(covarianceOf(levels, variances, noiseFactors), values.length);
  return { variances, levels, noiseFactors, precision, dual: multiply(precision, values) };
}

/**
 * One step of the MM algorithm for variance components, which never lowers the likelihood (Zhou, Hu, Qiao, Lange, "MM
 * algorithms for variance components models", JCGS 28, 2019): a variance times the root of what the data says over what
 * it would say if the variances were right.
 */
function step({ variances, levels, noiseFactors, precision, dual }: SolvedEffects, least: number): Variances {
  const order = dual.length;
  const terms = levels.map((ofTerm, term) => {
    let [said, expected] = [0, 0];
    for (const { members, scales } of ofTerm) {
      let sum = 0;
      for (let a = 0; a < members.length; a++) {
        const [i, scale] = [members[a] as number, scales[a] as number];
        sum += scale * (dual[i] as number);
        for (let b = 0; b < members.length; b++)
          expected +=
            scale * (scales[b] as number) * (precision[i * order + (members[b] as number)] as number);
      }
      said += sum * sum;
    }
    const before = variances.terms[term] ?? 0;
    return expected > 0 ? Math.max(before * Math.sqrt(said / expected), least) : before;
  });
  let [said, expected] = [0, 0];
  for (let i = 0; i < order; i++) {
    said += (noiseFactors[i] as number) * (dual[i] as number) ** 2;
    expected += (noiseFactors[i] as number) * (precision[i * order + i] as number);
  }
  return { terms, noise: Math.max(variances.noise * Math.sqrt(said / expected), least) };
}

/** What each observation's noise must be multiplied with so that no single one pulls more than Huber allows. */
export function huberFactors(solved: SolvedEffects, given: Float64Array): Float64Array {
  const { dual, precision, variances, noiseFactors } = solved;
  const order = dual.length;
  return given.map((factor, i) => {
    const own = precision[i * order + i] as number;
    // Of the prediction without it: its error, and its variance as if the observation had the weight it came with.
    const error = Math.abs(dual[i] as number) / own;
    const lightened = variances.noise * ((noiseFactors[i] as number) - factor);
    const standardised = error / Math.sqrt(Math.max(1 / own - lightened, variances.noise * factor));
    return factor * Math.max(1, standardised / huberLimit);
  });
}

/** Estimates the variances by maximum likelihood, with Huber's weights once they are roughly right, and solves. */
export function fitEffects(data: EffectsData, options: EffectsOptions = {}): SolvedEffects {
  const { iterations = defaultIterations, robust = true } = options;
  const spread = Math.max(meanSquare(data.values), 1e-6);
  const equal = spread / (data.terms + 1);
  const levels = levelsOf(data.design, data.terms);
  let variances = options.start ?? {
    terms: Array.from(
      { length: data.terms },
      (_, term) => equal * jointShrink ** -(options.orders?.[term] ?? 0),
    ),
    noise: equal * noiseStart,
  };
  let factors = data.noiseFactors;
  for (let i = 0; i < iterations; i++) {
    const solved = solve(data.values, levels, variances, factors);
    if (robust && i >= iterations / 2) factors = huberFactors(solved, data.noiseFactors);
    variances = step(solved, spread * leastShare);
  }
  return solve(data.values, levels, variances, factors);
}

/** The predicted effect of each level of a term: shrunk, 0 where the data says nothing. */
export function levelEffects(
  solved: SolvedEffects,
  term: number,
): Map<string, { effect: number; n: number }> {
  const variance = solved.variances.terms[term] ?? 0;
  return new Map(
    (solved.levels[term] ?? []).map(({ level, members, scales }) => {
      let sum = 0;
      for (let a = 0; a < members.length; a++)
        sum += (scales[a] as number) * (solved.dual[members[a] as number] as number);
      return [level, { effect: variance * sum, n: members.length }];
    }),
  );
}

/**
 * What the model predicts for some of its observations when it is solved without them, for given variances: no refit is
 * needed (Rasmussen & Williams, "Gaussian Processes for Machine Learning", 2006, 5.4.2, for groups). `values` may differ
 * from those the model was solved with.
 */
export function predictWithout(
  { precision }: Pick<SolvedEffects, 'precision'>,
  values: Float64Array,
  group: readonly number[],
): number[] {
  const order = values.length;
  const size = group.length;
  const block = new Float64Array(size * size);
  const dual = new Float64Array(size);
  for (const [a, i] of group.entries()) {
    let sum = 0;
    for (let j = 0; j < order; j++) sum += (precision[i * order + j] as number) * (values[j] as number);
    dual[a] = sum;
    for (const [b, j] of group.entries()) block[a * size + b] = precision[i * order + j] as number;
  }
  const errors = multiply(invertSpd(block, size), dual);
  return group.map((i, a) => (values[i] as number) - (errors[a] as number));
}
