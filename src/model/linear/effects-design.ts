/** What a model of shared effects is made of: for each observation, the level of each term and the place on its scale. */

/** One observation's part in one term: the level whose effect it shares, and what that effect is multiplied with. */
export interface Share {
  readonly level: string;
  /** 1 for an effect that is added as it is; a place on a scale for a slope. */
  readonly scale: number;
}

/** An observation's shares, in the order of the terms; undefined where a term does not speak of it. */
export type Shares = readonly (Share | undefined)[];

/** The members of each level of a term: which observations, with which scale. */
export interface LevelMembers {
  readonly level: string;
  readonly members: Int32Array;
  readonly scales: Float64Array;
}

/** The levels of each term, with the observations that share them. */
export function levelsOf(design: readonly Shares[], terms: number): LevelMembers[][] {
  return Array.from({ length: terms }, (_, term) => {
    const levels = new Map<string, { members: number[]; scales: number[] }>();
    for (const [index, shares] of design.entries()) {
      const share = shares[term];
      if (share === undefined) continue;
      let level = levels.get(share.level);
      if (level === undefined) levels.set(share.level, (level = { members: [], scales: [] }));
      level.members.push(index);
      level.scales.push(share.scale);
    }
    return [...levels].map(([level, { members, scales }]) => ({
      level,
      members: Int32Array.from(members),
      scales: Float64Array.from(scales),
    }));
  });
}

/** What the covariance of the observations is made of. */
export interface Variances {
  /** Of each term's effects, in the order of the terms. */
  readonly terms: readonly number[];
  /** Of an observation besides all terms. */
  readonly noise: number;
}

/** The covariance of all observations; `noise` is multiplied for each by its entry of `noiseFactors`. */
export function covarianceOf(
  levels: readonly (readonly LevelMembers[])[],
  variances: Variances,
  noiseFactors: Float64Array,
): Float64Array {
  const order = noiseFactors.length;
  const covariance = new Float64Array(order * order);
  for (const [term, ofTerm] of levels.entries()) {
    const variance = variances.terms[term] ?? 0;
    if (!(variance > 0)) continue;
    for (const { members, scales } of ofTerm) {
      for (let a = 0; a < members.length; a++) {
        const row = (members[a] as number) * order;
        const scaled = variance * (scales[a] as number);
        for (let b = 0; b < members.length; b++) {
          const at = row + (members[b] as number);
          covariance[at] = (covariance[at] as number) + scaled * (scales[b] as number);
        }
      }
    }
  }
  for (let i = 0; i < order; i++) {
    const at = i * order + i;
    covariance[at] = (covariance[at] as number) + variances.noise * (noiseFactors[i] as number);
  }
  return covariance;
}
