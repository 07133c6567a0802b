/** Redis: one of our own, or one that was given. */
import { randomBytes } from 'node:crypto';
import { missingDependency } from '../../domain/errors.js';
import type { StorageService } from '../../domain/object-store.js';
import { findRedis } from '../setup/redis.js';
import { OwnServer, type ServerKind, type ServerPlace } from './own-server.js';
import { RedisAdmin } from './redis-admin.js';
import { openRedisStore } from './redis-store.js';
import { answerLimitOf, startLimitOf, type ServiceOptions } from './service-options.js';
import { parseRedisUrl, redisUrl, type RedisPlace } from './service-url.js';
import { notUsable } from './unusable-service.js';

const loopback = '127.0.0.1';

/** A service of our own, whose process a test or a person may want to find. */
export interface OwnService extends StorageService {
  /** The server's process; `undefined` while there is none. */
  processId(): number | undefined;
}

/**
 * Starts a Redis on a free port of the loopback, with a random password, keeping nothing on disk.
 * @throws LumosError `missing-dependency` without redis-server, `failed` when it does not come up
 */
export async function startOwnRedis(options: ServiceOptions): Promise<OwnService> {
  const file = await findRedis(options);
  if (file === undefined) throw missingDependency('there is no redis-server', 'lumos setup redis');
  const password = randomBytes(24).toString('hex');
  const placeAt = (port: number): RedisPlace => ({
    host: loopback,
    port,
    user: 'default',
    password,
    database: 0,
  });
  const admins = new Map<number, RedisAdmin>();
  const adminAt = (port: number): RedisAdmin => {
    const admin = admins.get(port) ?? new RedisAdmin(placeAt(port), answerLimitOf(options));
    admins.set(port, admin);
    return admin;
  };
  const kind: ServerKind = {
    name: 'redis-server',
    shim: await options.shimPath(),
    // With `-` it reads its configuration from standard input, so that the password is in no argument and no file.
    command: (place) => ({ file, args: ['-'], stdin: redisConfiguration(place, password) }),
    greet: async ({ port }) => {
      await adminAt(port).version();
    },
  };
  const server = await OwnServer.start(kind, startLimitOf(options));
  const { port } = server.place;
  const admin = adminAt(port);
  return {
    ...describeRedis(placeAt(port), admin, await admin.version()),
    origin: 'own',
    revive: () => server.revive(),
    stop: async () => {
      for (const each of admins.values()) each.close();
      await server.stop();
    },
    processId: () => server.processId,
  };
}

/**
 * The Redis at `url`, called `name` in errors. Nothing but objects of ours is ever deleted there.
 * @throws LumosError `invalid-input` for a URL that is none, `missing-dependency` when it does not answer or lets nobody in
 */
export async function givenRedis(
  url: string,
  options: Pick<ServiceOptions, 'answerLimit'> & { readonly name?: string } = {},
): Promise<StorageService> {
  const name = options.name ?? 'the URL of Redis';
  const place = parseRedisUrl(name, url);
  const limit = answerLimitOf(options);
  const admin = new RedisAdmin(place, limit);
  const version = await admin.version().catch((error: unknown) => {
    admin.close();
    throw notUsable(`the Redis of ${name}`, error);
  });
  return {
    ...describeRedis(place, admin, version),
    origin: 'given',
    revive: () =>
      admin.version().then(
        () => true,
        () => false,
      ),
    stop: () => {
      admin.close();
      return Promise.resolve();
    },
  };
}

const describeRedis = (
  place: RedisPlace,
  admin: RedisAdmin,
  version: string,
): Pick<StorageService, 'storage' | 'version' | 'address' | 'connect' | 'at'> &
  Required<Pick<StorageService, 'counters'>> => ({
  storage: 'redis',
  version,
  ...reachedAt(place),
  at: (port) => reachedAt({ ...place, host: loopback, port }),
  counters: () => admin.counters(),
});

const reachedAt = (place: RedisPlace): Pick<StorageService, 'address' | 'connect'> => ({
  address: { url: redisUrl(place) },
  connect: (storeOptions) => openRedisStore(place, storeOptions),
});

/** Lines of redis.conf. The folder's name is in quotes: it may have spaces. */
export const redisConfiguration = ({ port, folder }: ServerPlace, password: string): string =>
  [
    `bind ${loopback}`,
    `port ${port}`,
    'protected-mode yes',
    `requirepass ${password}`,
    `dir ${JSON.stringify(folder)}`,
    'save ""',
    'appendonly no',
    'daemonize no',
    'loglevel warning',
    'databases 1',
    '',
  ].join('\n');
