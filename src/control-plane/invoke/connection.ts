/** One sandbox's standard streams as a line on which invocations are made, one at a time. */
import { messageOf } from '../../domain/errors.js';
import type { Clock } from '../../domain/clock.js';
import type { Sandbox } from '../../domain/runtime.js';
import type { Bytes, Milliseconds } from '../../domain/units.js';
import { checkedHead } from './checked-head.js';
import { checkReady, decodeAnswer, FrameParser, frameKinds, type RawFrame } from './frames.js';
import { endedBeforeAnswer } from './ended-sandbox.js';
import type { Host } from './host-side.js';
import { closedMeanwhile, type Exchange, type Line } from './line.js';
import { isHostRequest } from './storage-frames.js';

interface Waiting {
  settle(exchange: Exchange | { frame: RawFrame; answeredAt: Milliseconds }): void;
}

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly maximumResponseBytes: Bytes;
  /** Who answers the function's requests for objects; without one, a function that asks is wrong to. */
  readonly host?: Host;
}

/**
 * Speaks docs/protocol.md with a sandbox. The moment of an answer is taken when its last byte has come in, before
 * anything is put together, parsed or verified.
 */
export class Connection implements Line {
  /** When the function said that it was ready; `undefined` until it did. */
  readyAt: Milliseconds | undefined;
  private waiting: Waiting | undefined;
  private answered: { readonly frame: RawFrame; readonly answeredAt: Milliseconds } | undefined;
  private broken: Exchange | undefined;
  private isServing = false;

  constructor(
    private readonly sandbox: Sandbox,
    private readonly options: ConnectionOptions,
  ) {
    const { maximumResponseBytes, host } = options;
    const parser = new FrameParser(
      maximumResponseBytes,
      (frame) => this.take(frame),
      host?.largestRequestBytes,
    );
    sandbox.stdout.on('data', (chunk: Buffer) => {
      try {
        parser.push(chunk);
      } catch (error) {
        this.break({ state: 'failed', outcome: 'wrong-output', reason: messageOf(error) });
      }
      // Not before the whole chunk was looked at: an answer with something behind it is none.
      if (this.answered !== undefined) this.waiting?.settle(this.answered);
      this.answered = undefined;
    });
    const ended = (): void =>
      void this.sandbox.exited.then((status) => this.break(endedBeforeAnswer(status, sandbox.stderrTail())));
    sandbox.stdout.once('end', ended);
    sandbox.stdout.once('error', ended);
    // Output that we let go of ourselves closes without an end: whoever still waits for an answer, and its timer, must hear of it.
    sandbox.stdout.once('close', ended);
    // A sandbox that died is told by the end of its output; the write that found it out adds nothing.
    sandbox.stdin.on('error', () => undefined);
  }

  /** `frame`: a prepared `invoke` frame, before the first after one of `configure` if the function has storage. */
  async invoke(frame: Buffer, deadline: Milliseconds): Promise<Exchange> {
    const { clock } = this.options;
    if (this.broken !== undefined) return this.broken;
    let sentAt = clock.now();
    const settled = await new Promise<Parameters<Waiting['settle']>[0]>((resolve) => {
      const cancel = clock.after(Math.max(0, deadline - clock.now()) as Milliseconds, () => {
        this.break({ state: 'failed', outcome: 'timeout', reason: 'no answer within the time limit' });
      });
      this.waiting = {
        settle: (result) => {
          this.waiting = undefined;
          cancel();
          resolve(result);
        },
      };
      sentAt = clock.now();
      this.sandbox.stdin.write(frame);
    });
    return 'frame' in settled ? this.interpret(settled.frame, sentAt, settled.answeredAt) : settled;
  }

  /** The streams are the sandbox's. */
  close(): void {
    this.break(closedMeanwhile);
  }

  private take(frame: RawFrame): void {
    const at = this.options.clock.now();
    if (this.readyAt === undefined) {
      checkReady(frame);
      this.readyAt = at;
    } else if (this.answered !== undefined) {
      this.break({ state: 'failed', outcome: 'wrong-output', reason: 'sent a frame behind its answer' });
    } else if (isHostRequest(frame) && this.waiting !== undefined && this.options.host !== undefined) {
      this.serve(frame, this.options.host);
    } else if (this.waiting === undefined || frame.kind === frameKinds.ready || isHostRequest(frame)) {
      this.break({
        state: 'failed',
        outcome: 'wrong-output',
        reason: 'sent a frame that nothing had asked for',
      });
    } else {
      this.answered = { frame, answeredAt: at };
    }
  }

  /** Answers a request of the function, which waits for it. */
  private serve(frame: RawFrame, host: Host): void {
    if (this.isServing) {
      this.break({
        state: 'failed',
        outcome: 'wrong-output',
        reason: 'asked its host for two things at once',
      });
      return;
    }
    this.isServing = true;
    host
      .serve(frame)
      .then((result) => {
        // Before the write: the next request may come in at once.
        this.isServing = false;
        // The invocation may have been given up meanwhile: then nobody waits for the result.
        if (this.waiting !== undefined) this.sandbox.stdin.write(result);
      })
      .catch((error: unknown) => {
        this.break({ state: 'failed', outcome: 'wrong-output', reason: messageOf(error) });
      });
  }

  private interpret(frame: RawFrame, sentAt: Milliseconds, answeredAt: Milliseconds): Exchange {
    try {
      const { head, body } = decodeAnswer(frame);
      if (frame.kind === frameKinds.answer)
        return { state: 'answered', sentAt, answeredAt, head: checkedHead(head, sentAt, answeredAt), body };
      const message = body.toString('utf8').slice(0, 500);
      return {
        state: 'failed',
        outcome: 'wrong-output',
        reason: `the function reports an error: ${message}`,
      };
    } catch (error) {
      return { state: 'failed', outcome: 'wrong-output', reason: messageOf(error) };
    }
  }

  private break(exchange: Exchange): void {
    this.broken ??= exchange;
    this.waiting?.settle(this.broken);
  }
}
