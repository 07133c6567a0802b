/**
 * A kept-alive HTTP/1.1 connection, on which requests are made one at a time. A request is one buffer, made before the timed
 * window, and one write. There is no client library in between, because what it does for a request (queues, headers,
 * retries) would be in every figure.
 */
import type { OnReadOpts, Socket } from 'node:net';
import { hasCode, messageOf } from '../../domain/errors.js';
import type { Clock } from '../../domain/clock.js';
import type { Bytes, Milliseconds } from '../../domain/units.js';
import { AnswerReader, type HttpAnswer, type Read } from './http-answer.js';
import type { Dialer } from './dialer.js';
import { quoted } from './http-head.js';

/** How an exchange over a connection fails. */
export type ConnectionFailure =
  /** Nobody listens. */
  | 'refused'
  /** The connection was broken off. */
  | 'reset'
  /** The other side ended its half before the answer was whole. */
  | 'half-closed'
  | 'timeout'
  /** What came is no HTTP, too long, or was not asked for. */
  | 'unreadable';

export type HttpExchange =
  | {
      readonly state: 'answered';
      /** Right before the request was written, when the connection stood. */
      readonly sentAt: Milliseconds;
      readonly answeredAt: Milliseconds;
      readonly answer: HttpAnswer;
    }
  | { readonly state: 'failed'; readonly kind: ConnectionFailure; readonly reason: string };

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly maximumResponseBytes: Bytes;
  /** Whether the requests are HEAD: their answers have no body. */
  readonly toHead?: boolean | undefined;
  /** Whether the requests say `Connection: close`: each then has a connection of its own. */
  readonly closes?: boolean | undefined;
  /** Told of what goes wrong while nothing was asked for: the next request would connect anew. */
  readonly onIdleFailure?: (failure: HttpFailure) => void;
}

export type HttpFailure = Extract<HttpExchange, { state: 'failed' }>;
type Failed = HttpFailure;

const failed = (kind: ConnectionFailure, reason: string): Failed => ({ state: 'failed', kind, reason });

const closedEarly = 'the connection was closed before the answer';

export class HttpConnection {
  private socket: Socket | undefined;
  /** Gives up a connection that is being made. */
  private stopDialing: (() => void) | undefined;
  private settle: ((exchange: HttpExchange) => void) | undefined;
  private sentAt: Milliseconds;
  private deadline: Milliseconds;
  private cancelTimer: (() => void) | undefined;

  constructor(
    private readonly dialer: Dialer,
    private readonly options: ConnectionOptions,
  ) {
    this.sentAt = this.deadline = options.clock.now();
  }

  /** Never rejects. After a failure the next request makes a connection anew. */
  ask(request: Buffer, deadline: Milliseconds): Promise<HttpExchange> {
    const { clock } = this.options;
    return new Promise((resolve) => {
      this.deadline = deadline;
      if (this.cancelTimer === undefined) this.arm(Math.max(0, deadline - clock.now()) as Milliseconds);
      this.settle = resolve;
      if (this.socket !== undefined) this.send(this.socket, request);
      else this.connectAndSend(request);
    });
  }

  /** A request that is still waited for has failed, and its time limit with it. */
  close(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.drop();
    this.finish(failed('reset', 'given up before its answer'));
  }

  /** One timer for all requests: it looks whether the one that is under way then is late, and comes again where not. */
  private arm(delay: Milliseconds): void {
    const { clock } = this.options;
    this.cancelTimer = clock.after(delay, () => {
      this.cancelTimer = undefined;
      if (this.settle === undefined) return;
      const left = this.deadline - clock.now();
      if (left > 0) this.arm(left as Milliseconds);
      else this.fail(failed('timeout', 'no answer within the time limit'));
    });
  }

  private finish(exchange: HttpExchange): void {
    const { settle } = this;
    this.settle = undefined;
    settle?.(exchange);
  }

  private connectAndSend(request: Buffer): void {
    const incoming = new Incoming();
    this.stopDialing = this.dialer.connect(onreadInto(incoming), {
      onConnected: (socket) => {
        this.stopDialing = undefined;
        this.send((this.socket = this.listen(socket, incoming)), request);
      },
      onFailed: (error) => this.fail(failureOf(error)),
    });
  }

  private send(socket: Socket, request: Buffer): void {
    this.sentAt = this.options.clock.now();
    socket.write(request);
  }

  private listen(socket: Socket, incoming: Incoming): Socket {
    const { clock, maximumResponseBytes, toHead } = this.options;
    const reader = new AnswerReader({ most: maximumResponseBytes, toHead });
    const ours = (): boolean => this.socket === socket;
    const take = (read: Read, at: Milliseconds): void => {
      if ('wrong' in read) this.fail(failed('unreadable', read.wrong));
      else if (read.answer !== undefined) this.take(read.answer, at);
    };
    incoming.read = (chunk) => {
      if (!ours()) return;
      // Before it is read: what reading costs is the client's.
      const at = clock.now();
      if (this.settle === undefined) this.fail(failed('unreadable', `sent ${unasked(chunk)}`));
      else take(reader.read(chunk), at);
    };
    socket.once('end', () => {
      if (!ours()) return;
      take(reader.end(), clock.now());
      // What an answer without a length ended with, or a server that had kept the connection for long enough.
      if (ours()) this.fail(failed('half-closed', closedEarly));
    });
    socket.once('error', (error) => ours() && this.fail(failureOf(error)));
    socket.once('close', () => ours() && this.fail(failed('reset', closedEarly)));
    return socket;
  }

  private take(answer: HttpAnswer, answeredAt: Milliseconds): void {
    if (!answer.keepsAlive || this.options.closes === true) this.drop();
    this.finish({ state: 'answered', sentAt: this.sentAt, answeredAt, answer });
  }

  private fail(exchange: Failed): void {
    this.drop();
    if (this.settle === undefined) this.options.onIdleFailure?.(exchange);
    else this.finish(exchange);
  }

  private drop(): void {
    this.stopDialing?.();
    this.stopDialing = undefined;
    const { socket } = this;
    this.socket = undefined;
    socket?.destroy();
  }
}

function failureOf(error: unknown): Failed {
  const reason = messageOf(error);
  if (hasCode(error, 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH')) return failed('refused', reason);
  if (hasCode(error, 'ETIMEDOUT')) return failed('timeout', reason);
  return failed('reset', reason);
}

const unasked = (chunk: Buffer): string =>
  `bytes that no request had asked for: ${quoted(chunk.toString('latin1', 0, 100))}`;

/** What one read of any connection brings. All share it: whoever reads takes from it what is kept, before the next read. */
const readBuffer = Buffer.allocUnsafe(64 * 1024);

/** Where the bytes of a connection go: past the queues of a stream, which cost a load more than reading them does. */
class Incoming {
  read: (chunk: Buffer) => void = () => undefined;
}

const onreadInto = (incoming: Incoming): OnReadOpts => ({
  buffer: readBuffer,
  callback: (length) => {
    incoming.read(readBuffer.subarray(0, length));
    return true;
  },
});
