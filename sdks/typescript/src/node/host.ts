/** Objects that the function asks its host for. */
import { StreamError } from '../errors.js';
import { reasonOfStatus, StorageFailure, type Store } from '../storage/session.js';
import { getFrame, largestBody, putFrame } from './frames.js';
import type { Reader } from './reader.js';
import type { Streams } from './streams.js';

/** The host at the other end of the streams. It answers within the call: nothing else is done meanwhile. */
export class Host implements Store {
  roundTrips = 0;
  /** Why nothing more can be asked: the function may go on after that, its answer is not written. */
  broken: unknown;

  constructor(
    private readonly reader: Reader,
    private readonly streams: Streams,
  ) {}

  begin(): void {
    this.roundTrips = 0;
  }

  get(key: string): Uint8Array {
    return this.unlessBroken(() => this.ask(getFrame(key)));
  }

  put(key: string, object: Uint8Array): void {
    if (2 + key.length + object.length > largestBody) throw new StorageFailure('too-large');
    this.unlessBroken(() => {
      if (this.ask(putFrame(key, object)).length > 0) throw refused('an object follows a put');
    });
  }

  private ask(frame: readonly Uint8Array[]): Uint8Array {
    this.streams.write(frame);
    const body = this.reader.result();
    const [status] = body;
    if (status === undefined) throw refused('it has no status');
    this.roundTrips += 1;
    const object = body.subarray(1);
    if (status === 0) return object;
    const reason = reasonOfStatus[status];
    if (reason === undefined) throw refused("its status is none of the protocol's");
    if (object.length > 0) throw refused('an object follows a failure');
    throw new StorageFailure(reason);
  }

  private unlessBroken<T>(work: () => T): T {
    if (this.broken !== undefined) throw new StorageFailure('unreachable');
    try {
      return work();
    } catch (error) {
      if (error instanceof StorageFailure) throw error;
      this.broken = error;
      throw new StorageFailure('unreachable');
    }
  }
}

const refused = (why: string): StreamError => new StreamError(`a result of the host: ${why}`);
