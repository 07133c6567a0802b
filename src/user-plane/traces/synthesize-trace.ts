/** A trace made up: arrivals of a process, dealt to functions with durations and memory as Azure found them. */
import type { TraceInvocation } from '../../domain/trace.js';
import { bytes, milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import { seededRandom, type Random } from '../../stats/random.js';
import { mmpp2, poisson, sinusoid, thinned, type Uniform } from './arrival-processes.js';

export type Pattern =
  | { readonly kind: 'poisson' }
  /** A burst has `factor` times the rate of the calm in between; states last exponential times of these means. */
  | {
      readonly kind: 'mmpp';
      readonly factor: number;
      readonly burstSeconds: number;
      readonly calmSeconds: number;
    }
  | { readonly kind: 'diurnal'; readonly amplitude: number; readonly periodSeconds: number };

export interface SynthesisRequest {
  readonly pattern: Pattern;
  /** Mean invocations a second, of all functions together. */
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly functions: number;
  /** The median over functions. */
  readonly medianDurationMs: Milliseconds;
  readonly seed: number;
}

interface MadeFunction {
  readonly name: string;
  readonly durationMs: Milliseconds;
  readonly memoryBytes: Bytes;
}

/** Of the log-normal fit to functions' mean durations in Azure: Shahrad et al., ATC 2020, section 3.4. */
const durationSigma = 2.36;
/** exp(-0.38) s, of the same fit. */
export const azureMedianDurationMs = milliseconds(684);
const [shortest, longest] = [1, 600_000];

/**
 * The arrivals are those of the pattern; each goes to a function drawn by Zipf's law, the k-th with a weight of 1/k, so
 * that a few have most invocations, as in Azure. A function has one duration, drawn from a log-normal distribution around
 * the median asked for with the sigma of Shahrad et al. (from 1 ms to 10 minutes), and one memory, drawn from their Burr
 * distribution. Same request, same trace.
 */
export function* synthesized(request: SynthesisRequest): Generator<TraceInvocation, void> {
  const random = seededRandom(request.seed, 'arrivals');
  const dealing = seededRandom(request.seed, 'dealing');
  const functions = makeFunctions(request);
  const shares = cumulativeZipf(functions.length);
  for (const seconds of arrivalsOf(request, () => random.uniform())) {
    if (seconds >= request.seconds) return;
    const share = dealing.uniform();
    const made = functions[shares.findIndex((limit) => share < limit)] ?? functions[0];
    if (made === undefined) return;
    const { name, durationMs, memoryBytes } = made;
    yield { atMs: milliseconds(seconds * 1000), function: name, durationMs, memoryBytes };
  }
}

function arrivalsOf({ pattern, ratePerSecond }: SynthesisRequest, uniform: Uniform): Generator<number, void> {
  switch (pattern.kind) {
    case 'poisson':
      return poisson(ratePerSecond, uniform);
    case 'mmpp': {
      const { factor, burstSeconds, calmSeconds } = pattern;
      const calm = (ratePerSecond * (burstSeconds + calmSeconds)) / (factor * burstSeconds + calmSeconds);
      return mmpp2({ rates: [calm, factor * calm], stays: [calmSeconds, burstSeconds] }, uniform);
    }
    case 'diurnal': {
      const { amplitude, periodSeconds } = pattern;
      return thinned(
        sinusoid(ratePerSecond, amplitude, periodSeconds),
        ratePerSecond * (1 + amplitude),
        uniform,
      );
    }
  }
}

function makeFunctions({ functions, medianDurationMs, seed }: SynthesisRequest): MadeFunction[] {
  const random = seededRandom(seed, 'functions');
  const digits = String(functions).length;
  return Array.from({ length: functions }, (_, index) => ({
    name: `f${String(index + 1).padStart(digits, '0')}`,
    durationMs: milliseconds(
      rounded(
        Math.min(longest, Math.max(shortest, medianDurationMs * Math.exp(durationSigma * normal(random)))),
      ),
    ),
    memoryBytes: bytes(Math.round(burr(random.uniform()) * 2 ** 20)),
  }));
}

const rounded = (value: number): number => Number(value.toPrecision(3));

/** Box & Muller, "A note on the generation of random normal deviates", Annals of Mathematical Statistics 29, 1958. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());

/** Quantile in MiB of the Burr distribution (c = 11.652, k = 0.221, scale 107.083) of Shahrad et al., section 3.5, below 4 GiB. */
const burr = (share: number): number =>
  Math.min(4096, Math.max(1, Math.round(107.083 * ((1 - share) ** (-1 / 0.221) - 1) ** (1 / 11.652))));

function cumulativeZipf(count: number): number[] {
  const weights = Array.from({ length: count }, (_, index) => 1 / (index + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight, index) => (index === count - 1 ? 1 : (sum += weight / total)));
}
