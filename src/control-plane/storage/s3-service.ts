/** S3: a server of our own (versitygw over a folder), or a bucket that was given. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { missingDependency } from '../../domain/errors.js';
import type { StorageService } from '../../domain/object-store.js';
import { bytes, type Milliseconds } from '../../domain/units.js';
import { findVersitygw, versitygwVersion } from '../setup/versitygw.js';
import { OwnServer, type ServerKind, type ServerPlace } from './own-server.js';
import type { OwnService } from './redis-service.js';
import { askS3, type S3Answer, type S3Connection } from './s3-request.js';
import { errorCode, openS3Store, s3Connection, s3Failure } from './s3-store.js';
import { answerLimitOf, startLimitOf, type ServiceOptions } from './service-options.js';
import { parseS3Url, s3Url, type S3Place } from './service-url.js';
import { serviceFailure } from './storage-failure.js';
import { notUsable } from './unusable-service.js';

const loopback = '127.0.0.1';
const bucket = 'lumos';
const defaultRegion = 'us-east-1';
const shell = '/bin/sh';
const answerText = bytes(64 * 1024);

/** Takes key and secret from standard input into the environment, where only this user can read them; `$0` is the server. */
const withSecrets =
  'IFS= read -r ROOT_ACCESS_KEY && IFS= read -r ROOT_SECRET_KEY && export ROOT_ACCESS_KEY ROOT_SECRET_KEY && exec "$0" "$@"';

/**
 * Starts versitygw on a free port of the loopback, with a random key and secret and one bucket in a temporary folder.
 * It has no counters: its access log tells requests and the bytes put, but not the bytes that went out.
 * @throws LumosError `missing-dependency` without versitygw, `failed` when it does not come up
 */
export async function startOwnS3(options: ServiceOptions): Promise<OwnService> {
  const file = await findVersitygw(options);
  if (file === undefined) throw missingDependency('there is no versitygw', 'lumos setup s3');
  const key = randomBytes(10).toString('hex');
  const secret = randomBytes(24).toString('hex');
  const placeAt = (port: number): S3Place => ({ host: loopback, port, key, secret, bucket });
  const limit = answerLimitOf(options);
  let attributesApart = false;
  const kind: ServerKind = {
    name: 'versitygw',
    shim: await options.shimPath(),
    command: (place) => ({
      file: shell,
      args: ['-c', withSecrets, file, ...versitygwArguments(place, attributesApart)],
      stdin: `${key}\n${secret}\n`,
    }),
    prepare: async (place) => {
      await mkdir(objectsFolder(place), { mode: 0o700 });
      await mkdir(attributesFolder(place), { mode: 0o700 });
    },
    learn: (said) => {
      if (said.includes('xattr')) attributesApart = true;
    },
    greet: ({ port }) => withConnection(placeAt(port), defaultRegion, (to) => ensureBucket(to, limit)),
  };
  const server = await OwnServer.start(kind, startLimitOf(options));
  const place = placeAt(server.place.port);
  return {
    ...describeS3(place, defaultRegion, `versitygw ${await versitygwVersion(file)}`),
    origin: 'own',
    revive: () => server.revive(),
    stop: () => server.stop(),
    processId: () => server.processId,
  };
}

/**
 * The bucket at `url`, called `name` in errors. It has to be there; nothing but objects of ours is ever deleted in it.
 * @throws LumosError `invalid-input` for a URL that is none, `missing-dependency` when it does not answer or lets nobody in
 */
export async function givenS3(
  url: string,
  options: Pick<ServiceOptions, 'answerLimit'> & { readonly name?: string } = {},
): Promise<StorageService> {
  const name = options.name ?? 'the URL of S3';
  const place = parseS3Url(name, url);
  const limit = answerLimitOf(options);
  const { region, server } = await findBucket(place, limit).catch((error: unknown) => {
    throw notUsable(`the S3 bucket of ${name}`, error);
  });
  return {
    ...describeS3(place, region, server),
    origin: 'given',
    revive: () =>
      findBucket(place, limit).then(
        () => true,
        () => false,
      ),
    stop: () => Promise.resolve(),
  };
}

const describeS3 = (
  place: S3Place,
  region: string,
  version: string,
): Pick<StorageService, 'storage' | 'version' | 'address' | 'connect' | 'at'> => ({
  storage: 's3',
  version,
  ...reachedAt(place, region),
  at: (port) => reachedAt({ ...place, host: loopback, port }, region),
});

const reachedAt = (place: S3Place, region: string): Pick<StorageService, 'address' | 'connect'> => ({
  address: { url: s3Url(place), region },
  connect: (storeOptions) => Promise.resolve(openS3Store(place, region, storeOptions)),
});

const objectsFolder = ({ folder }: ServerPlace): string => join(folder, 'objects');
const attributesFolder = ({ folder }: ServerPlace): string => join(folder, 'attributes');

/** `attributesApart`: objects' attributes go into a folder of their own, which costs more than attributes of files. */
const versitygwArguments = (place: ServerPlace, attributesApart: boolean): readonly string[] => [
  ...['--port', `${loopback}:${place.port}`, '--region', defaultRegion, '--keep-alive', '--quiet'],
  'posix',
  ...(attributesApart ? ['--sidecar', attributesFolder(place)] : []),
  objectsFolder(place),
];

async function withConnection<T>(
  place: S3Place,
  region: string,
  work: (connection: S3Connection) => Promise<T>,
): Promise<T> {
  const connection = s3Connection(place, region);
  try {
    return await work(connection);
  } finally {
    connection.agent.destroy();
  }
}

const ofBucket = (
  connection: S3Connection,
  method: 'HEAD' | 'PUT',
  timeLimit: Milliseconds,
): Promise<S3Answer> => askS3(connection, { method, limit: answerText, timeLimit });

async function ensureBucket(connection: S3Connection, limit: Milliseconds): Promise<void> {
  const found = await ofBucket(connection, 'HEAD', limit);
  if (found.status === 200) return;
  if (found.status !== 404) throw s3Failure(found, bucket, answerText);
  const made = await ofBucket(connection, 'PUT', limit);
  if (made.status === 200 || errorCode(made.body) === 'BucketAlreadyOwnedByYou') return;
  throw s3Failure(made, bucket, answerText);
}

interface FoundBucket {
  readonly region: string;
  /** What the server calls itself. */
  readonly server: string;
}

/** Looks for the bucket; a service of another region says in its answer which one that is. */
async function findBucket(place: S3Place, limit: Milliseconds): Promise<FoundBucket> {
  const first = await withConnection(place, defaultRegion, (to) => ofBucket(to, 'HEAD', limit));
  const region = headerOf(first, 'x-amz-bucket-region') ?? defaultRegion;
  const answer =
    region === defaultRegion
      ? first
      : await withConnection(place, region, (to) => ofBucket(to, 'HEAD', limit));
  if (answer.status === 404) throw serviceFailure('failed', 'there is no such bucket');
  if (answer.status !== 200) throw s3Failure(answer, place.bucket, answerText);
  return { region, server: headerOf(answer, 'server') ?? 's3' };
}

function headerOf(answer: S3Answer, name: string): string | undefined {
  const value = answer.headers[name];
  return typeof value === 'string' && value !== '' ? value.slice(0, 100) : undefined;
}
