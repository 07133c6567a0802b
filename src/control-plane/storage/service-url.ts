/** The URLs of services, as docs/protocol.md and the environment variables have them. Errors never repeat the URL. */
import { invalidInput } from '../../domain/errors.js';

export interface RedisPlace {
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  readonly database: number;
}

export interface S3Place {
  readonly host: string;
  readonly port: number;
  readonly key: string;
  readonly secret: string;
  readonly bucket: string;
}

const redisForm = 'redis://user:password@host:port/database';
const s3Form = 'http://key:secret@host:port/bucket';
const redisPort = 6379;
const httpPort = 80;
/** A bucket's name of S3's rules, also of its older ones. */
const bucketPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/;

/**
 * Reads `redis://[user][:password]@host[:port][/database]`; without a user but with a password, the user is `default`'s.
 * @param name what the URL is called in an error, e.g. the environment variable's name
 * @throws LumosError `invalid-input`, without the URL's text
 */
export function parseRedisUrl(name: string, text: string): RedisPlace {
  const url = parse(name, text, 'redis:', redisForm);
  const database = /^\/?(\d{0,4})$/.exec(url.pathname)?.[1];
  if (database === undefined) throw wrong(name, 'its database is not a number', redisForm);
  const user = decode(name, url.username, redisForm);
  const password = decode(name, url.password, redisForm);
  return {
    host: hostOf(url),
    port: url.port === '' ? redisPort : Number(url.port),
    ...(user === '' ? {} : { user }),
    ...(password === '' ? {} : { password }),
    database: Number(database === '' ? '0' : database),
  };
}

/** Reads `http://key:secret@host[:port]/bucket`. Parameters and errors as `parseRedisUrl`. */
export function parseS3Url(name: string, text: string): S3Place {
  const url = parse(name, text, 'http:', s3Form);
  const bucket = decode(name, url.pathname.replace(/^\//, '').replace(/\/$/, ''), s3Form);
  if (!bucketPattern.test(bucket)) throw wrong(name, 'it names no bucket', s3Form);
  const key = decode(name, url.username, s3Form);
  const secret = decode(name, url.password, s3Form);
  if (key === '' || secret === '') throw wrong(name, 'it has no key or no secret', s3Form);
  return { host: hostOf(url), port: url.port === '' ? httpPort : Number(url.port), key, secret, bucket };
}

export const redisUrl = ({ host, port, user, password, database }: RedisPlace): string =>
  `redis://${encodeURIComponent(user ?? '')}:${encodeURIComponent(password ?? '')}@${authority(host, port)}/${database}`;

export const s3Url = ({ host, port, key, secret, bucket }: S3Place): string =>
  `http://${encodeURIComponent(key)}:${encodeURIComponent(secret)}@${authority(host, port)}/${bucket}`;

/** `host:port` with the brackets that an IPv6 address needs. */
export const authority = (host: string, port: number): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

function parse(name: string, text: string, protocol: string, form: string): URL {
  if (!URL.canParse(text)) throw wrong(name, 'it is no URL', form);
  const url = new URL(text);
  if (url.protocol !== protocol) throw wrong(name, `it does not begin with ${protocol}//`, form);
  if (url.hostname === '') throw wrong(name, 'it names no host', form);
  if (url.port === '0') throw wrong(name, 'its port is 0', form);
  if (url.search !== '' || url.hash !== '') throw wrong(name, 'nothing may follow the path', form);
  return url;
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

function decode(name: string, text: string, form: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong(name, 'it has a "%" that begins no percent-encoding', form);
  }
}

const wrong = (name: string, why: string, form: string): Error =>
  invalidInput(`${name} cannot be used: ${why}`, `give it as ${form}, percent-encoded`);
