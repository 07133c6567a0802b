/** From what one invocation gave to the row it becomes. */
import type { Exchange, Line } from '../control-plane/invoke/line.js';
import type { Counters } from '../data-plane/probes/counters.js';
import { functionPhases, type Outcome, type Start } from '../domain/factors.js';
import { measurementSchemaId, type Measurement } from '../domain/measurement.js';
import { bytes, milliseconds, type Bytes, type Milliseconds } from '../domain/units.js';
import { fittingRow } from '../records/row-codec.js';
import type { Trial } from './plan.js';
import type { ReadyPayload } from './ready-payloads.js';
import type { StorageFigures } from './trial-storage.js';

export interface Observation {
  readonly trial: Trial;
  /** Number of the sandbox, unique in the run directory. */
  readonly sandbox: number;
  readonly invocation: number;
  readonly startedAt: Date;
  readonly payloadBytes: Bytes;
  /** When the sandbox was asked for; absent where it stood already, and the request's own moment counts. */
  readonly launchedAt?: Milliseconds;
  readonly exchange: Exchange;
  /** When the function said that it was ready; with `launchedAt`. */
  readonly readyAt?: Line['readyAt'];
  readonly counters: Counters;
  /** Sandboxes of this function that stood just before a cold start was asked for. */
  readonly existingSandboxes: number;
  readonly verify: ReadyPayload['verify'];
  /** What was counted of the storage, and what is wrong with what the function stored. */
  readonly storage?: { readonly figures: StorageFigures; readonly wrong: string | undefined };
  /** The first warm-up of an instance: verified, but no warm start, and not taken for one. */
  readonly isFirstService?: boolean;
}

/** The kernel's count of bytes read and written leaves out what goes through sockets: over HTTP it says nothing. */
function withoutStreams(counters: Counters): Counters {
  const others: { -readonly [Name in keyof Counters]: Counters[Name] } = { ...counters };
  delete others.readBytes;
  delete others.writtenBytes;
  return others;
}

export function toRow(observation: Observation): Measurement {
  const { trial, exchange } = observation;
  const counters =
    trial.cell.transport === 'http' ? withoutStreams(observation.counters) : observation.counters;
  const judged = judge(observation);
  const common = {
    ...trial.cell,
    schema: measurementSchemaId,
    trial: trial.index,
    sandbox: observation.sandbox,
    invocation: observation.invocation,
    round: trial.round,
    startedAt: observation.startedAt.toISOString(),
    payloadBytes: observation.payloadBytes,
    ...judged,
  } satisfies Partial<Measurement>;
  const storage = observation.storage?.figures ?? {};
  if (exchange.state === 'failed') return fittingRow({ ...common, ...storage, ...counters });
  return fittingRow({
    ...common,
    responseBytes: bytes(exchange.body.length),
    sequence: exchange.head.sequence,
    ...times(observation, exchange),
    ...exchange.head.storage,
    ...storage,
    ...counters,
  });
}

type Answered = Extract<Exchange, { state: 'answered' }>;

function times(
  { launchedAt, readyAt }: Observation,
  { sentAt, answeredAt, head }: Answered,
): Partial<Measurement> {
  const latency = answeredAt - (launchedAt ?? sentAt);
  const inside = functionPhases.reduce((sum, phase) => sum + (head.phases[phase] ?? 0), 0);
  // The function may be at work already when its word that it is ready is read here: what it did meanwhile is no launch.
  const launch =
    launchedAt === undefined || readyAt === undefined
      ? undefined
      : milliseconds(Math.max(0, Math.min(readyAt - launchedAt, latency - inside)));
  return {
    latencyMs: milliseconds(latency),
    ...(launch === undefined ? {} : { launchMs: launch }),
    ...Object.fromEntries(Object.entries(head.phases).map(([phase, time]) => [`${phase}Ms`, time])),
    // The function's clock is not ours: its phases may come out longer than the whole by the difference of the two.
    transportMs: milliseconds(Math.max(0, latency - (launch ?? 0) - inside)),
  };
}

/** Verifies the output and the start; neither is taken on trust. */
function judge(observation: Observation): { outcome: Outcome; reason?: string } {
  const { exchange, verify, trial, existingSandboxes, storage } = observation;
  if (exchange.state === 'failed') return { outcome: exchange.outcome, reason: exchange.reason };
  const wrong = verify(exchange.body) ?? storage?.wrong;
  if (wrong !== undefined) return { outcome: 'wrong-output', reason: wrong };
  if (observation.isFirstService === true) return { outcome: 'ok' };
  const misfit = wrongStart(trial.cell.start, exchange.head.sequence, existingSandboxes);
  return misfit ?? { outcome: 'ok' };
}

function wrongStart(
  start: Start,
  sequence: number,
  existing: number,
): { outcome: Outcome; reason: string } | undefined {
  if (start === 'warm') {
    return sequence > 1
      ? undefined
      : { outcome: 'wrong-output', reason: 'not a warm start: the instance had not served before' };
  }
  if (start === 'fresh') {
    return sequence === 1
      ? undefined
      : {
          outcome: 'not-cold',
          reason: `not a fresh instance: it had served ${sequence - 1} time(s) before`,
        };
  }
  if (existing > 0) {
    return {
      outcome: 'not-cold',
      reason: `${existing} sandbox(es) of the function existed before the request`,
    };
  }
  return sequence === 1
    ? undefined
    : { outcome: 'not-cold', reason: `the instance had served ${sequence - 1} time(s) before` };
}
