/**
 * A kept-alive HTTP/1.1 connection to a sandbox, as docs/protocol.md has it. The request is one buffer, made before the
 * timed window, and one write; the answer is parsed as it comes in. There is no client library in between, because what it
 * does for a request (queues, headers, retries) would be in every figure: only the parser is one.
 */
import { connect, type Socket } from 'node:net';
import { HTTPParser } from 'http-parser-js';
import { messageOf } from '../../domain/errors.js';
import type { Clock } from '../../domain/clock.js';
import type { HttpEndpoint, Sandbox } from '../../domain/runtime.js';
import type { Bytes, Milliseconds } from '../../domain/units.js';
import { endedBeforeAnswer, lastWords } from './ended-sandbox.js';
import { decodeHead } from './frames.js';
import { closedMeanwhile, type Exchange, type Line } from './line.js';

export interface HttpLineOptions {
  readonly clock: Clock;
  readonly maximumResponseBytes: Bytes;
}

type Failed = Extract<Exchange, { state: 'failed' }>;

/** How long the end of a sandbox is waited for when its connection broke: to tell how it ended. */
const lastWordsMs = 500;

/** A request whose every byte is known before it is sent. `configure`: the body of a `configure` frame. */
export function encodeHttpRequest(payload: Uint8Array, configure?: Uint8Array): Buffer {
  const head = [
    'POST / HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: application/octet-stream',
    `Content-Length: ${payload.length}`,
    ...(configure === undefined ? [] : [`lumos-configure: ${Buffer.from(configure).toString('base64')}`]),
    '\r\n',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), payload]);
}

/** An answer as it comes in. */
interface Incoming {
  status: number;
  headers: string[];
  readonly pieces: Buffer[];
  received: number;
  keepAlive: boolean;
}

export class HttpLine implements Line {
  readyAt: Milliseconds | undefined;
  private socket: Socket | undefined;
  private broken: Failed | undefined;
  private settle: ((exchange: Exchange) => void) | undefined;
  private sentAt: Milliseconds;

  constructor(
    private readonly sandbox: Sandbox,
    private readonly endpoint: HttpEndpoint,
    private readonly options: HttpLineOptions,
  ) {
    this.sentAt = options.clock.now();
  }

  async invoke(request: Buffer, deadline: Milliseconds): Promise<Exchange> {
    const { clock } = this.options;
    if (this.broken !== undefined) return this.broken;
    return await new Promise<Exchange>((resolve) => {
      const cancel = clock.after(Math.max(0, deadline - clock.now()) as Milliseconds, () => {
        this.fail({ state: 'failed', outcome: 'timeout', reason: 'no answer within the time limit' });
      });
      this.settle = (exchange) => {
        this.settle = undefined;
        cancel();
        resolve(exchange);
      };
      if (this.socket !== undefined) this.send(this.socket, request);
      else void this.open().then((socket) => socket !== undefined && this.send(socket, request));
    });
  }

  close(): void {
    this.broken ??= closedMeanwhile;
    this.settle?.(this.broken);
    this.socket?.destroy();
    this.socket = undefined;
  }

  private send(socket: Socket, request: Buffer): void {
    this.sentAt = this.options.clock.now();
    socket.write(request);
  }

  /** A connection once the sandbox listens; `undefined` when it never did, which is then the exchange's failure. */
  private async open(): Promise<Socket | undefined> {
    try {
      await this.endpoint.listening;
      this.readyAt ??= this.options.clock.now();
      const socket = await connected(this.endpoint.port);
      if (this.settle === undefined) {
        // The invocation was given up meanwhile.
        socket.destroy();
        return undefined;
      }
      this.listen(socket);
      this.socket = socket;
      return socket;
    } catch (error) {
      await this.failAsEnded(messageOf(error));
      return undefined;
    }
  }

