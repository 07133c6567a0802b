/** Requests on a schedule that does not wait for answers. */
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import { arrivalOffsets } from '../../user-plane/load/arrival-offsets.js';
import type { OpenShape } from '../../user-plane/load/shapes.js';
import { LevelRecorder } from './level-recorder.js';
import type { LevelOptions, LevelResult } from './level.js';
import { gapLength, type NextSend } from './next-send.js';
import type { Target } from './target.js';

export interface OpenLoopOptions extends LevelOptions {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /**
   * Connections: the most requests in flight. What is due beyond waits in the order it was due, and its latency counts
   * on. Default 1000.
   */
  readonly maximumOutstanding?: number;
  /** Told of what is due next. */
  readonly nextSend?: NextSend;
  /** Called where nothing is due for 25 ms, at most ten times a second: for what is better done then. */
  readonly onGap?: (gap: Gap) => void;
}

/** A while in which nothing is due. */
export interface Gap {
  readonly lengthMs: Milliseconds;
  /** No answer is on its way, that would be read late. Not so only where that has not been so for a second. */
  readonly isIdle: boolean;
}

/**
 * Runs one level until a stop rule holds and every request in flight has its answer or its time limit. Latency counts
 * from the moment a request was due, so that a server's stall is in the latency of everyone who came during it
 * (coordinated omission: Tene, "How NOT to measure latency", 2013; wrk2). Of what waits to be sent only the schedule is
 * kept, so memory is constant. The schedule runs through the warm-up.
 * @throws LumosError `invalid-input` for a schedule that is none
 */
export async function runOpenLoop(
  shape: OpenShape,
  target: Target,
  options: OpenLoopOptions,
): Promise<LevelResult> {
  return await new OpenLoop(shape, target, options).run();
}

/** Between gaps that are used, in ms; one in which an answer is on its way only where there was no other for so long. */
const [idleGapsApart, busyGapsApart] = [100, 1000];

class OpenLoop {
  private readonly recorder: LevelRecorder;
  private readonly origin: Milliseconds;
  private readonly schedule: Generator<Milliseconds, void>;
  private readonly most: number;
  private next: Milliseconds | undefined;
  private outstanding = 0;
  /** When a connection became free last that something due had waited for. */
  private freedAt = -Infinity;
  private usedGapAt: number;
  private cancelTimer: () => void = () => undefined;
  private done: () => void = () => undefined;
  private fail: (error: unknown) => void = () => undefined;

  constructor(
    shape: OpenShape,
    target: Target,
    private readonly options: OpenLoopOptions,
  ) {
    this.recorder = new LevelRecorder(target, options);
    // The recorder's own beginning: a schedule that began a moment before would have its first request in the warm-up.
    this.origin = milliseconds(this.recorder.measureFrom - options.warmUpMs);
    this.schedule = arrivalOffsets(shape.arrivals, options.random);
    this.most = options.maximumOutstanding ?? 1000;
    this.usedGapAt = this.origin - idleGapsApart;
  }

  async run(): Promise<LevelResult> {
    const { signal } = this.options;
    const onAbort = (): void => this.pump();
    this.advance();
    try {
      await new Promise<void>((resolve, reject) => {
        this.done = resolve;
        this.fail = reject;
        signal?.addEventListener('abort', onAbort);
        this.pump();
      });
    } finally {
      this.options.nextSend?.is(undefined);
      this.cancelTimer();
      signal?.removeEventListener('abort', onAbort);
    }
    return this.recorder.result(this.countUnsent());
  }

  private advance(): void {
    const { value } = this.schedule.next();
    this.next = value === undefined ? undefined : milliseconds(this.origin + value);
    this.options.nextSend?.is(this.next);
  }

  /** Sends what is due; then sees to it that it is called again when there is more to do. */
  private pump(): void {
    this.cancelTimer();
    try {
      while (!this.recorder.isOver()) {
        if (this.next === undefined) {
          this.recorder.end('schedule');
          break;
        }
        const wake = milliseconds(Math.min(this.next, this.recorder.endAt));
        const now = this.options.clock.now();
        if (wake > now) {
          this.useGap(now, milliseconds(wake - now));
          this.wakeAt(wake);
          return;
        }
        if (this.outstanding >= this.most) {
          this.waitForEnd();
          return;
        }
        void this.send(this.next);
        this.advance();
      }
    } catch (error) {
      // A list that cannot be read on, or goes back in time.
      this.fail(error);
    }
    if (this.outstanding === 0) this.done();
  }

  private useGap(now: Milliseconds, lengthMs: Milliseconds): void {
    const isIdle = this.outstanding === 0;
    if (lengthMs < gapLength || now - this.usedGapAt < (isIdle ? idleGapsApart : busyGapsApart)) return;
    this.usedGapAt = now;
    this.options.onGap?.({ lengthMs, isIdle });
  }

  /** What a timer is late by is in the latency of the request that was due. */
  private wakeAt(moment: Milliseconds): void {
    const { clock } = this.options;
    const pump = (): void => this.pump();
    this.cancelTimer =
      clock.at?.(moment, pump) ?? clock.after(milliseconds(Math.max(0, moment - clock.now())), pump);
  }

  /** The next answer pumps as well. */
  private waitForEnd(): void {
    const left = milliseconds(this.recorder.endAt - this.options.clock.now());
    this.cancelTimer = this.options.clock.after(left, () => this.pump());
  }

  private async send(dueAt: Milliseconds): Promise<void> {
    this.outstanding += 1;
    this.options.nextSend?.waitsFor(this.outstanding);
    await this.recorder.send(dueAt, milliseconds(Math.max(dueAt, this.freedAt)));
    if (this.outstanding === this.most) this.freedAt = this.options.clock.now();
    this.outstanding -= 1;
    this.options.nextSend?.waitsFor(this.outstanding);
    this.pump();
  }

  /** Measured requests that were due when sending ended. */
  private countUnsent(): number {
    let unsent = 0;
    while (this.next !== undefined && this.next < this.recorder.endedAt) {
      if (this.next >= this.recorder.measureFrom) unsent += 1;
      this.advance();
    }
    return unsent;
  }
}
