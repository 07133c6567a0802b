/**
 * A function as a component of `wasi:http`: the engine is the server, and calls `handle` for each request. Not by the
 * `fetch` event of componentize-js' engine, which an instance takes once only: a warm instance is asked again.
 */
import {
  Fields,
  IncomingBody,
  OutgoingBody,
  OutgoingResponse,
  ResponseOutparam,
  type IncomingRequest,
  type OutputStream,
} from 'wasi:http/types@0.2.10';
import type { Handle } from '../handle.js';
import { decode, encode } from '../text.js';
import { createAnswerer, type Answered, type Asked } from './answer.js';

/** Bytes asked for in one read of a body. */
const readBytes = 1024n * 1024n;

/** The component's export `incomingHandler`. */
export function serve(handle: Handle): {
  handle(request: IncomingRequest, answerTo: ResponseOutparam): Promise<void>;
} {
  const answer = createAnswerer(handle);
  return { handle: async (request, answerTo) => respond(answerTo, await answer(askedIn(request))) };
}

function askedIn(request: IncomingRequest): Asked {
  const headers = request.headers();
  return {
    method: request.method().tag.toUpperCase(),
    path: request.pathWithQuery() ?? '/',
    header: (name) => {
      const [value] = headers.get(name);
      return value === undefined ? undefined : decode(value);
    },
    body: (most) => {
      const body = request.consume();
      const stream = body.stream();
      const whole = readAll(() => stream.blockingRead(readBytes), most);
      stream[Symbol.dispose]();
      IncomingBody.finish(body)[Symbol.dispose]();
      return whole;
    },
  };
}

/** Everything that `read` gives until it says that nothing is left. */
function readAll(read: () => Uint8Array, most: number): Uint8Array | undefined {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let piece = nextOf(read); piece !== undefined; piece = nextOf(read)) {
    pieces.push(piece);
    length += piece.length;
    if (length > most) return undefined;
  }
  const [only] = pieces;
  // A body that came in one piece is not copied.
  if (pieces.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function nextOf(read: () => Uint8Array): Uint8Array | undefined {
  try {
    return read();
  } catch (error) {
    if (isClosed(error)) return undefined;
    throw error;
  }
}

const isClosed = (error: unknown): boolean => tagOf(error) === 'closed';

const isStreamError = (error: unknown): boolean =>
  isClosed(error) || tagOf(error) === 'last-operation-failed';

/** Which `stream-error` it is that the bindings throw: the tag of the payload of theirs. */
function tagOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('payload' in error)) return undefined;
  const { payload } = error;
  return typeof payload === 'object' && payload !== null && 'tag' in payload ? payload.tag : undefined;
}

/** Sends an answer. A client that has it all, or has gone away, may end the stream before we do: nobody is left to tell. */
function respond(answerTo: ResponseOutparam, { status, headers, body }: Answered): void {
  const fields = Fields.fromList(Object.entries(headers).map(([name, value]) => [name, encode(value)]));
  const response = new OutgoingResponse(fields);
  response.setStatusCode(status);
  const outgoing = response.body();
  ResponseOutparam.set(answerTo, { tag: 'ok', val: response });
  const stream = outgoing.write();
  try {
    writeAll(stream, body);
  } catch (error) {
    if (!isStreamError(error)) throw error;
    return;
  } finally {
    stream[Symbol.dispose]();
  }
  OutgoingBody.finish(outgoing, undefined);
}

/** Writes as much at once as the engine takes, and waits where it takes nothing. */
function writeAll(stream: OutputStream, parts: readonly Uint8Array[]): void {
  const ready = stream.subscribe();
  try {
    for (const part of parts) {
      let rest = part;
      while (rest.length > 0) {
        const most = Number(stream.checkWrite());
        if (most === 0) {
          ready.block();
          continue;
        }
        stream.write(rest.subarray(0, most));
        rest = rest.subarray(most);
      }
    }
    stream.flush();
  } finally {
    ready[Symbol.dispose]();
  }
}
