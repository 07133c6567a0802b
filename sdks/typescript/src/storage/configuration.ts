/** The body of a configure frame. */
import { StreamError } from '../errors.js';
import { decode } from '../text.js';

/** A service that the function connects to itself. Holds credentials: neither printed nor part of an error. */
export interface ServicePlace {
  readonly url: string;
  /** Of S3's signature. */
  readonly region: string;
  /** Stands before every key. */
  readonly prefix: string;
  /** Whether a connection is kept from one invocation to the next. */
  readonly reused: boolean;
}

/** Where the objects are. `limit`: the largest object in bytes. */
export type Configuration = { readonly limit: number } & (
  | { readonly way: 'inline' | 'host' }
  | { readonly way: 'file'; readonly folder: string }
  | { readonly way: 'redis' | 's3'; readonly place: ServicePlace }
);

const malformed = (why: string): StreamError => new StreamError(`the configuration of the storage: ${why}`);

/** @throws StreamError where it is not lines of `name=value`, lacks what its storage needs, or says what the protocol does not know */
export function parseConfiguration(body: Uint8Array): Configuration {
  const values = linesOf(body);
  const required = (name: string): string => {
    const value = values.get(name);
    if (value === undefined) throw malformed(`it has no ${name}`);
    return value;
  };
  const digits = required('limit');
  if (!/^\d+$/.test(digits)) throw malformed('its limit is no number');
  const limit = Number(digits);
  const storage = required('storage');
  if (storage === 'inline') return { limit, way: 'inline' };
  if (storage !== 'file' && storage !== 'redis' && storage !== 's3') {
    throw malformed("its storage is none of the protocol's");
  }
  const access = required('access');
  if (access === 'host') return { limit, way: 'host' };
  if (access !== 'direct') throw malformed("its access is none of the protocol's");
  if (storage === 'file') return { limit, way: 'file', folder: required('folder') };
  const region = storage === 's3' ? required('region') : '';
  const connection = required('connection');
  if (connection !== 'reused' && connection !== 'per-invocation') {
    throw malformed("its connection is none of the protocol's");
  }
  const place = {
    url: required('url'),
    region,
    prefix: values.get('prefix') ?? '',
    reused: connection === 'reused',
  };
  return { limit, way: storage, place };
}

/** The values by their names; the first where a name comes twice. */
function linesOf(body: Uint8Array): ReadonlyMap<string, string> {
  let text: string;
  try {
    text = decode(body);
  } catch {
    throw malformed('it is not UTF-8');
  }
  const values = new Map<string, string>();
  const lines = text.split('\n');
  if (lines.pop() !== '') throw malformed('a line is not name=value');
  for (const line of lines) {
    const border = line.indexOf('=');
    if (border < 0) throw malformed('a line is not name=value');
    const name = line.slice(0, border);
    if (!values.has(name)) values.set(name, line.slice(border + 1));
  }
  return values;
}
