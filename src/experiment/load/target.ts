/** What a load is sent to, and what can come of a request. */
import { hasCode, messageOf } from '../../domain/errors.js';
import type { AnswerHead } from '../../control-plane/invoke/frames.js';
import type { Bytes, Milliseconds } from '../../domain/units.js';

/** How a request can fail. */
export const failureKinds = [
  /** Nobody listens. */
  'refused',
  /** The connection was broken off. */
  'reset',
  /** The other side ended its half of the connection before the answer was whole. */
  'half-closed',
  /** No whole answer within the time limit. */
  'timeout',
  'wrong-output',
  /** A full queue said no. */
  'rejected',
  /** The sandbox ended, or could not be started. */
  'crashed',
] as const;
export type FailureKind = (typeof failureKinds)[number];

export interface LoadRequest {
  /** From 0, warm-up included, in the order of sending. */
  readonly index: number;
  /** When an open load's schedule wanted it sent; of a closed load, when it was sent. On the clock. */
  readonly dueAt: Milliseconds;
  readonly sentAt: Milliseconds;
  /** When it has failed as a `timeout`. */
  readonly deadline: Milliseconds;
  /** False in the warm-up. */
  readonly measured: boolean;
}

/** How the platform served a request; absent where there is no platform in between. */
export interface Placement {
  readonly cold: boolean;
  readonly queuedMs: Milliseconds;
  readonly instance: number;
}

export type LoadExchange =
  | {
      readonly state: 'answered';
      readonly answeredAt: Milliseconds;
      readonly served?: Placement;
      /** What the function said of the invocation besides its output, where it says something. */
      readonly head?: AnswerHead & { readonly responseBytes: Bytes };
    }
  | {
      readonly state: 'failed';
      readonly kind: FailureKind;
      readonly reason: string;
      readonly served?: Placement;
    };

export interface Target {
  /** Sends one request and waits for its answer, verified. */
  send(request: LoadRequest): Promise<LoadExchange>;
}

/** What an error of a connection means: by its code. */
export function failureOf(error: unknown): LoadExchange {
  const kind = hasCode(error, 'ECONNREFUSED')
    ? 'refused'
    : hasCode(error, 'ECONNRESET', 'EPIPE', 'ECONNABORTED')
      ? 'reset'
      : hasCode(error, 'ETIMEDOUT')
        ? 'timeout'
        : 'crashed';
  return { state: 'failed', kind, reason: messageOf(error) };
}
