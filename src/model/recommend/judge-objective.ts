/** Whether a runtime keeps to an objective, and why that is not sure. */
import { counted } from '../../domain/counted.js';
import type { Objective } from '../../domain/slo.js';
import type { PredictedCost } from './consumption.js';
import type { Side } from './side.js';
import { isBounded, notKnownAt, type WorkloadLatency } from './workload-latency.js';

export type Judgement = 'met' | 'missed' | 'unsure';

export interface Judged {
  readonly text: string;
  readonly judgement: Judgement;
  /** Why it is unsure, in words; absent of all others. */
  readonly why?: string;
}

/** What an objective is judged by besides the latency. */
interface Known {
  readonly cost: PredictedCost | undefined;
  /** The most samples that a cell of the model has. */
  readonly samples: number;
}

const within = 'the limit lies within the 90 % interval';

/** Over the whole interval, or not at all. */
function judged(limit: number, [low, high]: readonly [number, number]): Pick<Judged, 'judgement' | 'why'> {
  if (high < limit) return { judgement: 'met' };
  return low >= limit ? { judgement: 'missed' } : { judgement: 'unsure', why: within };
}

const unsure = (why: string): Pick<Judged, 'judgement' | 'why'> => ({ judgement: 'unsure', why });

function judgedLatency(
  one: WorkloadLatency,
  { share, limit, name, of }: { share: number; limit: number; name: string; of: (side: Side) => number },
  samples: number,
): Pick<Judged, 'judgement' | 'why'> {
  if (notKnownAt(one, share) !== undefined) return unsure(`the ${name} is not known`);
  if (isBounded(one, share)) return judged(limit, [of('low'), of('high')]);
  return unsure(`the ${name} has no bounded interval (${counted(samples, 'sample')} in a cell at most)`);
}

function judgement(
  objective: Objective,
  one: WorkloadLatency,
  { cost, samples }: Known,
): Pick<Judged, 'judgement' | 'why'> {
  if (objective.metric === 'quantile') {
    const { share, limitMs: limit } = objective;
    const name = `p${Number((share * 100).toFixed(3))}`;
    return judgedLatency(one, { share, limit, name, of: (side) => one.quantile(share, side) }, samples);
  }
  if (objective.metric === 'mean')
    return judgedLatency(
      one,
      { share: 0.5, limit: objective.limitMs, name: 'mean', of: (side) => one.mean(side) },
      samples,
    );
  if (objective.metric !== 'cost') return unsure('the model predicts latency and cost only');
  if (cost === undefined) return unsure('the cost is not known');
  return cost.interval90 === undefined
    ? unsure('the cost has no bounded interval')
    : judged(objective.perMillion, cost.interval90);
}

export const judgeObjective = (objective: Objective, one: WorkloadLatency, known: Known): Judged => ({
  text: objective.text,
  ...judgement(objective, one, known),
});
