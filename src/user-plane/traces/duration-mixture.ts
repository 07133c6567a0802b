/** Which of several rows an invocation is of, where a trace has more than one row for a function. */

/**
 * Every row gets its share of the invocations to within one of them (by largest remainders), in an order that is drawn:
 * sampling without replacement. Independent draws would have the shares on average alone, and a mean over a hundred
 * invocations would be off by a seventh.
 */
export class DurationMixture {
  private readonly left: number[];
  private total: number;

  /** @param weights of the rows; all alike where all are 0 @param invocations that will be drawn */
  constructor(weights: readonly number[], invocations: number) {
    this.left = quotas(weights, invocations);
    this.total = invocations;
  }

  /** The place of a row. */
  draw(uniform: () => number): number {
    const { left } = this;
    let rank = uniform() * this.total;
    let place = 0;
    while (place < left.length - 1 && rank >= (left[place] as number)) {
      rank -= left[place] as number;
      place += 1;
    }
    left[place] = (left[place] as number) - 1;
    this.total -= 1;
    return place;
  }
}

function quotas(weights: readonly number[], total: number): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const exact = weights.map(
    (weight) => (total * (sum === 0 ? 1 : weight)) / (sum === 0 ? weights.length : sum),
  );
  const whole = exact.map(Math.floor);
  const missing = total - whole.reduce((all, one) => all + one, 0);
  const byRemainder = exact
    .map((value, place) => ({ place, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.place - b.place);
  for (const { place } of byRemainder.slice(0, missing)) whole[place] = (whole[place] ?? 0) + 1;
  return whole;
}
