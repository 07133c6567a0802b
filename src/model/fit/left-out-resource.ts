/** What the model would have said of a resource of measured cells, had they not been measured. */
import { predictLeftOut, type FittedComponent } from '../components/fit-component.js';
import { measuredResource } from '../components/observed.js';
import type { ComposedLatency } from '../compose.js';
import type { Scheme } from '../hold-out/schemes.js';
import type { ModelCell, ResourceId } from '../observations/model-cell.js';
import { componentValue, type ComponentValue } from '../predict/component-value.js';
import { componentOf } from './component-of.js';
import { discountOf, type LeftOut } from './left-out.js';

export interface LeftOutResource {
  readonly cell: ModelCell;
  readonly group: number;
  /** In the resource's own unit. */
  readonly measured: number;
  /** Logarithm of what was predicted, and one deviation of it. */
  readonly log: number;
  readonly deviation: number;
  /** How many deviations the prediction was off. */
  readonly score: number;
}

/** Uncertainty no resource goes below, as a share: medians themselves are not known better. */
const leastDeviation = 0.02;

/** A resource's logarithm and its deviation: CPU time is a share of the latency, and as uncertain as both. */
export function resourceValue(
  id: ResourceId,
  { log, variance }: ComponentValue,
  latency: ComposedLatency,
): { log: number; deviation: number } {
  if (id === 'memory') return { log, deviation: Math.hypot(Math.sqrt(variance), leastDeviation) };
  const whole = Math.log(latency.time());
  return {
    log: log + whole,
    deviation: Math.hypot(Math.sqrt(variance), Math.log(latency.time(1)) - whole),
  };
}

/** Leaves each group of a scheme out in turn; `latencies`: of the same cells, left out in the same groups. */
export function leaveResourceOut(
  resource: FittedComponent<ResourceId>,
  { groups }: Pick<Scheme, 'groups'>,
  latencies: readonly LeftOut[],
): LeftOutResource[] {
  const latencyOf = new Map(latencies.map(({ cell, latency }) => [cell, latency]));
  const whole = componentOf(resource);
  return groups.flatMap((left, group) => {
    const predicted = predictLeftOut(resource, left);
    const discount = discountOf(whole, left);
    return [...predicted].flatMap(([cell, value]) => {
      const [latency, measured] = [latencyOf.get(cell), measuredResource(resource.id, cell)];
      if (latency === undefined || measured === undefined) return [];
      const { variance } = componentValue(whole, cell, discount);
      const { log, deviation } = resourceValue(resource.id, { log: value, variance }, latency);
      return [
        { cell, group, measured, log, deviation, score: Math.abs(Math.log(measured) - log) / deviation },
      ];
    });
  });
}