  private listen(socket: Socket): void {
    const parser = new HTTPParser(HTTPParser.RESPONSE);
    let incoming = fresh();
    parser[HTTPParser.kOnHeadersComplete] = (info) => {
      incoming.status = info.statusCode;
      incoming.headers = info.headers;
      incoming.keepAlive = info.shouldKeepAlive;
      this.refuseTooMuch(Number(headerOf(info.headers, 'content-length') ?? 0));
    };
    parser[HTTPParser.kOnBody] = (chunk, offset, length) => {
      incoming.received += length;
      this.refuseTooMuch(incoming.received);
      incoming.pieces.push(chunk.subarray(offset, offset + length));
    };
    parser[HTTPParser.kOnMessageComplete] = () => {
      const answeredAt = this.options.clock.now();
      const whole = incoming;
      incoming = fresh();
      this.take(whole, answeredAt);
    };
    socket.on('data', (chunk) => {
      const result = parser.execute(chunk);
      if (result instanceof Error) this.fail(wrong(`is no HTTP: ${result.message}`));
    });
    const gone = (): void => void this.failAsEnded('the connection was closed before the answer');
    socket.once('error', gone);
    socket.once('close', gone);
  }

  private refuseTooMuch(size: number): void {
    const most = this.options.maximumResponseBytes;
    if (size > most) this.fail(wrong(`answered too much: ${size} bytes, and at most ${most} are taken`));
  }

  private take(incoming: Incoming, answeredAt: Milliseconds): void {
    if (this.broken !== undefined) return;
    if (this.settle === undefined) {
      this.fail(wrong('sent an answer that nothing had asked for'));
      return;
    }
    if (!incoming.keepAlive) this.drop();
    const words = (): string => this.sandbox.stderrTail();
    const exchange = interpret(incoming, this.sentAt, answeredAt, words);
    if (exchange.state === 'failed') this.fail(exchange);
    else this.settle(exchange);
  }

  /** The server ends the connection after this answer: the next invocation opens another. */
  private drop(): void {
    this.socket?.removeAllListeners('close').end();
    this.socket = undefined;
  }

  private fail(exchange: Failed): void {
    this.broken ??= exchange;
    this.socket?.destroy();
    this.settle?.(this.broken);
  }

  /** A broken connection is told by how the sandbox ended, if it did. */
  private async failAsEnded(otherwise: string): Promise<void> {
    if (this.broken !== undefined || (this.settle === undefined && this.socket === undefined)) return;
    const ended = await Promise.race([
      this.sandbox.exited,
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), lastWordsMs).unref()),
    ]);
    const words = this.sandbox.stderrTail();
    this.fail(
      ended === undefined
        ? { state: 'failed', outcome: 'crashed', reason: `${otherwise}${lastWords(words)}` }
        : endedBeforeAnswer(ended, words),
    );
  }
}

const fresh = (): Incoming => ({ status: 0, headers: [], pieces: [], received: 0, keepAlive: true });

const wrong = (reason: string): Failed => ({ state: 'failed', outcome: 'wrong-output', reason });

function interpret(
  incoming: Incoming,
  sentAt: Milliseconds,
  answeredAt: Milliseconds,
  stderrTail: () => string,
): Exchange {
  const { status, headers, pieces } = incoming;
  const [only, ...others] = pieces;
  const body = only !== undefined && others.length === 0 ? only : Buffer.concat(pieces);
  const said = body.toString('utf8', 0, 500).trim();
  const encoded = headerOf(headers, 'lumos-head');
  if (encoded === undefined) {
    const reason = `answered with status ${status}${said === '' ? '' : `: ${said}`}`;
    // An engine's own server answers so for an instance that ended before its answer; why, it says elsewhere.
    return status >= 500
      ? { state: 'failed', outcome: 'crashed', reason: `${reason}${lastWords(stderrTail())}` }
      : wrong(reason);
  }
  if (status !== 200) return wrong(`the function reports an error: ${said}`);
  try {
    const head = decodeHead(Buffer.from(encoded, 'base64'));
    return { state: 'answered', sentAt, answeredAt, head, body };
  } catch (error) {
    return wrong(messageOf(error));
  }
}

/** @param headers names and values in turn */
function headerOf(headers: readonly string[], wanted: string): string | undefined {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === wanted);
  return at === -1 ? undefined : headers[at + 1];
}

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
