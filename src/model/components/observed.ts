/** What was measured of a cell, as a logarithm, and how well it is known. */
import type { ModelCell, ResourceId, TargetId } from '../observations/model-cell.js';

export interface Observed {
  /** Of ms for a component, of bytes for memory, of the share of the latency for CPU time. */
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

/** How many sandboxes the number of samples speaks for, against what sandboxes showed of their own spread. */
const priorSandboxes = 6;

/** The variance of a median from sandbox to sandbox over the usual one: as they showed it, and as their number has it. */
function medianVariance(cell: ModelCell, error: number | undefined): number {
  const expected = usualSamples / cell.n;
  if (error === undefined) return expected;
  const shown = (error / usualSpread) ** 2;
  const sandboxes = Math.min(cell.sandboxes ?? 3, 30);
  return (sandboxes * shown + priorSandboxes * expected) / (sandboxes + priorSandboxes);
}

/** A resource's value in its own unit; undefined where the cell's was not measured. */
export function measuredResource(
  id: ResourceId,
  { peakMemoryBytes, cpuMs }: Pick<ModelCell, 'peakMemoryBytes' | 'cpuMs'>,
): number | undefined {
  const value = id === 'memory' ? peakMemoryBytes : cpuMs;
  return value !== undefined && value > 0 ? value : undefined;
}

/** Undefined where the cell does not have the component, or the resource was not measured. */
export function observed(id: TargetId, cell: ModelCell): Observed | undefined {
  const few = 1 + usualSamples / cell.n;
  if (id === 'memory' || id === 'cpu') {
    const value = measuredResource(id, cell);
    if (value === undefined) return undefined;
    return { log: Math.log(value / (id === 'cpu' ? cell.latencyMs.p50 : 1)), noiseFactor: few };
  }
  const time = cell.componentsMs[id];
  if (time === undefined) return undefined;
  const mixed = id === 'boundary' && cell.componentsMs.launch !== undefined;
  const floor = Math.max(clockFloor, (mixed ? launchFloorShare : smallShare) * cell.latencyMs.p50);
  const used = Math.max(time, least);
  return {
    log: Math.log(used),
    noiseFactor: 1 + medianVariance(cell, cell.componentErrors?.[id]) + (floor / used / usualSpread) ** 2,
  };
}
