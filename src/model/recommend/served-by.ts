/** What the model predicts of a workload's requests on a runtime: cold and warm ones, small and large ones. */
import { invalidInput } from '../../domain/errors.js';
import type { Start } from '../../domain/factors.js';
import type { ModelFile } from '../fit/model-file.js';
import { systemOf } from '../observations/model-cell.js';
import { predictLatency, type LatencyPrediction } from '../predict/predict-latency.js';
import type { Workload } from './workload.js';

/** What serves a request that finds no instance, and one that does. */
export function startsOf(file: ModelFile, runtime: string): { cold: Start; warm: Start } {
  const starts = new Set(
    file.cells.filter(({ cell }) => systemOf(cell) === runtime).map(({ cell }) => cell.start),
  );
  const first = (...wanted: Start[]): Start | undefined => wanted.find((start) => starts.has(start));
  const cold = first('cold', 'snapshot', 'fresh');
  const warm = first('warm', 'fresh');
  if (cold !== undefined && warm !== undefined) return { cold, warm };
  if (starts.size > 0)
    throw invalidInput(
      `${runtime} was measured ${[...starts].join(' and ')} only; a workload needs both cold and warm starts`,
      `Measure the other: lumos run --runtimes ${runtime} --starts cold,warm.`,
    );
  // Refused by name, with the nearest that is known.
  return { cold: 'cold', warm: 'warm' };
}

export type Asked = Pick<
  Workload,
  'function' | 'payload' | 'environment' | 'access' | 'clients' | 'registry'
>;

/** Payloads in their shares of all requests. */
export function payloadsOf({ payload }: Pick<Workload, 'payload'>): { payload: string; share: number }[] {
  if (typeof payload === 'string') return [{ payload, share: 1 }];
  const sum = payload.reduce((total, { weight }) => total + weight, 0);
  return payload.map((one) => ({ payload: one.payload, share: one.weight / sum }));
}

export interface ServedPayload {
  /** Of all requests, 0 to 1. */
  readonly share: number;
  readonly cold: LatencyPrediction;
  readonly warm: LatencyPrediction;
}

/** @throws LumosError `invalid-input` for a factor that the model never saw */
export function servedBy(file: ModelFile, asked: Asked, runtime: string): ServedPayload[] {
  const starts = startsOf(file, runtime);
  const { environment, access, clients, registry } = asked;
  return payloadsOf(asked).map(({ payload, share }) => {
    const at = (start: Start): LatencyPrediction =>
      predictLatency(file, {
        ...{ function: asked.function, payload, runtime, start },
        ...(environment === undefined ? {} : { environment }),
        ...(access === undefined ? {} : { access }),
        ...(clients === undefined ? {} : { clients }),
        ...(registry === undefined ? {} : { registry }),
      });
    return { share, cold: at(starts.cold), warm: at(starts.warm) };
  });
}
