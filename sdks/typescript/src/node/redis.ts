/** Objects in Redis: strings, each under its key. */
import { createClient, ErrorReply, RESP_TYPES } from '@redis/client';
import { StreamError } from '../errors.js';
import type { ServicePlace } from '../storage/configuration.js';
import { StorageFailure, type Store } from '../storage/session.js';

/** Where the server is, and who asks. */
interface Server {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
}

const defaultPort = 6379;

/** @throws StreamError for a URL that is none of Redis */
export const openService = (place: ServicePlace): Store => new RedisStore(serverOf(place.url), place);

function serverOf(text: string): Server {
  const refused = new StreamError("the configuration of the storage: its url is none of its storage's");
  if (!URL.canParse(text)) throw refused;
  const url = new URL(text);
  const database = url.pathname.replace(/^\//, '');
  if (url.protocol !== 'redis:' || !/^\d*$/.test(database)) throw refused;
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? defaultPort : Number(url.port),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    database: Number(database),
  };
}

const createBinaryClient = ({ host, port, ...who }: Server) =>
  createClient({
    ...who,
    RESP: 2,
    // A connection that was lost is opened again by the next invocation, not within the one that lost it.
    socket: { host, port, noDelay: true, reconnectStrategy: false },
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  });
type Client = ReturnType<typeof createBinaryClient>;

/** A connection that is kept as long as the experiment says. */
class RedisStore implements Store {
  roundTrips = 0;
  private client: Client | undefined;
  /** Whether this invocation has found the service out of reach: it does not try again, the next one does. */
  private lost = false;

  constructor(
    private readonly server: Server,
    private readonly place: ServicePlace,
  ) {}

  begin(): void {
    this.lost = false;
    this.roundTrips = 0;
  }

  end(): void {
    if (!this.place.reused) this.drop();
  }

  async get(key: string, limit: number): Promise<Uint8Array> {
    const name = this.place.prefix + key;
    const length = await this.ask((client) => client.strLen(name));
    if (length > limit) throw new StorageFailure('too-large');
    const object = await this.ask((client) => client.get(name));
    if (object === null) throw new StorageFailure('missing');
    return bytesOf(object);
  }

  async put(key: string, object: Uint8Array): Promise<void> {
    const bytes = Buffer.from(object.buffer, object.byteOffset, object.byteLength);
    await this.ask((client) => client.set(this.place.prefix + key, bytes));
  }

  private async ask<T>(question: (client: Client) => Promise<T>): Promise<T> {
    if (this.lost) throw new StorageFailure('unreachable');
    try {
      const client = this.client?.isReady === true ? this.client : await this.connected();
      const answer = await question(client);
      this.roundTrips += 1;
      return answer;
    } catch (error) {
      throw this.failureOf(error);
    }
  }

  private async connected(): Promise<Client> {
    if (this.client !== undefined) {
      // It was kept, and closed meanwhile: the invocation that meets it loses it.
      throw new StorageFailure('unreachable');
    }
    const client = createBinaryClient(this.server);
    // What ends a connection is told to whoever asks next; an event that nobody listens to would end the process.
    client.on('error', () => undefined);
    this.client = client;
    const asks = this.server.password !== undefined || this.server.database !== 0;
    try {
      await client.connect();
    } catch (error) {
      if (asks && error instanceof ErrorReply) this.roundTrips += 1;
      this.drop();
      throw error;
    }
    // Authentication and choice of the database go as one request.
    if (asks) this.roundTrips += 1;
    return client;
  }

  private failureOf(error: unknown): StorageFailure {
    if (error instanceof ErrorReply) {
      if (this.client?.isReady === true) this.roundTrips += 1;
      return new StorageFailure(/^(?:NOAUTH|WRONGPASS|NOPERM)\b/.test(error.message) ? 'denied' : 'failed');
    }
    this.lost = true;
    this.drop();
    return new StorageFailure('unreachable');
  }

  private drop(): void {
    const { client } = this;
    this.client = undefined;
    try {
      client?.destroy();
    } catch {
      // It was never open, or is closed already: nothing is left to let go of.
    }
  }
}

/** Whole and of the function's own, without what Node's Buffer does otherwise than other arrays of bytes. */
const bytesOf = (object: Buffer | string): Uint8Array => {
  const buffer = typeof object === 'string' ? Buffer.from(object) : object;
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
};
