/** The latency of a workload in closed form: cold and warm requests, small and large ones, in their shares. */
import { milliseconds } from '../../domain/units.js';
import type { ModelFile } from '../fit/model-file.js';
import { clientNetworkOf } from '../predict/predict-latency.js';
import { coldShareOf } from './cold-share.js';
import { servedBy } from './served-by.js';
import { sideOf, type Side } from './side.js';
import type { Workload } from './workload.js';
import type { WorkloadLatency, WorkloadPart } from './workload-latency.js';

/** Gives the share of requests that find no instance. */
export type ColdShare = (workload: Workload) => number;

/** Shares at which a part's mean is taken, evenly apart. */
const meanShares = Array.from({ length: 50 }, (_, i) => (i + 0.5) / 50);

export class MixedLatency implements WorkloadLatency {
  readonly rejectedShare = 0;

  constructor(
    readonly runtime: string,
    readonly parts: readonly WorkloadPart[],
    readonly coldShare: number,
    readonly notKnown?: string,
  ) {}

  /** By bisection over the parts' own shares. */
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

  mean(side: Side = 'middle'): number {
    const network = this.parts.reduce(
      (sum, { share, prediction }) => sum + share * clientNetworkOf(prediction),
      0,
    );
    return this.meanAtInstance(side) + network;
  }

  meanAtInstance(side: Side = 'middle'): number {
    return this.parts.reduce((sum, { share, prediction }) => {
      const network = clientNetworkOf(prediction);
      const factor = (sideOf(prediction.median, side) - network) / (prediction.median.ms - network);
      const times = meanShares.map((at) => (prediction.quantile(at) ?? prediction.median).ms - network);
      return sum + (share * factor * times.reduce((total, time) => total + time, 0)) / times.length;
    }, 0);
  }
}

/** @throws LumosError `invalid-input` for a factor that the model never saw */
export function workloadLatency(
  file: ModelFile,
  workload: Workload,
  runtime: string,
  coldShare: ColdShare = coldShareOf,
): WorkloadLatency {
  const share = coldShare(workload);
  const parts = servedBy(file, workload, runtime).flatMap((one): WorkloadPart[] => [
    { share: one.share * share, cold: true, prediction: one.cold },
    { share: one.share * (1 - share), cold: false, prediction: one.warm },
  ]);
  return new MixedLatency(runtime, parts, share);
}
