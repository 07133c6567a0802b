/** The small platform as what a load is sent to. */
import type { Exchange } from '../../control-plane/invoke/line.js';
import type { Platform } from '../../control-plane/platform/platform.js';
import type { Served } from '../../control-plane/platform/instance.js';
import { bytes } from '../../domain/units.js';
import type { FailureKind, LoadExchange, LoadRequest, Target } from './target.js';

/**
 * A function on a platform. Its instances answer with the exchange they had, verified by whoever made the instance; one
 * that could not serve rejects. Rows get from it whether it was cold, how long it queued and which instance served it.
 */
export const platformTarget = (
  platform: Pick<Platform<LoadRequest, LoadExchange>, 'invoke'>,
  name: string,
): Target => ({
  send: async (request) => exchangeOf(await platform.invoke(name, request)),
});

/** Why an instance could not serve a request, as what it is counted. */
export class BrokenLine extends Error {
  constructor(
    readonly kind: FailureKind,
    reason: string,
  ) {
    super(reason);
  }
}

function exchangeOf(served: Served<LoadExchange>): LoadExchange {
  switch (served.outcome) {
    case 'rejected':
      return { state: 'failed', kind: 'rejected', reason: served.reason };
    case 'crashed':
      return {
        state: 'failed',
        kind: served.cause instanceof BrokenLine ? served.cause.kind : 'crashed',
        reason: served.reason,
      };
    case 'ok': {
      const { cold, queuedMs, instance } = served;
      return { ...served.answer, served: { cold, queuedMs, instance } };
    }
  }
}

/** What an exchange on a line (src/control-plane/invoke/line.ts) is to a load. @param verify why an answer is wrong */
export function loadExchangeOf(
  exchange: Exchange,
  verify: (body: Buffer) => string | undefined,
): LoadExchange {
  if (exchange.state === 'failed')
    return { state: 'failed', kind: exchange.outcome, reason: exchange.reason };
  const wrong = verify(exchange.body);
  return wrong === undefined
    ? {
        state: 'answered',
        answeredAt: exchange.answeredAt,
        head: { ...exchange.head, responseBytes: bytes(exchange.body.length) },
      }
    : { state: 'failed', kind: 'wrong-output', reason: wrong };
}
