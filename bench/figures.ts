/** What a part of the benchmark gives back: figures, each with its target where it has one. */
import { median } from '../src/stats/quantiles.js';
import { sortSamples } from '../src/stats/sorted-samples.js';

export type Unit = 'ms' | 'us' | 's' | 'MiB' | 'times' | '/s' | '%';

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
  /** Samples behind the value. */
  readonly n: number;
  /** The most or the least that the value may be, in its unit, and how that limit comes about. */
  readonly target?: { readonly because: string } & (
    { readonly atMost: number } | { readonly atLeast: number }
  );
}

export interface PartResult {
  readonly part: string;
  readonly figures: readonly Figure[];
  /** What a reader must know before using the figures. */
  readonly notes: readonly string[];
}

export interface Part {
  readonly name: string;
  readonly about: string;
  /** @throws LumosError when it cannot be measured here. */
  measure(say: (line: string) => void): Promise<PartResult>;
}

export const medianOf = (samples: readonly number[]): number => median(sortSamples(samples));

/** `undefined` for a figure without a target. */
export function isMet({ value, target }: Figure): boolean | undefined {
  if (target === undefined) return undefined;
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}
