/** A server that somebody else started as what a load is sent to: over HTTP/1.1, on the loopback or where it was allowed. */
import { Dialer } from '../../control-plane/invoke/dialer.js';
import { HttpConnection, type HttpExchange } from '../../control-plane/invoke/http-connection.js';
import { passed, type Clock } from '../../domain/clock.js';
import { milliseconds, type Bytes } from '../../domain/units.js';
import type { LoadExchange, LoadRequest, Target } from './target.js';
import type { UrlEndpoint } from './url-endpoint.js';
import type { EncodedRequest } from './url-request.js';

/** How long kept connections are listened to after a load: what a server sends to nobody is on its way by then. */
const lastWordsMs = milliseconds(100);

export interface UrlTargetOptions {
  readonly clock: Clock;
  readonly maximumResponseBytes: Bytes;
  readonly request: EncodedRequest;
  /** The answer's body has to be this; absent: any with a status of 200 to 299 is right. */
  readonly expected?: Uint8Array | undefined;
  /** Why no answer can be trusted to be that to its request: each is then a failure for this reason. */
  readonly distrust?: string | undefined;
}

/** Connections are kept, and as many are opened as requests are in flight at once. */
export class UrlTarget implements Target {
  private readonly free: HttpConnection[] = [];
  private readonly all = new Set<HttpConnection>();
  private readonly dialer: Dialer;
  private readonly stray: string[] = [];

  constructor(
    { hosts, port }: Pick<UrlEndpoint, 'hosts' | 'port'>,
    private readonly options: UrlTargetOptions,
  ) {
    this.dialer = new Dialer(hosts, port, options.clock);
  }

  send({ deadline }: LoadRequest): Promise<LoadExchange> {
    const connection = this.free.pop() ?? this.add();
    return connection.ask(this.options.request.bytes, deadline).then((exchange) => {
      this.free.push(connection);
      return this.judged(exchange);
    });
  }

  /**
   * What the server sent when no request was waiting for it, a reason each. Then an answer may have been taken for that to
   * another request, so it counts as a failure. To be asked after the load: it listens for a moment more.
   */
  async strayAnswers(): Promise<readonly string[]> {
    if (this.all.size > 0) await passed(this.options.clock, lastWordsMs);
    return this.stray;
  }

  close(): void {
    for (const connection of this.all) connection.close();
  }

  private add(): HttpConnection {
    const { clock, maximumResponseBytes, request } = this.options;
    const connection = new HttpConnection(this.dialer, {
      ...{ clock, maximumResponseBytes, toHead: request.isHead, closes: request.closes },
      onIdleFailure: ({ kind, reason }) => kind === 'unreadable' && this.stray.push(reason),
    });
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
    const { expected, distrust } = this.options;
    if (distrust !== undefined) return wrong(distrust);
    if (expected !== undefined && !answer.body.equals(expected))
      return wrong(`answered other than expected: ${answer.body.length} bytes, expected ${expected.length}`);
    return { state: 'answered', answeredAt };
  }
}
