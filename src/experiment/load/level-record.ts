/** From what a level gave to the record that is kept of it. */
import type { PoolCounts } from '../../control-plane/platform/pool-figures.js';
import type { StartLimiter } from '../../control-plane/platform/start-limiter.js';
import { levelSchemaId, type LevelRecord, type TimeSlice } from '../../domain/level.js';
import type { Precision } from '../../domain/load.js';
import type { Joules } from '../../domain/units.js';
import type { LatencyHistogram } from '../../stats/latency-histogram.js';
import { judgeLevel } from './judge-level.js';
import type { LevelResult } from './level.js';
import type { PlannedLevel } from './level-plan.js';
import type { UsedBySandboxes } from './sandbox-figures.js';

/** What is noted of a level's measured requests while it runs. */
export interface LevelNotes {
  readonly startedAt: Date;
  readonly queued: LatencyHistogram;
  readonly reasons: Record<string, string>;
  cold: number;
  energyJoules?: Joules | undefined;
}

export interface LevelSurroundings {
  readonly notes: LevelNotes;
  readonly counts: PoolCounts;
  readonly used: UsedBySandboxes;
  readonly starts: Pick<StartLimiter, 'delayed' | 'highestAtOnce' | 'highestWaiting'>;
  readonly precision: Precision | undefined;
  readonly timeline?: readonly TimeSlice[];
}

export function recordOf(
  { index, round, cell, rate }: PlannedLevel,
  result: LevelResult,
  { notes, counts, starts, used, precision, timeline }: LevelSurroundings,
): LevelRecord {
  const { valid, why } = judgeLevel(result, cell.arrivals === undefined || result.unsent > 0);
  const lagP99Ms = result.lag.quantile(0.99);
  const { energyJoules } = notes;
  return {
    ...cell,
    schema: levelSchemaId,
    ...{ index, round },
    ...(rate === undefined ? {} : { rate }),
    startedAt: notes.startedAt.toISOString(),
    endedBy: result.endedBy,
    sent: result.sent,
    succeeded: result.succeeded,
    errors: { ...result.errors },
    reasons: { ...notes.reasons },
    late: result.late,
    unsent: result.unsent,
    makespanMs: result.makespanMs,
    throughputPerSecond: result.throughputPerSecond,
    blockMs: result.blockMs,
    blockThroughputs: [...result.blockThroughputs],
    ...(result.p50Ci95 === undefined ? {} : { p50Ci95: [result.p50Ci95[0], result.p50Ci95[1]] }),
    ...precisionOf(precision, result),
    latency: result.latency.toStored(),
    service: result.service.toStored(),
    queued: notes.queued.toStored(),
    cold: notes.cold,
    ...(lagP99Ms === undefined ? {} : { lagP99Ms }),
    generator: { ...result.generator },
    valid,
    why: [...why],
    instances: {
      ...counts,
      startsDelayed: starts.delayed,
      startsWaiting: starts.highestWaiting,
      startsAtOnce: starts.highestAtOnce,
    },
    ...used,
    ...(energyJoules === undefined ? {} : { energyJoules }),
    ...(timeline === undefined ? {} : { timeline: [...timeline] }),
  };
}

function precisionOf(
  precision: Precision | undefined,
  { askedCi95 }: LevelResult,
): Pick<LevelRecord, 'precision'> {
  if (precision === undefined) return {};
  if (askedCi95 === undefined) return { precision };
  return { precision: { ...precision, ci95: [askedCi95[0], askedCi95[1]] } };
}
