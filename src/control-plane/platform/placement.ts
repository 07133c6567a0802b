/** On which CPUs an instance runs. */

/** A list of CPUs as the kernel writes it, e.g. `2-3`; undefined: wherever the kernel puts it. */
export type CpuSet = string | undefined;

export interface CpuPlacement {
  /** The set of a new instance. */
  take(): CpuSet;
  /** The instance that had it is gone. */
  giveBack(set: CpuSet): void;
}

export const anywhere: CpuPlacement = { take: () => undefined, giveBack: () => undefined };

/** The set with the fewest instances, the first of several. The harness keeps off these CPUs by not being among them. */
export function spreadOver(sets: readonly [string, ...string[]]): CpuPlacement {
  const taken = new Map<string, number>(sets.map((set) => [set, 0]));
  return {
    take: () => {
      let [least] = sets;
      for (const set of sets) if ((taken.get(set) ?? 0) < (taken.get(least) ?? 0)) least = set;
      taken.set(least, (taken.get(least) ?? 0) + 1);
      return least;
    },
    giveBack: (set) => {
      if (set !== undefined) taken.set(set, Math.max(0, (taken.get(set) ?? 0) - 1));
    },
  };
}
