/** Keeps what is measured of one level, in constant memory, and says when it is enough. */
import { shareOf } from '../../domain/load.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import { batchMean, rateInterval } from '../../stats/batch-means.js';
import { LatencyHistogram } from '../../stats/latency-histogram.js';
import type { Interval } from '../../stats/median-interval.js';
import { sectionedInterval, sectionedMedianInterval } from '../../stats/sectioned-quantile.js';
import { TimeBlocks } from '../../stats/time-blocks.js';
import { Deadlines } from './deadlines.js';
import { lateAfterMs, type EndedBy, type LevelOptions, type LevelResult } from './level.js';
import { failureOf, type FailureKind, type LoadExchange, type LoadRequest, type Target } from './target.js';

const defaultBlock = milliseconds(100);

const givenUp = 'no response until the run was stopped';

/** How long requests in flight are still waited for when the run is told to stop. */
const stopGrace = milliseconds(1000);

export class LevelRecorder {
  /** When the warm-up is over, on the clock. */
  readonly measureFrom: Milliseconds;
  readonly endAt: Milliseconds;
  private readonly latency = new LatencyHistogram();
  private readonly service = new LatencyHistogram();
  private readonly lag = new LatencyHistogram();
  private readonly blocks: TimeBlocks;
  private readonly share: number;
  private readonly deadlines: Deadlines;
  private readonly errors: Partial<Record<FailureKind, number>> = {};
  private asked = 0;
  /** Sent after the warm-up. */
  private measured = 0;
  private sent = 0;
  private late = 0;
  private lastSettled: number;
  /** Successes between the end of the warm-up and that of sending, whenever they were sent. */
  private inTime = 0;
  private ended: { readonly by: EndedBy; readonly at: Milliseconds } | undefined;
  private isProbing = false;
  private generator: LevelResult['generator'] = {};

  constructor(
    private readonly target: Target,
    private readonly options: LevelOptions,
  ) {
    this.measureFrom = milliseconds(options.clock.now() + (options.leadMs ?? 0) + options.warmUpMs);
    this.deadlines = new Deadlines(options.clock, options.timeoutMs);
    options.signal?.addEventListener('abort', this.giveUpSoon);
    this.endAt = milliseconds(this.measureFrom + options.stop.timeMs);
    this.lastSettled = this.measureFrom;
    const { precision } = options.stop;
    this.share = precision === undefined ? 0.5 : shareOf(precision.quantile);
    this.blocks = new TimeBlocks(this.measureFrom, options.blockMs ?? defaultBlock, this.share);
  }

  private readonly giveUpSoon = (): void =>
    this.deadlines.shorten(milliseconds(this.options.clock.now() + stopGrace));

  /** When the level begins, its warm-up included. */
  get beginsAt(): Milliseconds {
    return milliseconds(this.measureFrom - this.options.warmUpMs);
  }

  /** Whether nothing more is to be sent. */
  isOver(): boolean {
    if (this.ended === undefined) {
      if (this.options.signal?.aborted === true) this.end('signal');
      else if (this.options.clock.now() >= this.endAt) this.end('time');
    }
    return this.ended !== undefined;
  }

  end(by: EndedBy): void {
    if (this.ended !== undefined) return;
    // A timer that came late does not make the time longer that was asked for.
    const at = by === 'time' ? this.endAt : this.options.clock.now();
    this.ended = { by, at };
    if (this.isProbing) this.generator = this.options.probe?.end() ?? {};
  }

  /** When sending ended, after it did. */
  get endedAt(): Milliseconds {
    return this.ended?.at ?? this.endAt;
  }

  /**
   * Sends one request, waits for its answer until its time limit, and records it. Never rejects.
   * @param dueAt absent where it is due when it is sent
   * @param sendableAt when the generator could have sent it: due, and a connection free
   */
  async send(dueAt?: Milliseconds, sendableAt?: Milliseconds): Promise<LoadExchange> {
    const { clock, timeoutMs } = this.options;
    const sentAt = clock.now();
    const request: LoadRequest = {
      index: this.asked++,
      dueAt: dueAt ?? sentAt,
      sentAt,
      deadline: milliseconds(sentAt + timeoutMs),
      measured: (dueAt ?? sentAt) >= this.measureFrom,
    };
    if (request.measured) this.countSend(request, sendableAt ?? sentAt);
    const exchange = await this.answerTo(request);
    if (request.measured) this.settle(request, exchange);
    else if (exchange.state === 'answered') this.carryOver(exchange.answeredAt);
    else this.carryFailureOver(request, exchange);
    return exchange;
  }

