/** Objects in a bucket of S3, each store with connections of its own. */
import { Agent } from 'node:http';
import { type ObjectStore, type StoreOptions } from '../../domain/object-store.js';
import { bytes } from '../../domain/units.js';
import { askS3, type S3Answer, type S3Connection, type S3Question } from './s3-request.js';
import type { S3Place } from './service-url.js';
import { checkKey, checkSize, missingObject, serviceFailure, tooLarge } from './storage-failure.js';

/** Connects at the first request: HTTP has no greeting that a connection could be opened with. */
export const openS3Store = (place: S3Place, region: string, options: StoreOptions): ObjectStore =>
  new S3Store(place, region, options);

/** Connections that are kept for the next request, until `agent.destroy()`. */
export const s3Connection = (place: S3Place, region: string): S3Connection => ({
  place,
  region,
  agent: new Agent({ keepAlive: true, noDelay: true }),
  signingKeys: new Map(),
});

const noBody = bytes(64 * 1024);

class S3Store implements ObjectStore {
  private readonly connection: S3Connection;
  private closed = false;

  constructor(
    place: S3Place,
    region: string,
    private readonly options: StoreOptions,
  ) {
    this.connection = s3Connection(place, region);
  }

  async get(key: string): Promise<Buffer> {
    const { limit } = this.options;
    const answer = await this.ask(key, { method: 'GET', limit });
    if (answer.status !== 200) throw s3Failure(answer, key, limit);
    if (answer.body === undefined) throw tooLarge(key, limit);
    return answer.body;
  }

  async put(key: string, object: Uint8Array): Promise<void> {
    checkKey(key);
    const { limit } = this.options;
    checkSize(key, object.length, limit);
    const answer = await this.ask(key, { method: 'PUT', body: object, limit: noBody });
    if (answer.status !== 200) throw s3Failure(answer, key, limit);
  }

  async delete(key: string): Promise<void> {
    const answer = await this.ask(key, { method: 'DELETE', limit: noBody });
    if (answer.status === 200 || answer.status === 204) return;
    const failure = s3Failure(answer, key, this.options.limit);
    if (failure.failure !== 'missing') throw failure;
  }

  close(): Promise<void> {
    this.closed = true;
    this.connection.agent.destroy();
    return Promise.resolve();
  }

  private async ask(key: string, question: Omit<S3Question, 'object' | 'timeLimit'>): Promise<S3Answer> {
    checkKey(key);
    if (this.closed) throw serviceFailure('unreachable', 'the connection was closed');
    const { prefix, timeLimit } = this.options;
    return await askS3(this.connection, { ...question, object: prefix + key, timeLimit });
  }
}

const refusals = new Set(['SignatureDoesNotMatch', 'InvalidAccessKeyId', 'AccessDenied', 'InvalidToken']);

/** What an answer that is none of success means. `key` and `limit` are of the object that was asked for. */
export function s3Failure(
  answer: S3Answer,
  key: string,
  limit: StoreOptions['limit'],
): ReturnType<typeof serviceFailure> {
  const code = errorCode(answer.body) ?? '';
  if (code === 'NoSuchKey') return missingObject(key);
  if (code === 'EntityTooLarge' || answer.status === 413) return tooLarge(key, limit);
  const detail = code === '' ? `HTTP ${answer.status}` : code;
  const denied = answer.status === 401 || answer.status === 403 || refusals.has(code);
  return serviceFailure(denied ? 'denied' : 'failed', detail);
}

/** The code of S3's error text: `<Error><Code>NoSuchKey</Code>...`. */
export const errorCode = (body: Buffer | undefined): string | undefined =>
  /<Error>.*?<Code>([A-Za-z0-9.]{1,100})<\/Code>/s.exec(body?.toString('utf8') ?? '')?.[1];
