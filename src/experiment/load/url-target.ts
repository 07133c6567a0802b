/** A server that somebody else started as what a load is sent to: over HTTP/1.1, on the loopback or where it was allowed. */
import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import {
  HttpConnection,
  type Endpoint,
  type HttpExchange,
} from '../../control-plane/invoke/http-connection.js';
import type { Clock } from '../../domain/clock.js';
import { invalidInput, LumosError, messageOf } from '../../domain/errors.js';
import type { Bytes } from '../../domain/units.js';
import type { LoadExchange, LoadRequest, Target } from './target.js';

/** Where it is, with its name looked up: no request waits for that. */
export interface UrlEndpoint extends Endpoint {
  /** As the `Host` header has it. */
  readonly authority: string;
  readonly path: string;
}

const isLoopback = (address: string): boolean =>
  isIPv4(address) ? address.startsWith('127.') : address === '::1';

/**
 * Finds where `text` leads. Whatever is not on this machine's loopback, by the address and not by the name, has to be among
 * `allowed`: a host, or a host and port. The address is looked up once, and used from then on.
 * @throws LumosError `invalid-input` for what is no http URL or is not allowed; `failed` for a name that there is not
 */
export async function findEndpoint(text: string, allowed: readonly string[]): Promise<UrlEndpoint> {
  if (!URL.canParse(text) || new URL(text).protocol !== 'http:')
    throw invalidInput(`"${text}" is no URL of the form http://host:port/path.`);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw invalidInput('The URL has a user or a password in it.', 'Give them with --header instead.');
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? 80 : Number(url.port);
  const { address } = await lookup(name).catch((error: unknown) => {
    throw new LumosError('failed', `${name} cannot be found: ${messageOf(error)}`);
  });
  if (!isLoopback(address) && !allowed.some((one) => one === name || one === `${url.hostname}:${port}`))
    throw invalidInput(
      `${url.hostname}:${port} is not on this machine: a load goes nowhere else unless it is allowed to`,
      `If it is yours to load, add --allow-target ${url.hostname}:${port}.`,
    );
  return { host: address, port, authority: url.host, path: `${url.pathname}${url.search}` };
}

export interface UrlRequest {
  /** `GET`, or `POST` where it has a body. */
  readonly method: string;
  /** Names and values. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: Uint8Array;
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Every byte of the request. @throws LumosError `invalid-input` for what would be another request than was asked for */
export function encodeUrlRequest({ authority, path }: UrlEndpoint, request: UrlRequest): Buffer {
  const { method, headers, body } = request;
  if (!token.test(method)) throw invalidInput(`"${method}" is no method of HTTP.`);
  for (const [name, value] of headers) {
    // eslint-disable-next-line no-control-regex -- these are what must not be in a header
    if (!token.test(name) || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(value))
      throw invalidInput(`"${name}: ${value}" is no header of HTTP.`);
  }
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${authority}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : [`Content-Length: ${body.length}`]),
    '\r\n',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), body ?? new Uint8Array()]);
}

export interface UrlTargetOptions {
  readonly clock: Clock;
  readonly maximumResponseBytes: Bytes;
  readonly request: Buffer;
  /** The answer's body has to be this; absent: any with a status of 200 to 299 is right. */
  readonly expected?: Uint8Array | undefined;
}

/** Connections are kept, and as many are opened as requests are in flight at once. */
export class UrlTarget implements Target {
  private readonly free: HttpConnection[] = [];
  private readonly all = new Set<HttpConnection>();

  constructor(
    private readonly endpoint: Endpoint,
    private readonly options: UrlTargetOptions,
  ) {}

  send({ deadline }: LoadRequest): Promise<LoadExchange> {
    const connection = this.free.pop() ?? this.add();
    return connection.ask(this.options.request, deadline).then((exchange) => {
      this.free.push(connection);
      return this.judged(exchange);
    });
  }

  close(): void {
    for (const connection of this.all) connection.close();
  }

  private add(): HttpConnection {
    const connection = new HttpConnection(this.endpoint, this.options);
    this.all.add(connection);
    return connection;
  }

  private judged(exchange: HttpExchange): LoadExchange {
    if (exchange.state === 'failed') {
      const { kind, reason } = exchange;
      return { state: 'failed', kind: kind === 'unreadable' ? 'wrong-output' : kind, reason };
    }
    const { answer, answeredAt } = exchange;
    const wrong = (reason: string): LoadExchange => ({ state: 'failed', kind: 'wrong-output', reason });
    if (answer.status < 200 || answer.status > 299) return wrong(`answered with status ${answer.status}`);
    const { expected } = this.options;
    if (expected !== undefined && !answer.body.equals(expected))
      return wrong(`answered other than expected: ${answer.body.length} bytes, expected ${expected.length}`);
    return { state: 'answered', answeredAt };
  }
}
