/** A kept-alive HTTP/1.1 connection to a sandbox, with requests and answers as docs/protocol.md has them. */
import { messageOf } from '../../domain/errors.js';
import { passed, type Clock } from '../../domain/clock.js';
import type { HttpEndpoint, Sandbox } from '../../domain/runtime.js';
import { milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import { endedBeforeAnswer, lastWords } from './ended-sandbox.js';
import { checkedHead } from './checked-head.js';
import { Dialer } from './dialer.js';
import { answerHeadBytes, decodeHead } from './frames.js';
import type { HttpAnswer } from './http-answer.js';
import { HttpConnection, type HttpExchange, type HttpFailure } from './http-connection.js';
import { closedMeanwhile, type Exchange, type Line } from './line.js';

export interface HttpLineOptions {
  readonly clock: Clock;
  readonly maximumResponseBytes: Bytes;
}

type Failed = Extract<Exchange, { state: 'failed' }>;

/** How long the end of a sandbox is waited for when its connection broke: to tell how it ended. */
const lastWordsMs = 500;

/** How long the answer of a sandbox that ended is waited for. */
const answerOnItsWayMs = milliseconds(100);

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

export class HttpLine implements Line {
  readyAt: Milliseconds | undefined;
  private readonly connection: HttpConnection;
  private broken: Failed | undefined;
  private giveUp: (failure: Failed) => void = () => undefined;

  constructor(
    private readonly sandbox: Sandbox,
    private readonly endpoint: HttpEndpoint,
    private readonly options: HttpLineOptions,
  ) {
    this.connection = new HttpConnection(new Dialer(['127.0.0.1'], endpoint.port, options.clock), {
      ...options,
      onIdleFailure: (failure) => void this.told(failure),
    });
    void sandbox.exited.then(() => this.giveUpSoon());
  }

  async invoke(request: Buffer, deadline: Milliseconds): Promise<Exchange> {
    if (this.broken !== undefined) return this.broken;
    const failure = this.readyAt === undefined ? await this.untilListening(deadline) : undefined;
    if (failure !== undefined) return (this.broken ??= failure);
    const exchange = await this.connection.ask(request, deadline);
    if (exchange.state === 'failed') return await this.told(exchange);
    const read = interpret(exchange, () => this.sandbox.stderrTail());
    if (read.state === 'failed') {
      this.connection.close();
      this.broken ??= read;
    }
    return read;
  }

  close(): void {
    this.broken ??= closedMeanwhile;
    this.giveUp(closedMeanwhile);
    this.connection.close();
  }

  /** A child of a sandbox that ended may keep its connections open: nothing more comes on them than what is on its way. */
  private async giveUpSoon(): Promise<void> {
    await passed(this.options.clock, answerOnItsWayMs);
    this.connection.close();
  }

  /** Undefined once the sandbox listens; else why it does not. */
  private async untilListening(deadline: Milliseconds): Promise<Failed | undefined> {
    const { clock } = this.options;
    let cancel: () => void = () => undefined;
    const late = new Promise<Failed>((resolve) => {
      const left = Math.max(0, deadline - clock.now()) as Milliseconds;
      cancel = clock.after(left, () => resolve(timeout));
      this.giveUp = resolve;
    });
    try {
      const failure = await Promise.race([this.endpoint.listening, late]);
      if (failure !== undefined) return failure;
      this.readyAt = clock.now();
      return undefined;
    } catch (error) {
      return await this.asEnded(messageOf(error));
    } finally {
      cancel();
    }
  }

  /** A failure of the connection, which is one of the sandbox: told by how it ended, if it did. */
  private async told(failure: HttpFailure): Promise<Failed> {
    if (this.broken !== undefined) return this.broken;
    const { kind, reason } = failure;
    if (kind === 'timeout') this.broken = timeout;
    else if (kind === 'unreadable') this.broken = wrong(reason);
    else {
      const ended = await this.asEnded(reason, kind);
      this.broken ??= ended;
    }
    return this.broken;
  }

  private async asEnded(otherwise: string, broke?: Failed['broke']): Promise<Failed> {
    const ended = await Promise.race([
      this.sandbox.exited,
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), lastWordsMs).unref()),
    ]);
    const words = this.sandbox.stderrTail();
    if (ended !== undefined) return endedBeforeAnswer(ended, words);
    const reason = `${otherwise}${lastWords(words)}`;
    return { state: 'failed', outcome: 'crashed', reason, ...(broke === undefined ? {} : { broke }) };
  }
}

const timeout: Failed = { state: 'failed', outcome: 'timeout', reason: 'no answer within the time limit' };

const wrong = (reason: string): Failed => ({ state: 'failed', outcome: 'wrong-output', reason });

type Answered = Extract<HttpExchange, { state: 'answered' }>;

function interpret({ answer, sentAt, answeredAt }: Answered, stderrTail: () => string): Exchange {
  const { status, body } = answer;
  const encoded = answer.header('lumos-head');
  if (encoded === undefined) {
    const reason = `answered with status ${status}${withColon(said(answer))}`;
    // An engine's own server answers so for an instance that ended before its answer; why, it says elsewhere.
    return status >= 500
      ? { state: 'failed', outcome: 'crashed', reason: `${reason}${lastWords(stderrTail())}` }
      : wrong(reason);
  }
  if (status !== 200) return wrong(`the function reports an error: ${said(answer)}`);
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length > answerHeadBytes) return wrong(`answered a head of ${bytes.length} bytes`);
  try {
    const head = checkedHead(decodeHead(bytes), sentAt, answeredAt);
    return { state: 'answered', sentAt, answeredAt, head, body };
  } catch (error) {
    return wrong(messageOf(error));
  }
}

const said = ({ body }: HttpAnswer): string => body.toString('utf8', 0, 500).trim();
const withColon = (text: string): string => (text === '' ? '' : `: ${text}`);
