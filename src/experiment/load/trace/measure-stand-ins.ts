/** How long each function takes here, before a trace's functions are mapped to them. */
import { LumosError, messageOf } from '../../../domain/errors.js';
import type { Cell } from '../../../domain/factors.js';
import type { FunctionDefinition } from '../../../domain/function-manifest.js';
import type { Measurement } from '../../../domain/measurement.js';
import type { Runtime } from '../../../domain/runtime.js';
import { bytes, milliseconds } from '../../../domain/units.js';
import { median } from '../../../stats/quantiles.js';
import { sortSamples } from '../../../stats/sorted-samples.js';
import type { Bench } from '../../bench.js';
import type { TrialOptions } from '../../trial-runner.js';
import type { StandInCandidate } from './map-functions.js';

const invocations = 10;
const remedy =
  'Say what they take in the experiment: load: { mapping: [{ function: hashing, payload: small, durationMs: 1 }] }.';

export interface WantedStandIn {
  readonly definition: FunctionDefinition;
  readonly payload: string;
  /** How it runs on native. */
  readonly use: Partial<Cell>;
}

/**
 * The median of ten warm invocations on `native`, and the most memory that they had where it can be read: one sandbox for
 * each. On whichever runtimes the trace then runs, the mapping is this one.
 * @throws LumosError `failed` where one does not answer there
 */
export async function measureStandIns(
  wanted: readonly WantedStandIn[],
  bench: Bench,
  native: Runtime,
  options: TrialOptions,
): Promise<StandInCandidate[]> {
  const measured: StandInCandidate[] = [];
  for (const [index, { definition, payload, use }] of wanted.entries()) {
    const { name } = definition.manifest;
    const cell: Cell = {
      ...{ function: name, payload, runtime: native.id, class: native.class },
      ...{ environment: 'local', start: 'warm', concurrency: 1 },
      ...use,
    };
    try {
      await bench.prepare(definition, native, cell);
    } catch (error) {
      throw new LumosError(
        'failed',
        `${name} cannot be made ready on ${native.id}, to see how long it takes: ${messageOf(error)}`,
        { remedy },
      );
    }
    const rows: Measurement[] = [];
    await bench.run({ index, round: 0, cell, invocations }, definition, options, (row) => rows.push(row));
    measured.push(standInOf(name, payload, rows));
  }
  return measured;
}

function standInOf(name: string, payload: string, rows: readonly Measurement[]): StandInCandidate {
  const latencies = rows.flatMap(({ outcome, latencyMs }) =>
    outcome === 'ok' && latencyMs !== undefined ? [latencyMs] : [],
  );
  if (latencies.length === 0)
    throw new LumosError(
      'failed',
      `${name} ${payload} did not answer on native, to see how long it takes: ${rows[0]?.reason ?? 'no answer'}`,
      { remedy },
    );
  const peaks = rows.flatMap(({ peakMemoryBytes }) => peakMemoryBytes ?? []);
  return {
    ...{ function: name, payload },
    durationMs: milliseconds(median(sortSamples(latencies))),
    ...(peaks.length === 0 ? {} : { memoryBytes: bytes(Math.max(...peaks)) }),
  };
}
