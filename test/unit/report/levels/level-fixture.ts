/** A level of a load that never was. */
import { LevelRecordSchema, type LevelRecord } from '../../../../src/domain/level.js';
import { milliseconds } from '../../../../src/domain/units.js';
import { LatencyHistogram } from '../../../../src/stats/latency-histogram.js';

export const histogram = (...values: number[]): LatencyHistogram => {
  const made = new LatencyHistogram();
  for (const value of values) made.record(milliseconds(value));
  return made;
};

export function levelRecord(changes: Partial<LevelRecord> & { latencies?: number[] } = {}): LevelRecord {
  const { latencies = [1, 2, 3], ...others } = changes;
  return LevelRecordSchema.parse({
    ...{ schema: 'lumos/level@1', function: 'echo', payload: 'small', runtime: 'native', class: 'process' },
    ...{ environment: 'local', start: 'warm', concurrency: 1, index: 0, round: 0, startedAt: 'then' },
    ...{ endedBy: 'time', sent: latencies.length, succeeded: latencies.length, errors: {}, reasons: {} },
    ...{ late: 0, unsent: 0, makespanMs: 1000, throughputPerSecond: latencies.length, blockMs: 100 },
    ...{ blockThroughputs: [10, 10, 10, 10, 10, 10], cold: 0, generator: {}, valid: true, why: [] },
    latency: histogram(...latencies).toStored(),
    service: histogram(...latencies).toStored(),
    queued: histogram(0).toStored(),
    instances: {
      ...{ started: 1, startsFailed: 0, died: 0, stopsFailed: 0, rejected: 0, instanceMs: 2000, highest: 1 },
    },
    ...others,
  });
}
