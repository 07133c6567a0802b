/** Makes TCP connections to a server that may be at any of several addresses, as a name with IPv6 and IPv4 is. */
import { connect, type OnReadOpts, type Socket } from 'node:net';
import type { Clock } from '../../domain/clock.js';
import { milliseconds } from '../../domain/units.js';

/** An address that neither connects nor refuses holds up the next one for so long (RFC 8305, section 5). */
const attemptDelayMs = milliseconds(250);

export interface Listener {
  onConnected(socket: Socket): void;
  /** @param error of the first address; called once, when none connects */
  onFailed(error: Error): void;
}

/**
 * Tries one address after another, the next as soon as one fails or takes too long. The address that connected is tried first
 * from then on, so that only the first connection may have to look for it.
 */
export class Dialer {
  private preferred: string | undefined;

  /** @param hosts addresses, not names: a name would be looked up within the first request */
  constructor(
    private readonly hosts: readonly string[],
    private readonly port: number,
    private readonly clock: Clock,
  ) {}

  /**
   * @param onread what reads the connection's bytes
   * @returns gives up the attempts that are under way; the listener then hears nothing more
   */
  connect(onread: OnReadOpts, listener: Listener): () => void {
    const { preferred, hosts } = this;
    const order = [...hosts].sort((a, b) => Number(b === preferred) - Number(a === preferred));
    const attempts = new Attempts(order, { port: this.port, clock: this.clock, onread }, (result) => {
      if ('error' in result) listener.onFailed(result.error);
      else {
        this.preferred = result.host;
        listener.onConnected(result.socket);
      }
    });
    attempts.next();
    return () => attempts.stop();
  }
}

interface AttemptOptions {
  readonly port: number;
  readonly clock: Clock;
  readonly onread: OnReadOpts;
}

type Result = { readonly socket: Socket; readonly host: string } | { readonly error: Error };

/** The addresses of one connection, raced. */
class Attempts {
  private readonly trying = new Set<Socket>();
  private firstError: Error | undefined;
  private cancelTimer: (() => void) | undefined;

  constructor(
    private readonly waiting: string[],
    private readonly options: AttemptOptions,
    private readonly settle: (result: Result) => void,
  ) {}

  next(): void {
    this.cancelTimer?.();
    const host = this.waiting.shift();
    if (host === undefined) {
      if (this.trying.size === 0) this.settle({ error: this.firstError ?? new Error('there is no address') });
      return;
    }
    const { port, clock, onread } = this.options;
    if (this.waiting.length > 0) this.cancelTimer = clock.after(attemptDelayMs, () => this.next());
    const socket = connect({ host, port, noDelay: true, onread });
    this.trying.add(socket);
    const failed = (error: Error): void => {
      this.firstError ??= error;
      if (this.trying.delete(socket)) this.next();
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      this.trying.delete(socket);
      this.stop();
      this.settle({ socket, host });
    });
  }

  stop(): void {
    this.cancelTimer?.();
    const losers = [...this.trying];
    this.trying.clear();
    for (const loser of losers) loser.destroy();
  }
}
