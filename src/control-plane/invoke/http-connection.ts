/**
 * A kept-alive HTTP/1.1 connection, on which requests are made one at a time. A request is one buffer, made before the timed
 * window, and one write. There is no client library in between, because what it does for a request (queues, headers,
 * retries) would be in every figure.
 */
import { connect, type Socket } from 'node:net';
import { hasCode, messageOf } from '../../domain/errors.js';
import type { Clock } from '../../domain/clock.js';
import type { Bytes, Milliseconds } from '../../domain/units.js';
import { AnswerReader, type HttpAnswer } from './http-answer.js';

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

export interface Endpoint {
  /** An address: a name would be looked up within the first request. */
  readonly host: string;
  readonly port: number;
}

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly maximumResponseBytes: Bytes;
  /** Told of what goes wrong while nothing was asked for: the next request would connect anew. */
  readonly onIdleFailure?: (failure: HttpFailure) => void;
}

export type HttpFailure = Extract<HttpExchange, { state: 'failed' }>;
type Failed = HttpFailure;

const failed = (kind: ConnectionFailure, reason: string): Failed => ({ state: 'failed', kind, reason });

const closedEarly = 'the connection was closed before the answer';

export class HttpConnection {
  private socket: Socket | undefined;
  private settle: ((exchange: HttpExchange) => void) | undefined;
  private sentAt: Milliseconds;
  private deadline: Milliseconds;
  private cancelTimer: (() => void) | undefined;

  constructor(
    private readonly endpoint: Endpoint,
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
    const { settle } = this;
    const incoming = new Incoming();
    connected(this.endpoint, incoming).then(
      (socket) => {
        // The request was given up meanwhile.
        if (this.settle !== settle) socket.destroy();
        else this.send((this.socket = this.listen(socket, incoming)), request);
      },
      (error: unknown) => this.settle === settle && this.fail(failureOf(error)),
    );
  }

  private send(socket: Socket, request: Buffer): void {
    this.sentAt = this.options.clock.now();
    socket.write(request);
  }

  private listen(socket: Socket, incoming: Incoming): Socket {
    const reader = new AnswerReader(this.options.maximumResponseBytes);
    const ours = (): boolean => this.socket === socket;
    const take = (read: ReturnType<AnswerReader['read']>): void => {
      if ('wrong' in read) this.fail(failed('unreadable', read.wrong));
      else for (const answer of read.answers) this.take(answer);
    };
    incoming.read = (chunk) => ours() && take(reader.read(chunk));
    socket.once('end', () => {
      if (!ours()) return;
      take(reader.end());
      // What an answer without a length ended with, or a server that had kept the connection for long enough.
      if (ours()) this.fail(failed('half-closed', closedEarly));
    });
    socket.once('error', (error) => ours() && this.fail(failureOf(error)));
    socket.once('close', () => ours() && this.fail(failed('reset', closedEarly)));
    return socket;
  }

  private take(answer: HttpAnswer): void {
    const answeredAt = this.options.clock.now();
    if (this.settle === undefined) {
      this.fail(failed('unreadable', 'sent an answer that nothing had asked for'));
      return;
    }
    if (!answer.keepsAlive) this.drop();
    this.finish({ state: 'answered', sentAt: this.sentAt, answeredAt, answer });
  }

  private fail(exchange: Failed): void {
    this.drop();
    if (this.settle === undefined) this.options.onIdleFailure?.(exchange);
    else this.finish(exchange);
  }

  private drop(): void {
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

/** What one read of any connection brings. All share it: whoever reads takes from it what is kept, before the next read. */
const readBuffer = Buffer.allocUnsafe(64 * 1024);

/** Where the bytes of a connection go: past the queues of a stream, which cost a load more than reading them does. */
class Incoming {
  read: (chunk: Buffer) => void = () => undefined;
}

function connected({ host, port }: Endpoint, incoming: Incoming): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const onread = {
      buffer: readBuffer,
      callback: (length: number): boolean => {
        incoming.read(readBuffer.subarray(0, length));
        return true;
      },
    };
    const socket = connect({ port, host, noDelay: true, onread });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
