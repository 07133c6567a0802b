/** The latency of a workload on one runtime: cold and warm requests, small and large ones, in their shares. */
import { invalidInput } from '../../domain/errors.js';
import type { Start } from '../../domain/factors.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import type { ModelFile } from '../fit/model-file.js';
import { systemOf } from '../observations/model-cell.js';
import {
  predictLatency,
  type LatencyPrediction,
  type PredictedQuantile,
} from '../predict/predict-latency.js';
import { coldShareOf } from './cold-share.js';
import type { Workload } from './workload.js';

/** Gives the share of requests that find no instance; the closed form, or a simulation. */
export type ColdShare = (workload: Workload) => number;

interface Part {
  /** Of all requests, 0 to 1. */
  readonly share: number;
  readonly cold: boolean;
  readonly prediction: LatencyPrediction;
}

/** Where an interval's ends are taken instead of the middle: all parts err to the same side, which is the worst case. */
export type Side = 'low' | 'middle' | 'high';

const sideOf = ({ ms, interval90 }: PredictedQuantile, side: Side): number =>
  side === 'middle' || interval90 === undefined ? ms : interval90[side === 'low' ? 0 : 1];

/** Shares at which a part's mean is taken, evenly apart. */
const meanShares = Array.from({ length: 50 }, (_, i) => (i + 0.5) / 50);

export class WorkloadLatency {
  constructor(
    readonly runtime: string,
    readonly parts: readonly Part[],
    readonly coldShare: number,
  ) {}

  /** What the predictions say of reaching beyond what was measured, each once. */
  get beyond(): readonly string[] {
    return [...new Set(this.parts.flatMap(({ prediction }) => prediction.beyond))];
  }

  /** The latency that this share of all requests stays below, by bisection over the parts' own shares. */
  quantile(share: number, side: Side = 'middle'): number {
    const factors = this.parts.map(({ prediction }) => {
      const predicted = prediction.quantile(share) ?? prediction.median;
      return sideOf(predicted, side) / predicted.ms;
    });
    const below = (time: number): number =>
      this.parts.reduce(
        (sum, { share: weight, prediction }, i) =>
          sum + weight * prediction.shareWithin(milliseconds(time / (factors[i] as number))),
        0,
      );
    let [low, high] = [1e-4, 1e8];
    for (let i = 0; i < 60; i++) {
      const middle = Math.sqrt(low * high);
      if (below(middle) < share) low = middle;
      else high = middle;
    }
    return Math.sqrt(low * high);
  }

  /** Whether every part's prediction says how wrong it may be at this share. */
  isBounded(share: number): boolean {
    return this.parts.every(({ prediction }) => prediction.quantile(share)?.interval90 !== undefined);
  }

  predicted(share: number): PredictedQuantile {
    const at = (side: Side): Milliseconds => milliseconds(this.quantile(share, side));
    return {
      ms: at('middle'),
      ...(this.isBounded(share) ? { interval90: [at('low'), at('high')] as const } : {}),
    };
  }

  mean(side: Side = 'middle'): number {
    return this.parts.reduce((sum, { share, prediction }) => {
      const factor = sideOf(prediction.median, side) / prediction.median.ms;
      const times = meanShares.map((at) => (prediction.quantile(at) ?? prediction.median).ms * factor);
      return sum + (share * times.reduce((total, time) => total + time, 0)) / times.length;
    }, 0);
  }
}

/** What serves a request that finds no instance, and one that does. */
function startsOf(file: ModelFile, runtime: string): { cold: Start; warm: Start } {
  const starts = new Set(
    file.cells.filter(({ cell }) => systemOf(cell) === runtime).map(({ cell }) => cell.start),
  );
  const first = (...wanted: Start[]): Start | undefined => wanted.find((start) => starts.has(start));
  const cold = first('cold', 'snapshot', 'fresh');
  const warm = first('warm', 'fresh');
  if (cold !== undefined && warm !== undefined) return { cold, warm };
  throw invalidInput(
    `${runtime} was measured ${[...starts].join(' and ')} only; a workload needs both cold and warm starts`,
    `Measure the other: lumos run --runtimes ${runtime} --starts cold,warm.`,
  );
}

function payloadsOf({ payload }: Workload): { payload: string; share: number }[] {
  if (typeof payload === 'string') return [{ payload, share: 1 }];
  const sum = payload.reduce((total, { weight }) => total + weight, 0);
  return payload.map((one) => ({ payload: one.payload, share: one.weight / sum }));
}

/** @throws LumosError `invalid-input` for a factor that the model never saw */
export function workloadLatency(
  file: ModelFile,
  workload: Workload,
  runtime: string,
  coldShare: ColdShare = coldShareOf,
): WorkloadLatency {
  const starts = startsOf(file, runtime);
  const cold = coldShare(workload);
  const { environment, access, clients, registry } = workload;
  const parts = payloadsOf(workload).flatMap(({ payload, share }) =>
    (['cold', 'warm'] as const).map((found): Part => ({
      share: share * (found === 'cold' ? cold : 1 - cold),
      cold: found === 'cold',
      prediction: predictLatency(file, {
        ...{ function: workload.function, payload, runtime, start: starts[found] },
        ...(environment === undefined ? {} : { environment }),
        ...(access === undefined ? {} : { access }),
        ...(clients === undefined ? {} : { clients }),
        ...(registry === undefined ? {} : { registry }),
      }),
    })),
  );
  return new WorkloadLatency(runtime, parts, cold);
}
