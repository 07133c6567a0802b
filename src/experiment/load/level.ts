/** What is asked of one level of load, and what comes of it. */
import type { Clock } from '../../domain/clock.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import type { LatencyHistogram } from '../../stats/latency-histogram.js';
import type { Interval } from '../../stats/median-interval.js';
import type { GeneratorFigures, GeneratorProbe } from './generator-probe.js';
import type { Precision } from '../../domain/load.js';
import type { FailureKind, LoadExchange, LoadRequest } from './target.js';

/** The first that holds ends the level. Counted from the end of the warm-up. */
export interface StopRules {
  /** Always there: every load ends by itself. */
  readonly timeMs: Milliseconds;
  /** Requests to measure. */
  readonly count?: number;
  /** The 95 % interval of a quantile is narrower than this share of it. */
  readonly precision?: Precision | undefined;
}

export interface LevelOptions {
  readonly clock: Clock;
  readonly warmUpMs: Milliseconds;
  /** From the making of a level to its beginning: what is made for it is then made. Default 0. */
  readonly leadMs?: Milliseconds;
  readonly stop: StopRules;
  /** Of one request, from its sending. */
  readonly timeoutMs: Milliseconds;
  /** The first blocks of time for intervals; they grow with the run (src/stats/time-blocks.ts). Default 100 ms. */
  readonly blockMs?: Milliseconds;
  /** A closed load's client waits so long after a failure, so that a target that refuses is not stormed. Default 10 ms. */
  readonly pauseAfterFailureMs?: Milliseconds;
  readonly signal?: AbortSignal;
  readonly probe?: GeneratorProbe;
  /** Called for each measured request once it is settled, e.g. to write its row. */
  readonly onSettled?: (request: LoadRequest, exchange: LoadExchange) => void;
}

/** Of levels that are run for real: a schedule's first request is not late because its level is being made. */
export const leadMs = milliseconds(20);

/** A send later than due by more than this is `late`. */
export const lateAfterMs = milliseconds(2);

/** `precision`: the interval that was asked for is narrow enough. `schedule`: a list of arrivals is at its end. `signal`: it was told to stop. */
export type EndedBy = 'time' | 'count' | 'precision' | 'schedule' | 'signal';

export interface LevelResult {
  readonly endedBy: EndedBy;
  /** Of successes, from the moment the request was due (open) or sent (closed), to the last byte of the answer. */
  readonly latency: LatencyHistogram;
  /** Of successes, from the sending: what a generator that omits the waiting would report. */
  readonly service: LatencyHistogram;
  /** How far sends were behind their due time by the generator's own doing, not for want of a free connection. */
  readonly lag: LatencyHistogram;
  readonly sent: number;
  readonly succeeded: number;
  readonly errors: Readonly<Partial<Record<FailureKind, number>>>;
  /** Sent more than 2 ms after they were due, for whatever reason. */
  readonly late: number;
  /** Due, but not sent when the level ended. */
  readonly unsent: number;
  /**
   * The time that throughput is counted over: from the end of the warm-up to the end of sending; of a level that ended with its
   * count or its schedule to the last measured request's end, if that is later.
   */
  readonly makespanMs: Milliseconds;
  /** From the end of the warm-up to the last measured request's end, or to the end of sending if that is later. */
  readonly settledMs: Milliseconds;
  /** Successes within the makespan, over it: of a level that ended by time also those that were sent in the warm-up. */
  readonly throughputPerSecond: number;
  /** By batch means over the blocks; absent where they are too few. */
  readonly throughputCi95?: Interval;
  /** Successes a second in each whole block. */
  readonly blockThroughputs: readonly number[];
  readonly blockMs: Milliseconds;
  /** By batch means over the blocks' medians. */
  readonly p50Ci95?: Interval;
  /** Of the quantile that `precision` asked for, by sectioning over the blocks (src/stats/sectioned-quantile.ts). */
  readonly askedCi95?: Interval;
  readonly generator: GeneratorFigures;
}
