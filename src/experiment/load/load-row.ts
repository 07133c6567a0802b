/** The row of one request of a load. */
import { functionPhases } from '../../domain/factors.js';
import { outcomeOfError } from '../../domain/level.js';
import { measurementSchemaId, type Measurement } from '../../domain/measurement.js';
import { milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import type { PlannedLevel } from './level-plan.js';
import type { LoadExchange, LoadRequest } from './target.js';

/** A level's instances have numbers from 0: in a run directory their sandboxes have this many numbers to themselves. */
const sandboxesPerLevel = 100_000;

/** Latency is from the moment the request was due; what of it is queueing and lateness is said besides. */
export function loadRow(
  { index, round, cell }: PlannedLevel,
  payloadBytes: Bytes,
  request: LoadRequest,
  exchange: LoadExchange,
  startedAt: Date,
  origin: Milliseconds,
): Measurement {
  const { served } = exchange;
  const late = milliseconds(request.sentAt - request.dueAt);
  const common = {
    ...cell,
    schema: measurementSchemaId,
    trial: index,
    round,
    invocation: request.index,
    startedAt: new Date(startedAt.getTime() + request.dueAt - origin).toISOString(),
    payloadBytes,
    lateMs: late,
    ...(served === undefined
      ? {}
      : {
          sandbox: index * sandboxesPerLevel + served.instance,
          ...{ instance: served.instance, cold: served.cold, queuedMs: served.queuedMs },
        }),
  } satisfies Partial<Measurement>;
  if (exchange.state === 'failed')
    return { ...common, outcome: outcomeOfError(exchange.kind), reason: exchange.reason };
  const latency = exchange.answeredAt - request.dueAt;
  const { head } = exchange;
  const times = head?.phases ?? {};
  const inside = functionPhases.reduce((sum, phase) => sum + (times[phase] ?? 0), 0);
  const left = latency - late - (served?.queuedMs ?? 0) - inside;
  return {
    ...common,
    outcome: 'ok',
    latencyMs: milliseconds(latency),
    ...Object.fromEntries(Object.entries(times).map(([phase, time]) => [`${phase}Ms`, time])),
    ...(head === undefined
      ? {}
      : {
          sequence: head.sequence,
          responseBytes: head.responseBytes,
          transportMs: milliseconds(Math.max(0, left)),
        }),
  };
}
