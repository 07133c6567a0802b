/** A healthy run, simulated from a seed, and what a bad day makes of it. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { LevelRecord } from '../../../../src/domain/level.js';
import { MeasurementSchema, type Measurement } from '../../../../src/domain/measurement.js';
import { RunManifestSchema, type RunManifest } from '../../../../src/domain/run-manifest.js';
import type { ValidityFinding } from '../../../../src/domain/validity.js';
import { RunAccumulator } from '../../../../src/report/summarize/accumulate.js';
import { summarize } from '../../../../src/report/summarize/summarize.js';
import { objectivesOf } from '../../../../src/report/objectives/objectives-of-run.js';
import { RunFacts } from '../../../../src/report/validity/run-facts.js';
import { validityOf } from '../../../../src/report/validity/validity-of-run.js';

const functions = { hashing: 1, 'json-transform': 3, 'matrix-multiplication': 9 } as const;
const sizes = { small: 64, medium: 4096, large: 262_144 } as const;
const runtimes = [
  { id: 'docker', class: 'container', launch: 180, factor: 1 },
  { id: 'wasmtime-aot', class: 'wasm-aot', launch: 4, factor: 2 },
  { id: 'wasmtime-interpreted', class: 'wasm-interpreted', launch: 4.5, factor: 35 },
] as const;

const secondsApart = 3;
export const begin = Date.UTC(2026, 0, 5, 8);

/** Trials of all cells in rounds, each round in a new random order, as Lumos plans them: 12 cold ones, 4 warm of 5. */
export function healthyRows(seed = 1): Measurement[] {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => uniformFloat64(random);
  const shuffled = <T>(things: readonly T[]): T[] =>
    things
      .map((thing) => ({ thing, key: uniform() }))
      .sort((x, y) => x.key - y.key)
      .map(({ thing }) => thing);
  const cells = Object.keys(functions).flatMap((name) =>
    Object.keys(sizes).flatMap((payload) =>
      runtimes.flatMap((runtime) =>
        (['cold', 'warm'] as const).map((start) => ({ name, payload, runtime, start })),
      ),
    ),
  );
  const rows: Measurement[] = [];
  let trial = 0;
  for (let round = 0; round < 12; round++) {
    for (const { name, payload, runtime, start } of shuffled(cells)) {
      if (start === 'warm' && round >= 4) continue;
      const work =
        functions[name as keyof typeof functions] * (0.3 + sizes[payload as keyof typeof sizes] / 10_000);
      for (let invocation = 0; invocation < (start === 'warm' ? 5 : 1); invocation++) {
        const launch = start === 'cold' ? runtime.launch : 0;
        rows.push(
          MeasurementSchema.parse({
            schema: 'lumos/measurement@1',
            ...{ trial, invocation, sandbox: trial, round },
            ...{ function: name, payload, runtime: runtime.id, class: runtime.class },
            ...{ environment: 'local', start, concurrency: 1, outcome: 'ok' },
            startedAt: new Date(begin + trial * secondsApart * 1000 + invocation * 100).toISOString(),
            payloadBytes: sizes[payload as keyof typeof sizes],
            latencyMs: (launch + 0.06 + work * runtime.factor) * (0.97 + 0.06 * uniform()),
          }),
        );
      }
      trial += 1;
    }
  }
  return rows;
}

export function manifestOf(rows: readonly Measurement[], changes: Record<string, unknown> = {}): RunManifest {
  return RunManifestSchema.parse({
    schema: 'lumos/run@1',
    runId: 'simulated',
    experiment: { name: 'simulated', functions: ['*'], runtimes: ['*'], baseline: 'docker' },
    seed: 1,
    startedAt: new Date(begin).toISOString(),
    state: 'complete',
    resumed: 0,
    cells: [],
    trials: new Set(rows.map(({ trial }) => trial)).size,
    host: { lumosVersion: 'test' },
    ...{ runtimes: [], artifacts: [], probes: {} },
    floor: { n: { cold: 10, warm: 10 }, coldP50Ms: 1.3, warmP50Ms: 0.06, clockMs: 0.0001 },
    ...changes,
  });
}

/** What the checks find in these rows. */
export function findingsOf(
  rows: readonly Measurement[],
  {
    manifest = manifestOf(rows),
    levels = [],
    samplesNeeded,
  }: { manifest?: RunManifest; levels?: readonly LevelRecord[]; samplesNeeded?: number } = {},
): ValidityFinding[] {
  const facts = new RunFacts();
  const accumulated = new RunAccumulator();
  for (const row of rows) {
    facts.add(row);
    accumulated.add(row);
  }
  const summary = summarize(accumulated, {
    ...{ runId: 'simulated', experiment: 'simulated', margin: 0.05, seed: 1 },
    baseline: manifest.experiment.baseline,
    plannedCells: manifest.cells,
    imageBytes: () => undefined,
    payloadBytes: () => undefined,
  });
  const objectives =
    samplesNeeded === undefined
      ? undefined
      : objectivesOf(accumulated, summary.cells, manifest).map((one) => ({ ...one, samplesNeeded }));
  return validityOf({ facts, manifest, summary: { ...summary, objectives }, levels });
}
