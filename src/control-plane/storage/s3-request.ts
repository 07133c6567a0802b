/** One signed request to an S3 service over connections that the caller owns. */
import { createHash } from 'node:crypto';
import { request, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { AwsV4Signer } from 'aws4fetch';
import { hasCode } from '../../domain/errors.js';
import { StorageError } from '../../domain/object-store.js';
import type { Bytes, Milliseconds } from '../../domain/units.js';
import { authority, type S3Place } from './service-url.js';
import { connectionCode, serviceFailure } from './storage-failure.js';

/** A place, the region of its signatures, and the connections to it. */
export interface S3Connection {
  readonly place: S3Place;
  readonly region: string;
  readonly agent: Agent;
  /** Keys of signatures, which hold for a day: made once. */
  readonly signingKeys: Map<string, ArrayBuffer>;
}

export interface S3Question {
  readonly method: 'GET' | 'PUT' | 'DELETE' | 'HEAD';
  /** Below the bucket; without it the bucket itself is meant. */
  readonly object?: string;
  readonly body?: Uint8Array;
  /** The most bytes of an answer that are taken. A longer one is not read at all. */
  readonly limit: Bytes;
  readonly timeLimit: Milliseconds;
}

export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** `undefined` for an answer longer than the limit. */
  readonly body: Buffer | undefined;
}

const empty = new Uint8Array(0);
const brokenPipe = ['ECONNRESET', 'EPIPE'] as const;
const longestErrorText = 64 * 1024;
/**
 * From this length on a body is sent only once the server said `100 Continue`, as the SDKs of S3 do: one that refuses a
 * large object closes the connection while we still write, and the reset can overtake its answer.
 */
const asksBeforeSending = 1024 * 1024;
/** How long to wait for a server that does not know `Expect`, as curl does. */
const longestWaitToContinue = 1000;

/** Asks, and once more where a kept connection turned out to be closed by the other side. @throws StorageError */
export async function askS3(connection: S3Connection, question: S3Question): Promise<S3Answer> {
  const { place, agent } = connection;
  const path = pathOf(place.bucket, question.object);
  const headers = await sign(connection, question, path);
  const ends = performance.now() + question.timeLimit;
  for (let attempt = 0; ; attempt += 1) {
    const remaining = Math.max(1, ends - performance.now());
    const used = { again: false };
    try {
      return await exchange({ agent, place, path, headers, question, remaining, used });
    } catch (error) {
      // A server may close an idle connection just as we write to it. Every request here may be repeated.
      const broken = hasCode(error, ...brokenPipe);
      if (used.again && attempt === 0 && broken) continue;
      const refused =
        broken && question.body !== undefined ? await refusalOf(connection, question) : undefined;
      if (refused !== undefined) return refused;
      throw asStorageError(error);
    }
  }
}

/**
 * Whether a server that stopped listening in the middle of an object refuses us: the reset overtakes its answer at times
 * (it says `100 Continue` first and refuses after, for instance), so it is asked without an object.
 */
async function refusalOf(connection: S3Connection, question: S3Question): Promise<S3Answer | undefined> {
  const { object, limit, timeLimit } = question;
  const bare = { method: 'HEAD', limit, timeLimit, ...(object !== undefined && { object }) } as const;
  const answer = await askS3(connection, bare).catch(() => undefined);
  return answer?.status === 401 || answer?.status === 403 ? answer : undefined;
}

const pathOf = (bucket: string, object: string | undefined): string =>
  object === undefined ? `/${bucket}` : `/${bucket}/${object.split('/').map(encodeURIComponent).join('/')}`;

async function sign(
  { place, region, signingKeys }: S3Connection,
  { method, body }: S3Question,
  path: string,
): Promise<Record<string, string>> {
  const digest = createHash('sha256')
    .update(body ?? empty)
    .digest('hex');
  const signer = new AwsV4Signer({
    method,
    url: `http://${authority(place.host, place.port)}${path}`,
    headers: { 'x-amz-content-sha256': digest },
    accessKeyId: place.key,
    secretAccessKey: place.secret,
    service: 's3',
    region,
    cache: signingKeys,
  });
  const signed = await signer.sign();
  const headers = Object.fromEntries(signed.headers as unknown as Iterable<[string, string]>);
  if (body === undefined) return headers;
  const sized = { ...headers, 'content-length': String(body.length) };
  return body.length < asksBeforeSending ? sized : { ...sized, expect: '100-continue' };
}

interface Exchange {
  readonly agent: Agent;
  readonly place: S3Place;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly question: S3Question;
  readonly remaining: number;
  /** Told whether the connection had served before. */
  readonly used: { again: boolean };
}

function exchange({ agent, place, path, headers, question, remaining, used }: Exchange): Promise<S3Answer> {
  return new Promise<S3Answer>((resolve, reject) => {
    const { method, body, limit } = question;
    const outgoing = request({ agent, host: place.host, port: place.port, path, method, headers });
    let answered = false;
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      outgoing.destroy();
      reject(error instanceof Error ? error : serviceFailure('unreachable'));
    };
    const timer = setTimeout(() => fail(serviceFailure('unreachable', 'no answer in time')), remaining);
    outgoing.on('error', (error) => {
      // Who refuses a large object without reading it stops listening; what it says is then read all the same.
      if (answered && hasCode(error, ...brokenPipe)) return;
      used.again = outgoing.reusedSocket && !answered;
      fail(error);
    });
    outgoing.once('response', (incoming) => {
      answered = true;
      const refusedUnsent = !outgoing.writableEnded;
      readAnswer(incoming, limit).then((read) => {
        clearTimeout(timer);
        if (read === undefined || refusedUnsent) outgoing.destroy();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: read });
      }, fail);
    });
    sendBody(outgoing, body);
  });
}

/** Sends the body: at once, or, where the server was asked, when it agrees or does not say. */
function sendBody(outgoing: ClientRequest, body: Uint8Array | undefined): void {
  if (body === undefined || body.length < asksBeforeSending) {
    outgoing.end(body);
    return;
  }
  const send = (): void => {
    clearTimeout(silence);
    if (!outgoing.writableEnded && !outgoing.destroyed) outgoing.end(body);
  };
  const silence = setTimeout(send, longestWaitToContinue);
  outgoing.once('continue', send);
  outgoing.once('response', () => clearTimeout(silence));
  outgoing.once('close', () => clearTimeout(silence));
  outgoing.flushHeaders();
}

/** The answer's body; `undefined`, unread, where it is longer than `limit`. */
function readAnswer(incoming: IncomingMessage, limit: Bytes): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const failed = (incoming.statusCode ?? 0) >= 300;
    const most = failed ? Math.max(limit, longestErrorText) : limit;
    if (Number(incoming.headers['content-length'] ?? 0) > most) {
      incoming.on('error', () => undefined);
      resolve(undefined);
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > most) resolve(undefined);
    });
    incoming.once('error', reject);
    incoming.once('close', () => reject(serviceFailure('unreachable', 'the answer was cut off')));
    incoming.once('end', () => resolve(Buffer.concat(chunks)));
  });
}

function asStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const code = connectionCode(error);
  return code.startsWith('HPE_') ? serviceFailure('failed', 'not HTTP') : serviceFailure('unreachable', code);
}
