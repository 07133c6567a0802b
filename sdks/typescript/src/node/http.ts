/** HTTP/1.1 on a socket of the function's own: `docs/protocol.md`, section HTTP. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { encodeHead } from '../head.js';
import type { Handle } from '../handle.js';
import { ConfigureHeader, Instance, inTurns, type OpenStore, type Reply } from '../instance.js';
import { hasCode } from './codes.js';
import { largestBody } from './frames.js';

/** The largest head of a request, in bytes: room for a storage's address. */
const largestHead = 64 * 1024;

/** A server of the function, which does not listen yet: one instance, whichever of its connections a request comes on. */
export function createFunctionServer(handle: Handle, openStore: OpenStore): Server {
  const instance = new Instance(handle, openStore);
  const configureHeader = new ConfigureHeader(instance);
  const oneAtATime = inTurns();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refusal = refusalOf(request);
    if (refusal !== undefined) {
      refuse(response, ...refusal);
      return;
    }
    const payload = await bodyOf(request);
    if (payload === undefined) {
      refuse(response, 413, tooLarge);
      return;
    }
    const { 'lumos-configure': header } = request.headers;
    const value = Array.isArray(header) ? header[0] : header;
    const result = await oneAtATime(
      async () => (await configureHeader.take(value)) ?? instance.invoke(payload),
    );
    if (typeof result === 'string') refuse(response, 400, result);
    else send(response, result);
  };
  const server = createServer({ maxHeaderSize: largestHead }, (request, response) => {
    // A client that went away within its request, or before its answer, is nobody to tell.
    answer(request, response).catch(() => response.destroy());
  });
  // A connection is kept for as long as the client keeps it.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.on('clientError', refuseConnection);
  return server;
}

const tooLarge = 'the body is above the limit of 1 GiB';

function refusalOf({ method, url, headers }: IncomingMessage): [status: number, line: string] | undefined {
  if (method !== 'POST') return [405, 'a function takes POST'];
  if (url !== '/') return [404, 'a function is at /'];
  return Number(headers['content-length'] ?? 0) > largestBody ? [413, tooLarge] : undefined;
}

/** The whole body; `undefined` for one above the limit. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const expected = Number(request.headers['content-length'] ?? 0);
  const whole = new Uint8Array(expected);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    // A body whose length is known is put together as it comes.
    if (expected > 0) whole.set(chunk, length);
    else chunks.push(chunk);
    length += chunk.length;
    if (length > largestBody) return undefined;
  }
  return expected > 0 ? whole : new Uint8Array(Buffer.concat(chunks, length));
}

function send(response: ServerResponse, { ok, head, body }: Reply): void {
  const length = body.reduce((sum, part) => sum + part.length, 0);
  response.writeHead(ok ? 200 : 500, {
    'content-type': 'application/octet-stream',
    'content-length': length,
    'lumos-head': encodeHead(head),
  });
  const [only] = body;
  response.end(body.length === 1 && only !== undefined ? only : Buffer.concat(body, length));
}

function refuse(response: ServerResponse, status: number, line: string): void {
  const text = Buffer.from(`${line}\n`);
  // What is left of a body that nobody reads must not be taken for the next request.
  const close = status === 413 ? { connection: 'close' } : {};
  response.writeHead(status, { 'content-type': 'text/plain', 'content-length': text.length, ...close });
  response.end(text);
}

/** Answers what is no request that Node's parser takes. */
function refuseConnection(error: Error, socket: Duplex): void {
  if (!socket.writable || hasCode(error, 'ECONNRESET')) {
    socket.destroy();
    return;
  }
  const [status, line] = hasCode(error, 'HPE_HEADER_OVERFLOW')
    ? ['431 Request Header Fields Too Large', 'the head of the request is too large']
    : ['400 Bad Request', 'this is no HTTP/1.1 request'];
  const head = `HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\ncontent-length: ${line.length + 1}\r\nconnection: close`;
  socket.end(`${head}\r\n\r\n${line}\n`);
}
