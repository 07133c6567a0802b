/** What is measured of one function of ours while a trace is replayed. */
import type { PoolCounts } from '../../../control-plane/platform/pool-figures.js';
import type { Clock } from '../../../domain/clock.js';
import type { LevelRecord } from '../../../domain/level.js';
import type { Measurement } from '../../../domain/measurement.js';
import { milliseconds, type Bytes, type Milliseconds } from '../../../domain/units.js';
import { sectionedMedianInterval } from '../../../stats/sectioned-quantile.js';
import { LatencyHistogram } from '../../../stats/latency-histogram.js';
import type { Random } from '../../../stats/random.js';
import { TimeBlocks } from '../../../stats/time-blocks.js';
import { lateAfterMs, type LevelResult } from '../level.js';
import type { PlannedLevel } from '../level-plan.js';
import { recordOf, type LevelSurroundings } from '../level-record.js';
import { loadRow } from '../load-row.js';
import { RowSample } from '../row-sample.js';
import { SandboxFigures } from '../sandbox-figures.js';
import type { FailureKind, LoadExchange, LoadRequest } from '../target.js';
import type { PlannedReplay, ReplayPart } from './replay-plan.js';
import { ReplayTimeline } from './replay-timeline.js';
import type { Replay } from './replay.js';

/** Blocks of time that throughput begins with; they grow with the replay. */
const blockLength = milliseconds(1000);

export interface TallyOptions {
  readonly clock: Clock;
  readonly startedAt: Date;
  /** When the replay began and when its measured part does, on the clock. */
  readonly origin: Milliseconds;
  readonly measureFrom: Milliseconds;
  /** Until the last arrival. */
  readonly length: Milliseconds;
  readonly payloadBytes: Bytes;
  readonly rows: number;
  readonly random: Random;
}

export class FunctionTally {
  readonly figures: SandboxFigures;
  readonly timeline: ReplayTimeline;
  private readonly latency = new LatencyHistogram();
  private readonly service = new LatencyHistogram();
  private readonly queued = new LatencyHistogram();
  private readonly errors: Partial<Record<FailureKind, number>> = {};
  private readonly reasons: Record<string, string> = {};
  private readonly served: Float64Array;
  private readonly cold: Float64Array;
  private readonly blocks: TimeBlocks;
  private readonly sample: RowSample<Measurement>;
  private readonly level: PlannedLevel;
  private sent = 0;
  private late = 0;

  constructor(
    { round }: PlannedReplay,
    private readonly part: ReplayPart,
    private readonly replay: Replay,
    private readonly options: TallyOptions,
  ) {
    const { clock, origin, length, measureFrom, rows, random } = options;
    this.figures = new SandboxFigures(clock);
    this.timeline = new ReplayTimeline(origin, length);
    this.blocks = new TimeBlocks(measureFrom, blockLength);
    this.sample = new RowSample(rows, random);
    this.served = new Float64Array(replay.functions.length);
    this.cold = new Float64Array(replay.functions.length);
    this.level = {
      ...{ index: part.index, round, cell: part.cell },
      shape: { kind: 'open', arrivals: { kind: 'list', offsets: [] } },
    };
  }

  /** One measured request that is over. @param place of the trace's function that it was for */
  settled(place: number, request: LoadRequest, exchange: LoadExchange): void {
    const { dueAt, sentAt } = request;
    this.sent += 1;
    if (sentAt - dueAt > lateAfterMs) this.late += 1;
    const { served } = exchange;
    if (served !== undefined) {
      this.queued.record(served.queuedMs);
      this.served[place] = (this.served[place] ?? 0) + 1;
      if (served.cold) this.cold[place] = (this.cold[place] ?? 0) + 1;
    }
    if (exchange.state === 'failed') {
      this.errors[exchange.kind] = (this.errors[exchange.kind] ?? 0) + 1;
      this.reasons[exchange.kind] ??= exchange.reason;
    } else this.answered(request, exchange.answeredAt);
    this.timeline.request(dueAt, {
      ok: exchange.state === 'answered',
      served: served !== undefined,
      cold: served?.cold === true,
      rejected: exchange.state === 'failed' && exchange.kind === 'rejected',
      ...(exchange.state === 'answered' ? { latencyMs: milliseconds(exchange.answeredAt - dueAt) } : {}),
    });
    const { payloadBytes, startedAt, origin } = this.options;
    this.sample.offer(() => ({
      ...loadRow(this.level, payloadBytes, request, exchange, startedAt, origin),
      traceFunction: this.replay.functions[place]?.name ?? '',
    }));
  }

