/** Memory, CPU time and energy of an invocation, measured or not. */
import { bytes, milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import { measuredResource } from '../components/observed.js';
import type { Place } from '../components/place.js';
import type { ComposedLatency } from '../compose.js';
import { resourceValue } from '../fit/left-out-resource.js';
import type { ModelFile, Resource } from '../fit/model-file.js';
import type { SchemeId } from '../hold-out/schemes.js';
import type { MeasuredEnergy } from '../observations/measured-energy.js';
import { systemOf, workOf } from '../observations/model-cell.js';
import { componentValue } from './component-value.js';
import { whyNotKnown } from './knowledge.js';

/** A median with its 90 % prediction interval; that is absent where too few cells were measured to tell. */
export interface PredictedMemory {
  readonly bytes: Bytes;
  readonly interval90?: readonly [Bytes, Bytes];
}

export interface PredictedCpu {
  readonly ms: Milliseconds;
  readonly interval90?: readonly [Milliseconds, Milliseconds];
}

/** Memory and CPU time are absent where they were not measured on the runtime, and where they are not known at this place. */
export interface PredictedResources {
  /** Peak of the sandbox. */
  readonly memory?: PredictedMemory;
  /** CPU time of the sandbox, its launch included for a cold start. */
  readonly cpu?: PredictedCpu;
  /** As measured under load, one entry a level; absent where it was not. It is not modelled. */
  readonly energy?: readonly MeasuredEnergy[];
}

/** All that a resource is predicted from. */
export interface PlaceOfResources {
  readonly place: Place;
  readonly latency: ComposedLatency;
  readonly scheme: SchemeId;
  /** False where the place lies too far beyond what was measured: then no resource is predicted. */
  readonly isKnown: boolean;
  /** CPU time is a share of the latency: where that is not known, neither is it. */
  readonly isLatencyKnown: boolean;
}

function widthOf({ calibrations }: Resource, scheme: SchemeId): number | undefined {
  const own = calibrations.find((one) => one.scheme === scheme)?.width90;
  if (own !== undefined || calibrations.length === 0) return own;
  return Math.max(...calibrations.map(({ width90 }) => width90));
}

/** A logarithm's middle and ends; undefined for a resource that was measured on no cell of the runtime, or is not known here. */
function predicted(
  file: ModelFile,
  resource: Resource,
  { place, latency, scheme, isKnown, isLatencyKnown }: PlaceOfResources,
): { middle: number; ends: readonly [number, number] | undefined } | undefined {
  const system = systemOf(place.cell);
  const seen = file.cells.some(
    (one) => systemOf(one.cell) === system && measuredResource(resource.id, one) !== undefined,
  );
  if (!seen || !isKnown || (resource.id === 'cpu' && !isLatencyKnown)) return undefined;
  const { log, deviation } = resourceValue(resource.id, componentValue(resource, place), latency);
  const width = widthOf(resource, scheme);
  const at = (deviations: number): number => Math.exp(log + deviations * deviation);
  if (width === undefined) return { middle: at(0), ends: undefined };
  const ends = [at(-width), at(width)] as const;
  return whyNotKnown(ends, []) === undefined ? { middle: at(0), ends } : undefined;
}

const memoryOf = ({ middle, ends }: NonNullable<ReturnType<typeof predicted>>): PredictedMemory => {
  const whole = (value: number): Bytes => bytes(Math.round(value));
  return {
    bytes: whole(middle),
    ...(ends === undefined ? {} : { interval90: [whole(ends[0]), whole(ends[1])] }),
  };
};

const cpuOf = ({ middle, ends }: NonNullable<ReturnType<typeof predicted>>): PredictedCpu => ({
  ms: milliseconds(middle),
  ...(ends === undefined ? {} : { interval90: [milliseconds(ends[0]), milliseconds(ends[1])] }),
});

export function predictResources(file: ModelFile, at: PlaceOfResources): PredictedResources {
  const found = Object.fromEntries(
    file.resources.map((resource) => [resource.id, predicted(file, resource, at)]),
  );
  const { cell } = at.place;
  const energy = file.energy.filter(
    (one) =>
      workOf(one.cell) === workOf(cell) &&
      systemOf(one.cell) === systemOf(cell) &&
      one.cell.environment === cell.environment &&
      one.cell.payload === cell.payload,
  );
  return {
    ...(found['memory'] === undefined ? {} : { memory: memoryOf(found['memory']) }),
    ...(found['cpu'] === undefined ? {} : { cpu: cpuOf(found['cpu']) }),
    ...(energy.length === 0 ? {} : { energy }),
  };
}
