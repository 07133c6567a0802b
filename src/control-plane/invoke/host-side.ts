/** The host's side of `access: host`: a function asks, and a client of ours does it. */
import type { Clock } from '../../domain/clock.js';
import { objectKeyPattern, StorageError, type ObjectStore } from '../../domain/object-store.js';
import { bytes, milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import type { RawFrame } from './frames.js';
import { decodeHostRequest, encodeFailure, encodeResult, type HostRequest } from './storage-frames.js';

/** Who answers a function's `get` and `put`. */
export interface Host {
  /** The largest body of a request; a larger one is a breach of the protocol. */
  readonly largestRequestBytes: Bytes;
  /** The `result` frame to a request. @throws ProtocolError for a request that is none */
  serve(request: RawFrame): Promise<Buffer>;
}

export interface HostPolicy {
  /** The keys a function may get and put; any other is `not-allowed`. */
  readonly keys: ReadonlySet<string>;
  /** The largest object taken from a function; what it gets is limited by the store. */
  readonly limit: Bytes;
  /** Whether one connection serves all invocations. */
  readonly connection: 'reused' | 'per-invocation';
}

/** Time our client took for a function's objects, connecting included where it had to. */
export interface HostTimes {
  readonly hostFetchMs?: Milliseconds;
  readonly hostStoreMs?: Milliseconds;
}

const keyAllowanceBytes = 1024;

export class HostSide implements Host {
  readonly largestRequestBytes: Bytes;
  private store: Promise<ObjectStore> | undefined;
  private fetchTime: number | undefined;
  private storeTime: number | undefined;

  /** @param connect opens a connection that is the host's alone. @throws StorageError */
  constructor(
    private readonly connect: () => Promise<ObjectStore>,
    private readonly policy: HostPolicy,
    private readonly clock: Clock,
  ) {
    // Above the limit by a little is for `put` to refuse, far above it for the parser.
    this.largestRequestBytes = bytes(policy.limit * 2 + keyAllowanceBytes);
  }

  /** Connects, so that a kept connection stands before the first request, as a host's does. Never rejects. */
  async open(): Promise<void> {
    if (this.policy.connection === 'reused') await this.connected().catch(() => undefined);
  }

  async serve(frame: RawFrame): Promise<Buffer> {
    const request = decodeHostRequest(frame);
    const begun = this.clock.now();
    try {
      return await this.act(request);
    } catch (error) {
      // A connection that failed is not used again: the next invocation opens another.
      if (!(error instanceof StorageError) || error.failure === 'unreachable') this.forget();
      return encodeFailure(error instanceof StorageError ? error.failure : 'failed');
    } finally {
      const spent = this.clock.now() - begun;
      if (request.does === 'get') this.fetchTime = (this.fetchTime ?? 0) + spent;
      else this.storeTime = (this.storeTime ?? 0) + spent;
    }
  }

  /** Ends an invocation: gives back its times, and lets go of a connection that was for it alone. */
  endInvocation(): HostTimes {
    const times = {
      ...(this.fetchTime === undefined ? {} : { hostFetchMs: milliseconds(this.fetchTime) }),
      ...(this.storeTime === undefined ? {} : { hostStoreMs: milliseconds(this.storeTime) }),
    };
    this.fetchTime = undefined;
    this.storeTime = undefined;
    if (this.policy.connection === 'per-invocation') this.forget();
    return times;
  }

  async close(): Promise<void> {
    const store = this.store;
    this.store = undefined;
    await store?.then((open) => open.close()).catch(() => undefined);
  }

  private async act(request: HostRequest): Promise<Buffer> {
    const { keys, limit } = this.policy;
    if (!objectKeyPattern.test(request.key) || !keys.has(request.key)) return encodeFailure('not-allowed');
    if (request.does === 'put' && request.object.length > limit) return encodeFailure('too-large');
    const store = await this.connected();
    if (request.does === 'get') return encodeResult(await store.get(request.key));
    await store.put(request.key, request.object);
    return encodeResult();
  }

  private connected(): Promise<ObjectStore> {
    if (this.store === undefined) {
      const opening = this.connect();
      // One that could not be opened is tried anew by the next request.
      opening.catch(() => (this.store = undefined));
      this.store = opening;
    }
    return this.store;
  }

  private forget(): void {
    void this.close();
  }
}
