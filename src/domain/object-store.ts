/** Where functions' objects lie: what a store can do, and the few ways in which it fails. */
import type { Storage, StorageConnection } from './factors.js';
import type { Bytes, Milliseconds } from './units.js';

/** Why a store did not do what it was asked; the statuses of docs/protocol.md. */
export type StorageFailure = 'missing' | 'denied' | 'too-large' | 'unreachable' | 'not-allowed' | 'failed';

/** A store did not do what it was asked. The message is for the log: it holds no credentials and no address. */
export class StorageError extends Error {
  override readonly name = 'StorageError';

  constructor(
    readonly failure: StorageFailure,
    message: string,
  ) {
    super(message);
  }
}

/** Keys of docs/protocol.md: safe as file names, in URLs and in Redis. */
export const objectKeyPattern = /^[a-z0-9][a-z0-9._-]{0,199}$/;

/** A store of objects by key. Every member rejects with a `StorageError`. */
export interface ObjectStore {
  /** @throws StorageError `missing`; `too-large` for one above the store's limit */
  get(key: string): Promise<Buffer>;
  put(key: string, object: Uint8Array): Promise<void>;
  /** Resolves too when there is no such object. */
  delete(key: string): Promise<void>;
  /** Lets go of the connection. Never rejects. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Stands before every key. */
  readonly prefix: string;
  /** The largest object taken or given. */
  readonly limit: Bytes;
  /** The longest any call may take before it is `unreachable`. */
  readonly timeLimit: Milliseconds;
}

/** What a service itself counted since it began; differences of two readings are what happened in between. */
export interface ServiceCounters {
  /** Requests of functions, without those this reading itself takes. */
  readonly requests: number;
  /** Bytes of requests that came in, without those of reading the counters. */
  readonly receivedBytes: Bytes;
  /** Bytes of answers that went out, without those of reading the counters. */
  readonly sentBytes: Bytes;
}

/** How a function reaches a service by itself. Holds credentials: never logged, recorded or printed. */
export interface ServiceAddress {
  readonly url: string;
  /** S3's region. */
  readonly region?: string;
}

/** A service that keeps objects, up and running. */
export interface StorageService {
  readonly storage: Extract<Storage, 'redis' | 's3'>;
  /** The server's name and version, e.g. `redis 7.0.15`. */
  readonly version: string;
  /** `own`: started by this run, and ended with it. `given`: somebody else's, by its URL. */
  readonly origin: 'own' | 'given';
  readonly address: ServiceAddress;
  /** Opens a connection of its own. @throws StorageError */
  connect(options: StoreOptions): Promise<ObjectStore>;
  /** The same service by way of a proxy on that port of the loopback. */
  readonly at: (port: number) => Pick<StorageService, 'address' | 'connect'>;
  /** The service's own counters; absent where it has none that can be read. */
  readonly counters?: () => Promise<ServiceCounters>;
  /**
   * Whether it answers now. One of our own that has ended is started again, empty, on the same port with the same
   * secret.
   */
  revive(): Promise<boolean>;
  /** Ends it and removes its data, if it is ours. Idempotent. */
  stop(): Promise<void>;
}

/** How an experiment reaches objects in one cell. */
export interface StorageRoute {
  readonly storage: Storage;
  readonly access?: 'direct' | 'host';
  readonly connection?: StorageConnection;
}
