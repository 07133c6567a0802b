/** The bytes of a request to a server that somebody else started. */
import { invalidInput } from '../../domain/errors.js';
import type { UrlEndpoint } from './url-endpoint.js';

export interface UrlRequest {
  readonly method: string;
  /** Names and values. One of ours (`Host`, `Content-Length`) is replaced by one that is given. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: Uint8Array;
}

/** A request with what its connection has to know of it. */
export interface EncodedRequest {
  /** Every byte: head and body in one write. */
  readonly bytes: Buffer;
  /** It is HEAD: its response has no body, whatever the length says. */
  readonly isHead: boolean;
  /** It says `Connection: close`: the next request has a new connection. */
  readonly closes: boolean;
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What would end a header, or be dropped or changed on the way. */
const notInValues = /[^\P{Cc}\t]/u;
/** With these methods a request without a length is refused by some servers (RFC 9110, section 8.6). */
const methodsWithBodies = ['POST', 'PUT', 'PATCH'];

/** @throws LumosError `invalid-input` for what would be another request than was asked for */
export function encodeUrlRequest({ authority, path }: UrlEndpoint, request: UrlRequest): EncodedRequest {
  const { method, headers, body } = request;
  checkMethod(method);
  for (const header of headers) checkHeader(header);
  const given = (name: string): string | undefined => onlyValue(headers, name);
  const host = given('host');
  const isChunked = isSentInChunks(given('transfer-encoding'), given('content-length'), body);
  const length = body?.length ?? (methodsWithBodies.includes(method) ? 0 : undefined);
  checkLength(given('content-length'), body?.length ?? 0);
  const ownLength = length !== undefined && !isChunked && given('content-length') === undefined;
  const head = [
    `${method} ${path} HTTP/1.1`,
    ...(host === undefined ? [`Host: ${authority}`] : []),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(ownLength ? [`Content-Length: ${length}`] : []),
    '\r\n',
  ].join('\r\n');
  return {
    bytes: Buffer.concat([
      Buffer.from(head, 'utf8'),
      isChunked ? inOneChunk(body) : (body ?? Buffer.alloc(0)),
    ]),
    isHead: method === 'HEAD',
    closes: valuesOf(headers, 'connection').some((value) => /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(value)),
  };
}

/** @throws LumosError `invalid-input` for CONNECT too, whose answer makes the connection a tunnel (RFC 9110, section 9.3.6) */
function checkMethod(method: string): void {
  if (!token.test(method)) throw invalidInput(`${JSON.stringify(method)} is no method of HTTP.`);
  if (method === 'CONNECT')
    throw invalidInput('CONNECT opens a tunnel, and is no request for a load.', 'Name another method.');
}

function checkHeader([name, value]: readonly [string, string]): void {
  if (!token.test(name))
    throw invalidInput(
      `${JSON.stringify(name)} is no header of HTTP: a name has letters, digits and !#$%&'*+.^_\`|~- only.`,
    );
  if (notInValues.test(value))
    throw invalidInput(
      `The value of the header ${name} is no header of HTTP: ${JSON.stringify(value)} has a control character in it.`,
    );
}

const valuesOf = (headers: UrlRequest['headers'], wanted: string): string[] =>
  headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);

/** @throws LumosError `invalid-input` where it is given twice: a server could take either */
function onlyValue(headers: UrlRequest['headers'], name: string): string | undefined {
  const [value, ...others] = valuesOf(headers, name);
  if (others.length > 0)
    throw invalidInput(`The header ${name} is given ${others.length + 1} times.`, 'Give it once.');
  return value;
}

/** @throws LumosError `invalid-input` for a length that the body does not have: the server would wait, or read a second request */
function checkLength(given: string | undefined, length: number): void {
  if (given === undefined || (/^[0-9]+$/.test(given) && Number(given) === length)) return;
  throw invalidInput(
    `The header Content-Length says ${JSON.stringify(given)}, but the body has ${length} bytes.`,
    'Leave the header out: Lumos sends the length of the body.',
  );
}

/** @throws LumosError `invalid-input` for a coding that the body is not in */
function isSentInChunks(coding: string | undefined, length: string | undefined, body?: Uint8Array): boolean {
  if (coding === undefined) return false;
  if (coding.toLowerCase() !== 'chunked' || length !== undefined || body === undefined)
    throw invalidInput(
      `The header Transfer-Encoding: ${coding} does not go with this request.`,
      'Lumos sends a body with its length, or with "Transfer-Encoding: chunked" and no Content-Length as one chunk.',
    );
  return true;
}

function inOneChunk(body: Uint8Array = new Uint8Array()): Buffer {
  const end = Buffer.from('0\r\n\r\n');
  if (body.length === 0) return end;
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n'), end]);
}