  result(unsent: number): LevelResult {
    this.deadlines.stop();
    this.options.signal?.removeEventListener('abort', this.giveUpSoon);
    const end = this.ended ?? { by: 'time' as const, at: this.endAt };
    this.blocks.advance(end.at);
    const { blockMs } = this.blocks;
    const counts = this.blocks.blocks().map((block) => block.completions);
    const blockThroughputs = counts.map((count) => (count * 1000) / blockMs);
    const sendingMs = milliseconds(Math.max(0, end.at - this.measureFrom));
    const settledMs = milliseconds(Math.max(sendingMs, this.lastSettled - this.measureFrom));
    // What was asked for by its number is counted to its last; else as many come in as go out at the two ends of the time.
    const byNumber = end.by === 'count' || end.by === 'schedule';
    const [makespanMs, completions] = byNumber ? [settledMs, this.latency.count] : [sendingMs, this.inTime];
    const throughputPerSecond = makespanMs > 0 ? (completions * 1000) / makespanMs : 0;
    const inBlocks = counts.reduce((sum, count) => sum + count, 0);
    const throughputCi95 = rateInterval(throughputPerSecond, inBlocks, batchMean(blockThroughputs)?.ci95);
    const p50Ci95 = this.medianInterval();
    const askedCi95 = this.options.stop.precision === undefined ? undefined : this.askedInterval();
    return {
      endedBy: end.by,
      latency: this.latency,
      service: this.service,
      lag: this.lag,
      sent: this.sent,
      succeeded: this.latency.count,
      errors: this.errors,
      late: this.late,
      unsent,
      makespanMs,
      settledMs,
      throughputPerSecond,
      ...(throughputCi95 === undefined ? {} : { throughputCi95 }),
      blockThroughputs,
      blockMs,
      ...(p50Ci95 === undefined ? {} : { p50Ci95 }),
      ...(askedCi95 === undefined ? {} : { askedCi95 }),
      generator: this.generator,
    };
  }

  private countSend(request: LoadRequest, sendableAt: Milliseconds): void {
    if (!this.isProbing) {
      this.isProbing = true;
      this.options.probe?.begin();
    }
    this.sent += 1;
    this.lag.record(milliseconds(Math.max(0, request.sentAt - sendableAt)));
    if (request.sentAt - request.dueAt > lateAfterMs) this.late += 1;
    this.measured += 1;
    if (this.measured === this.options.stop.count) this.end('count');
  }

  /** The answer, or the failure it has become by the deadline: also of a target that forgets its own. */
  private answerTo(request: LoadRequest): Promise<LoadExchange> {
    return new Promise((resolve) => {
      const met = this.deadlines.begin(request.sentAt, () =>
        resolve({
          ...{ state: 'failed', kind: 'timeout' },
          reason: this.options.signal?.aborted === true ? givenUp : 'no answer within the time limit',
        }),
      );
      const settle = (exchange: LoadExchange): void => {
        met();
        resolve(exchange);
      };
      this.target.send(request).then(settle, (error: unknown) => settle(failureOf(error)));
    });
  }

  private settle(request: LoadRequest, exchange: LoadExchange): void {
    this.lastSettled = Math.max(this.lastSettled, this.options.clock.now());
    if (exchange.state === 'failed') this.errors[exchange.kind] = (this.errors[exchange.kind] ?? 0) + 1;
    else this.succeed(request, exchange.answeredAt);
    this.options.onSettled?.(request, exchange);
  }

  /** Sent in the warm-up: the target's work of the time that is measured, and nobody's latency in it. */
  private carryOver(answeredAt: Milliseconds): void {
    if (answeredAt <= this.measureFrom || answeredAt > this.endedAt) return;
    this.inTime += 1;
    if (answeredAt < this.endedAt) this.blocks.complete(answeredAt);
  }

  /**
   * Sent in the warm-up, and without a response in the time that is measured or after it: until then it held one of the target's
   * connections, so it is a failure of this level. Without it a target that never responds would look idle. A wrong response is
   * one, and belongs to the warm-up in which it was asked for.
   */
  private carryFailureOver(request: LoadRequest, exchange: LoadExchange): void {
    const hasResponse = exchange.state === 'answered' || exchange.kind === 'wrong-output';
    if (hasResponse || this.options.clock.now() <= this.measureFrom) return;
    this.sent += 1;
    this.settle(request, exchange);
  }

  private succeed(request: LoadRequest, answeredAt: Milliseconds): void {
    const latency = milliseconds(answeredAt - request.dueAt);
    this.latency.record(latency);
    this.service.record(milliseconds(answeredAt - request.sentAt));
    if (answeredAt <= this.endedAt) this.inTime += 1;
    // What is answered after the end belongs to no whole block.
    if (answeredAt >= this.endedAt) return;
    const closedAny = this.blocks.advance(answeredAt);
    this.blocks.record(answeredAt, latency);
    if (closedAny && this.isNarrow()) this.end('precision');
  }

  private isNarrow(): boolean {
    const { precision } = this.options.stop;
    if (precision === undefined) return false;
    const interval = this.askedInterval();
    const value = this.latency.quantile(this.share);
    if (interval === undefined || value === undefined) return false;
    return interval[1] - interval[0] < precision.width * value;
  }

  private askedInterval(): Interval | undefined {
    const whole = this.latency.quantile(this.share);
    if (whole === undefined) return undefined;
    const sections = this.blocks.blocks().map(({ recorded, asked }) => ({ count: recorded, value: asked }));
    return sectionedInterval(whole, this.share, sections);
  }

  private medianInterval(): Interval | undefined {
    const medians = this.blocks.blocks().map(({ p50 }) => p50);
    return sectionedMedianInterval(this.latency.quantile(0.5), medians);
  }
}
