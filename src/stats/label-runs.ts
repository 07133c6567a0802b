/** Whether labels in a row are in a random order, by how often one follows another. */

export interface LabelRuns {
  /** Stretches of equal labels. */
  readonly runs: number;
  /** How many a random order of these labels has, and its variance. */
  readonly expected: number;
  readonly variance: number;
}

/**
 * Counts the runs of a sequence and says what a random permutation of it has (Barton & David, "Multiple runs", Biometrika 44,
 * 1957; for two labels it is the test of Wald & Wolfowitz, Annals of Mathematical Statistics 11, 1940). Many fewer runs than expected:
 * the labels stand in blocks.
 */
export function labelRuns(labels: readonly string[]): LabelRuns {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const runs = labels.filter((label, i) => i === 0 || label !== labels[i - 1]).length;
  const n = labels.length;
  if (n < 2) return { runs, expected: n, variance: 0 };
  const power = (k: number): number => [...counts.values()].reduce((sum, count) => sum + count ** k, 0);
  const [squares, cubes] = [power(2), power(3)];
  const variance = (squares * (squares + n * (n + 1)) - 2 * n * cubes - n ** 3) / (n ** 2 * (n - 1));
  return { runs, expected: 1 + (n ** 2 - squares) / n, variance: Math.max(0, variance) };
}
