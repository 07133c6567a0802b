/** The services of a run: the one whose URL is given, else one of our own. */
import type { Storage } from '../../domain/factors.js';
import type { StorageService } from '../../domain/object-store.js';
import { givenRedis, startOwnRedis } from './redis-service.js';
import { givenS3, startOwnS3 } from './s3-service.js';
import type { ServiceOptions } from './service-options.js';

export type ServiceStorage = Extract<Storage, 'redis' | 's3'>;

/** The environment variables with the URLs of services that are there already. */
export const serviceUrlVariables: Readonly<Record<ServiceStorage, string>> = {
  redis: 'LUMOS_REDIS_URL',
  s3: 'LUMOS_S3_URL',
};

const given = { redis: givenRedis, s3: givenS3 } as const;
const own = { redis: startOwnRedis, s3: startOwnS3 } as const;

/** The URL of a service in the environment; an empty one is none. */
export function givenServiceUrl(
  storage: ServiceStorage,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const url = environment[serviceUrlVariables[storage]];
  return url === '' ? undefined : url;
}

/**
 * The service that keeps objects of this storage, up and answering. Whoever starts it stops it.
 * @throws LumosError `missing-dependency` for a server that is not installed and for a given one that does not answer or
 * refuses the credentials; `invalid-input` for a URL that is none; `failed` when our own does not come up
 */
export async function startService(
  storage: ServiceStorage,
  options: ServiceOptions,
): Promise<StorageService> {
  const url = givenServiceUrl(storage, options.environment);
  return url === undefined
    ? await own[storage](options)
    : await given[storage](url, { ...options, name: serviceUrlVariables[storage] });
}
