/** How well a component's time is known: the smaller it is against what it was measured with, the less it counts. */
import type { Milliseconds } from '../../domain/units.js';
import type { ComponentId, ModelCell } from '../observations/model-cell.js';

/** A component of a measured cell. */
export interface ObservedTime {
  readonly log: number;
  /** What the variance of the noise is multiplied with. */
  readonly noiseFactor: number;
}

/** The spread of a well-measured component between runs, as a share; noise factors are relative to it. */
const usualSpread = 0.05;

/** What a clock resolves that is read twice, in ms. */
const clockFloor = 5e-4;

/** Launch and crossing are told apart by one event; of a cold latency this share may be on either side. */
const launchFloorShare = 0.005;

/**
 * A part below this share of the latency counts less: what a few host calls and readings of the clock add to it is not
 * the function's, and not to be carried over to where the part is large.
 */
const smallShare = 0.005;

/** No time is taken to be shorter, in ms. */
const least = 1e-4;

/** Samples whose median's own error is as large as the usual spread. */
const usualSamples = 4;

/** Undefined where the cell does not have the component. */
export function observedTime(id: ComponentId, cell: ModelCell): ObservedTime | undefined {
  const time: Milliseconds | undefined = cell.componentsMs[id];
  if (time === undefined) return undefined;
  const mixed = id === 'boundary' && cell.componentsMs.launch !== undefined;
  const floor = Math.max(clockFloor, (mixed ? launchFloorShare : smallShare) * cell.latencyMs.p50);
  const used = Math.max(time, least);
  return {
    log: Math.log(used),
    noiseFactor: 1 + usualSamples / cell.n + (floor / used / usualSpread) ** 2,
  };
}
