/** Objects in Redis through its own client: one connection, no queue for better times, no reconnection behind one's back. */
import { createClient, ErrorReply, RESP_TYPES } from '@redis/client';
import { StorageError, type ObjectStore, type StoreOptions } from '../../domain/object-store.js';
import type { Milliseconds } from '../../domain/units.js';
import { isRefusal } from './redis-wire.js';
import type { RedisPlace } from './service-url.js';
import {
  checkKey,
  checkSize,
  connectionCode,
  missingObject,
  serviceFailure,
  withinTime,
} from './storage-failure.js';

/** Opens a connection and says who it is. @throws StorageError `unreachable`, `denied`, `failed` */
export async function openRedisStore(place: RedisPlace, options: StoreOptions): Promise<ObjectStore> {
  const store = new RedisStore(place, options);
  await store.open();
  return store;
}

const createBinaryClient = (place: RedisPlace, timeLimit: Milliseconds) =>
  createClient({
    RESP: 2,
    socket: { host: place.host, port: place.port, connectTimeout: timeLimit, reconnectStrategy: false },
    ...(place.user === undefined ? {} : { username: place.user }),
    ...(place.password === undefined ? {} : { password: place.password }),
    database: place.database,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  });
type BinaryClient = ReturnType<typeof createBinaryClient>;

/** A connection that broke fails the call that met it; the next call opens another one. */
class RedisStore implements ObjectStore {
  private connection: RedisConnection | undefined;
  private closed = false;

  constructor(
    private readonly place: RedisPlace,
    private readonly options: StoreOptions,
  ) {}

  async open(): Promise<RedisConnection> {
    if (this.closed) throw serviceFailure('unreachable', 'the connection was closed');
    if (this.connection?.usable === true) return this.connection;
    this.connection = new RedisConnection(this.place, this.options.timeLimit);
    await this.connection.open();
    return this.connection;
  }

  async get(key: string): Promise<Buffer> {
    checkKey(key);
    const { limit } = this.options;
    const name = this.options.prefix + key;
    const connection = await this.open();
    // One round trip as a plain GET has, yet never more than one byte above the limit, whatever lies there.
    const object = await connection.ask((client) => client.getRange(name, 0, limit));
    if (!Buffer.isBuffer(object)) throw serviceFailure('failed', 'not a string');
    checkSize(key, object.length, limit);
    if (object.length === 0 && (await connection.ask((client) => client.exists(name))) === 0) {
      throw missingObject(key);
    }
    return object;
  }

  async put(key: string, object: Uint8Array): Promise<void> {
    checkKey(key);
    checkSize(key, object.length, this.options.limit);
    const connection = await this.open();
    const view = Buffer.from(object.buffer, object.byteOffset, object.byteLength);
    await connection.ask((client) => client.set(this.options.prefix + key, view));
  }

  async delete(key: string): Promise<void> {
    checkKey(key);
    const connection = await this.open();
    await connection.ask((client) => client.del(this.options.prefix + key));
  }

  close(): Promise<void> {
    this.closed = true;
    this.connection?.end();
    return Promise.resolve();
  }
}

class RedisConnection {
  private readonly client: BinaryClient;
  private ended = false;
  private readonly broken: Promise<never>;
  private breakWith: (error: StorageError) => void = () => undefined;

  constructor(
    place: RedisPlace,
    private readonly timeLimit: Milliseconds,
  ) {
    this.broken = new Promise<never>((_, reject) => {
      this.breakWith = reject;
    });
    this.broken.catch(() => undefined);
    this.client = createBinaryClient(place, timeLimit);
    // Answers that are no Redis are told only here: whoever waits for them would wait for ever.
    this.client.on('error', (error: unknown) => this.breakOff(asStorageError(error)));
  }

  get usable(): boolean {
    return !this.ended && this.client.isReady;
  }

  async open(): Promise<void> {
    try {
      await this.raced(this.client.connect());
    } catch (error) {
      this.end();
      throw error;
    }
  }

  ask<T>(question: (client: BinaryClient) => Promise<T>): Promise<T> {
    return this.raced(question(this.client));
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.breakWith(serviceFailure('unreachable', 'the connection was closed'));
    try {
      this.client.destroy();
    } catch {
      // It was never open, or is closed already: nothing is left to let go of.
    }
  }

  private breakOff(error: StorageError): void {
    this.breakWith(error);
    this.end();
  }

  /** After a question without its answer the next answer would be taken for it, so the connection ends. */
  private async raced<T>(answer: Promise<T>): Promise<T> {
    answer.catch(() => undefined);
    try {
      return await withinTime(this.timeLimit, Promise.race([answer, this.broken]), () => this.end());
    } catch (error) {
      throw asStorageError(error);
    }
  }
}

function asStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  if (error instanceof ErrorReply) {
    // Only the first word is the server's own; what follows may repeat what it was sent.
    const word = /^[A-Z]+/.exec(error.message)?.[0];
    return serviceFailure(isRefusal(error.message) ? 'denied' : 'failed', word);
  }
  const code = connectionCode(error);
  if (code !== '') return serviceFailure('unreachable', code);
  const name = error instanceof Error ? error.constructor.name : '';
  return connectionErrors.has(name)
    ? serviceFailure('unreachable')
    : serviceFailure('failed', 'not the Redis protocol');
}

/** The client's errors of a connection that is not there (any more), by their names. */
const connectionErrors = new Set([
  'ConnectionTimeoutError',
  'SocketTimeoutError',
  'ClientClosedError',
  'ClientOfflineError',
  'DisconnectsClientError',
  'SocketClosedUnexpectedlyError',
  'ReconnectStrategyError',
  'AbortError',
  'AggregateError',
]);