  rows(): Measurement[] {
    return this.sample.rows();
  }

  /**
   * @param whole of the replay with all its functions @param pools what their instances amounted to @param end of it
   * @param starts of the platform that all its functions share */
  record(
    whole: LevelResult,
    pools: readonly PoolCounts[],
    end: Milliseconds,
    replay: Pick<NonNullable<LevelRecord['trace']>, 'replay' | 'energyJoules'>,
    starts: LevelSurroundings['starts'],
  ): LevelRecord {
    const counts = { ...sumOf(pools), highest: this.timeline.highest };
    const notes = { ...this.options, queued: this.queued, reasons: this.reasons, cold: total(this.cold) };
    return {
      ...recordOf(this.level, this.share(whole), {
        ...{ notes, counts, starts, precision: undefined, used: this.figures.used() },
        timeline: this.timeline.until(end),
      }),
      trace: {
        ...replay,
        ...(whole.p50Ci95 === undefined ? {} : { p50Ci95: [whole.p50Ci95[0], whole.p50Ci95[1]] }),
        functions: this.part.functions.map((place) => this.replayed(place)),
      },
    };
  }

  private replayed(place: number): NonNullable<LevelRecord['trace']>['functions'][number] {
    const profile = this.replay.functions[place];
    return {
      name: profile?.name ?? '',
      invocations: profile?.invocations ?? 0,
      ...(profile?.typicalDurationMs === undefined ? {} : { durationMs: profile.typicalDurationMs }),
      ...(profile?.meanMemoryBytes === undefined ? {} : { memoryBytes: profile.meanMemoryBytes }),
      served: this.served[place] ?? 0,
      cold: this.cold[place] ?? 0,
    };
  }

  private answered({ dueAt, sentAt }: LoadRequest, answeredAt: Milliseconds): void {
    const { origin, length } = this.options;
    const latency = milliseconds(answeredAt - dueAt);
    this.latency.record(latency);
    this.service.record(milliseconds(answeredAt - sentAt));
    // What is answered after the last arrival belongs to no whole block.
    if (answeredAt < origin + length) this.blocks.record(answeredAt, latency);
  }

  /** This function's part of the replay, in the terms of a level. */
  private share(whole: LevelResult): LevelResult {
    const { measureFrom, origin, length } = this.options;
    this.blocks.advance(milliseconds(Math.max(measureFrom, origin + length)));
    const { blockMs } = this.blocks;
    const blocks = this.blocks.blocks();
    const blockThroughputs = blocks.map(({ completions }) => (completions * 1000) / blockMs);
    const p50Ci95 = sectionedMedianInterval(
      this.latency.quantile(0.5),
      blocks.map(({ p50 }) => p50),
    );
    const { endedBy, lag, settledMs, generator } = whole;
    const succeeded = this.latency.count;
    return {
      ...{ endedBy, lag, settledMs, makespanMs: settledMs, generator },
      ...{ latency: this.latency, service: this.service, errors: this.errors, late: this.late },
      ...{ sent: this.sent, succeeded, blockThroughputs, blockMs },
      unsent: Math.max(0, this.due() - this.sent),
      throughputPerSecond: settledMs > 0 ? (succeeded * 1000) / settledMs : 0,
      ...(p50Ci95 === undefined ? {} : { p50Ci95 }),
    };
  }

  /** Measured requests that the trace has for this function. */
  private due(): number {
    const { offsets, functionOf } = this.replay;
    const ours = new Set(this.part.functions);
    const from = this.options.measureFrom - this.options.origin;
    let count = 0;
    for (let i = 0; i < offsets.length; i += 1)
      if ((offsets[i] ?? 0) >= from && ours.has(functionOf[i] ?? -1)) count += 1;
    return count;
  }
}

const total = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0);

function sumOf(pools: readonly PoolCounts[]): Omit<PoolCounts, 'highest'> {
  const sum = (of: (counts: PoolCounts) => number): number => pools.reduce((all, one) => all + of(one), 0);
  return {
    started: sum((one) => one.started),
    startsFailed: sum((one) => one.startsFailed),
    died: sum((one) => one.died),
    stopsFailed: sum((one) => one.stopsFailed),
    rejected: sum((one) => one.rejected),
    instanceMs: milliseconds(sum((one) => one.instanceMs)),
  };
}
