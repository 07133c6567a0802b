/** The harness's own share of a figure: the smallest invocation of the barest runtime, measured in the same run. */
import { clockCost } from '../data-plane/probes/monotonic-clock.js';
import type { Cell } from '../domain/factors.js';
import type { FunctionDefinition } from '../domain/function-manifest.js';
import type { Measurement } from '../domain/measurement.js';
import type { Floor } from '../domain/run-manifest.js';
import type { Runtime } from '../domain/runtime.js';
import { milliseconds, type Milliseconds } from '../domain/units.js';
import { median } from '../stats/quantiles.js';
import { sortSamples } from '../stats/sorted-samples.js';
import type { Bench } from './bench.js';
import type { TrialOptions } from './trial-runner.js';

const coldSamples = 20;
/** Which CPUs the kernel gives harness and sandbox changes a round trip by up to half: one sandbox would stand for one choice. */
const warmSandboxes = 10;
const warmSamplesEach = 20;
const warmups = 5;
/** The payload label of `hello-world` that has 64 bytes. */
const payload = 'small';

/** `undefined` when `hello-world` did not answer on `native`: then there is no floor to speak of. */
export async function measureFloor(
  bench: Bench,
  helloWorld: FunctionDefinition,
  native: Runtime,
  options: TrialOptions,
): Promise<Floor | undefined> {
  const cell: Cell = {
    function: helloWorld.manifest.name,
    payload,
    runtime: native.id,
    class: native.class,
    environment: 'local',
    start: 'cold',
    concurrency: 1,
  };
  await bench.prepare(helloWorld, native, cell);
  const rows: Measurement[] = [];
  const keep = (row: Measurement): void => void rows.push(row);
  for (let i = 0; i < coldSamples; i += 1) {
    await bench.run({ index: i, round: i, cell, invocations: 1 }, helloWorld, options, keep);
  }
  const warmCell: Cell = { ...cell, start: 'warm' };
  for (let i = 0; i < warmSandboxes; i += 1) {
    const trial = { index: coldSamples + i, round: i, cell: warmCell, invocations: warmSamplesEach };
    await bench.run(trial, helloWorld, { ...options, warmups }, keep);
  }
  const cold = latencies(rows, 'cold');
  const warmLatencies = latencies(rows, 'warm');
  if (cold.length === 0 || warmLatencies.length === 0) return undefined;
  return {
    n: { cold: cold.length, warm: warmLatencies.length },
    coldP50Ms: medianOf(cold),
    warmP50Ms: medianOf(warmLatencies),
    clockMs: clockCost(options.clock),
  };
}

const latencies = (rows: readonly Measurement[], start: Cell['start']): number[] =>
  rows.flatMap((row) =>
    row.start === start && row.outcome === 'ok' && row.latencyMs !== undefined ? [row.latencyMs] : [],
  );

const medianOf = (samples: readonly number[]): Milliseconds => milliseconds(median(sortSamples(samples)));
