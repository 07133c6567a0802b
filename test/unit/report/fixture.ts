/** A run that never was, made from a seed: 4 functions x 4 runtimes x 2 starts, with bad days in it. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import {
  cellKey,
  type Cell,
  type Outcome,
  type RuntimeClass,
  type Start,
} from '../../../src/domain/factors.js';
import { MeasurementSchema, type Measurement } from '../../../src/domain/measurement.js';
import { RunManifestSchema, type RunManifest } from '../../../src/domain/run-manifest.js';
import { type CellSummary } from '../../../src/domain/summary/cell-summary.js';
import { SummarySchema, type Summary } from '../../../src/domain/summary/summary.js';

interface RuntimeModel {
  readonly id: string;
  readonly class: RuntimeClass;
  readonly engine: string;
  readonly version: string;
  readonly launch: number;
  readonly slowdown: number;
  readonly memory: number;
  readonly image: number;
}

const mebibyte = 1024 * 1024;

export const runtimeModels: readonly RuntimeModel[] = [
  {
    id: 'docker',
    class: 'container',
    engine: 'docker',
    version: '20.10.24',
    launch: 181,
    slowdown: 1.02,
    memory: 3.4,
    image: 0.512,
  },
  {
    id: 'native',
    class: 'process',
    engine: 'native',
    version: '6.1.0',
    launch: 1.1,
    slowdown: 1,
    memory: 1.9,
    image: 0.512,
  },
  {
    id: 'wasmtime-aot',
    class: 'wasm-aot',
    engine: 'wasmtime',
    version: '49.0.1',
    launch: 3.9,
    slowdown: 1.9,
    memory: 18.2,
    image: 0.187,
  },
  {
    id: 'wasmtime-interpreted',
    class: 'wasm-interpreted',
    engine: 'wasmtime',
    version: '49.0.1',
    launch: 4.3,
    slowdown: 34,
    memory: 21.7,
    image: 0.148,
  },
];

const functionModels = [
  { name: 'hello-world', compute: 0.012, payload: 64, fails: undefined },
  { name: 'matrix-multiplication', compute: 3.1, payload: 4, fails: 'timeout' },
  { name: 'hashing', compute: 0.41, payload: 65536, fails: undefined },
  { name: 'json-transform', compute: 0.93, payload: 40960, fails: 'crashed' },
] as const;

const repetitions = { cold: 30, warm: 100, fresh: 0 } as const;

/** The fixture's cell with no result at all: every invocation of it failed. */
export const deadCell = {
  function: 'json-transform',
  runtime: 'wasmtime-interpreted',
  start: 'cold',
} as const;
/** The fixture's cell with too few samples for an interval. */
export const thinCell = { function: 'hashing', runtime: 'native', start: 'cold' } as const;

const matches = (cell: Cell, wanted: { function: string; runtime: string; start: Start }): boolean =>
  cell.function === wanted.function && cell.runtime === wanted.runtime && cell.start === wanted.start;

const round = (value: number): number => Math.round(value * 1e6) / 1e6;

/** All rows of the fixture, in an order that mixes the cells. */
export function fixtureRows(seed = 20261123): Measurement[] {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => uniformFloat64(random);
  /** Around 1 with a long right tail, as latencies have. */
  const noise = (): number =>
    0.96 + 0.05 * uniform() + 0.02 * -Math.log(1 - uniform()) + (uniform() > 0.985 ? uniform() : 0);
  const rows: Measurement[] = [];
  for (let i = 0; i < 100; i++) {
    for (const fn of functionModels) {
      for (const runtime of runtimeModels) {
        for (const start of ['cold', 'warm'] as const) {
          if (i >= repetitions[start]) continue;
          const cell: Cell = {
            function: fn.name,
            payload: 'small',
            runtime: runtime.id,
            class: runtime.class,
            environment: 'local',
            start,
            concurrency: 1,
          };
          if (matches(cell, thinCell) && i >= 4) continue;
          rows.push(row(cell, fn, runtime, i, outcomeOf(cell, fn.fails, i), noise));
        }
      }
    }
  }
  return rows;
}

function outcomeOf(cell: Cell, fails: 'timeout' | 'crashed' | undefined, i: number): Outcome {
  if (matches(cell, deadCell)) return i % 10 === 9 ? 'timeout' : 'crashed';
  if (fails !== undefined && cell.runtime === 'wasmtime-interpreted' && i % 40 === 7) return fails;
  return cell.runtime === 'docker' && cell.start === 'cold' && i === 3 ? 'not-cold' : 'ok';
}

function row(
  cell: Cell,
  fn: (typeof functionModels)[number],
  runtime: RuntimeModel,
  i: number,
  outcome: Outcome,
  noise: () => number,
): Measurement {
  const common = {
    schema: 'lumos/measurement@1',
    ...cell,
    trial: i,
    invocation: 0,
    round: i,
    startedAt: new Date(Date.UTC(2026, 10, 23, 9, 0, i)).toISOString(),
    outcome,
    payloadBytes: fn.payload,
  };
  if (outcome !== 'ok') {
    return MeasurementSchema.parse({
      ...common,
      reason: outcome === 'crashed' ? 'exit code 134' : `ended as ${outcome}`,
    });
  }
  const launch = cell.start === 'cold' ? round(runtime.launch * noise()) : undefined;
  const compute = round(fn.compute * runtime.slowdown * noise());
  const deserialize = round(0.004 * runtime.slowdown * noise());
  const serialize = round(0.003 * runtime.slowdown * noise());
  const transport = round((0.05 + fn.payload / 4e6) * noise());
  return MeasurementSchema.parse({
    ...common,
    responseBytes: 32,
    sequence: cell.start === 'cold' ? 1 : i + 4,
    latencyMs: round((launch ?? 0) + compute + deserialize + serialize + transport),
    ...(launch === undefined ? {} : { launchMs: launch }),
    deserializeMs: deserialize,
    computeMs: compute,
    serializeMs: serialize,
    transportMs: transport,
    cpuMs: round(compute * 1.1),
    ...(runtime.id === 'native' && cell.start === 'warm'
      ? {}
      : { peakMemoryBytes: Math.round(runtime.memory * mebibyte * noise()) }),
  });
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;

const medianOf = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  return known.length === 0 ? undefined : at(known, 0.5);
};

const defined = (entries: Record<string, number | undefined>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );

/** Order statistics around the median: good enough for a fixture, and independent of the room under test. */
function latencyOf(rows: readonly Measurement[]): object {
  const sorted = rows.map((one) => Number(one.latencyMs)).sort((a, b) => a - b);
  if (sorted.length === 0) return {};
  const half = 0.98 / Math.sqrt(sorted.length);
  return {
    latencyMs: {
      p50: at(sorted, 0.5),
      p90: at(sorted, 0.9),
      p99: at(sorted, 0.99),
      mean: round(sorted.reduce((sum, value) => sum + value, 0) / sorted.length),
      min: sorted[0],
      max: sorted[sorted.length - 1],
      ...(sorted.length < 6 ? {} : { ci95: [at(sorted, 0.5 - half), at(sorted, 0.5 + half)] }),
    },
  };
}

function cellSummary(rows: readonly Measurement[]): object {
  const [first] = rows;
  if (first === undefined) throw new Error('a cell of the fixture has a row');
  const ok = rows.filter((one) => one.outcome === 'ok');
  const failures: Record<string, number> = {};
  for (const one of rows) if (one.outcome !== 'ok') failures[one.outcome] = (failures[one.outcome] ?? 0) + 1;
  const model = runtimeModels.find((one) => one.id === first.runtime);
  return {
    function: first.function,
    payload: first.payload,
    runtime: first.runtime,
    class: first.class,
    environment: first.environment,
    start: first.start,
    concurrency: first.concurrency,
    n: ok.length,
    sandboxes: first.start === 'cold' ? ok.length : Math.ceil(ok.length / 10),
    failures,
    ...latencyOf(ok),
    phasesMs: defined({
      launch: medianOf(ok.map((one) => one.launchMs)),
      deserialize: medianOf(ok.map((one) => one.deserializeMs)),
      compute: medianOf(ok.map((one) => one.computeMs)),
      serialize: medianOf(ok.map((one) => one.serializeMs)),
      transport: medianOf(ok.map((one) => one.transportMs)),
    }),
    ...defined({
      cpuMs: medianOf(ok.map((one) => one.cpuMs)),
      peakMemoryBytes: medianOf(ok.map((one) => one.peakMemoryBytes)),
    }),
    payloadBytes: first.payloadBytes,
    responseBytes: 32,
    ...(model === undefined ? {} : { imageBytes: Math.round(model.image * mebibyte) }),
    notes: ok.length > 0 && ok.length < 6 ? [`n = ${ok.length}: too few samples for an interval`] : [],
  };
}

function compare(cells: readonly CellSummary[], margin: number): object[] {
  return cells.flatMap((candidate) => {
    const baseline = cells.find(
      (one) =>
        one.runtime === 'docker' && one.function === candidate.function && one.start === candidate.start,
    );
    if (
      candidate.runtime === 'docker' ||
      baseline?.latencyMs === undefined ||
      candidate.latencyMs === undefined
    )
      return [];
    const [a, b] = [candidate.latencyMs, baseline.latencyMs];
    const ci95 =
      a.ci95 === undefined || b.ci95 === undefined
        ? undefined
        : ([a.ci95[0] / b.ci95[1], a.ci95[1] / b.ci95[0]] as const);
    const verdict =
      ci95 === undefined
        ? 'unsure'
        : ci95[1] < 1 / (1 + margin)
          ? 'lower'
          : ci95[0] > 1 + margin
            ? 'higher'
            : ci95[0] >= 1 / (1 + margin) && ci95[1] <= 1 + margin
              ? 'same'
              : 'unsure';
    return [
      {
        function: candidate.function,
        payload: candidate.payload,
        environment: candidate.environment,
        start: candidate.start,
        concurrency: candidate.concurrency,
        metric: 'latencyMs',
        baseline: 'docker',
        candidate: candidate.runtime,
        ratio: a.p50 / b.p50,
        ...(ci95 === undefined ? {} : { ci95 }),
        verdict,
        n: { baseline: baseline.n, candidate: candidate.n },
      },
    ];
  });
}

export function fixtureSummary(rows: readonly Measurement[] = fixtureRows()): Summary {
  const byCell = new Map<string, Measurement[]>();
  for (const one of rows) {
    const members = byCell.get(cellKey(one)) ?? [];
    members.push(one);
    byCell.set(cellKey(one), members);
  }
  const draft = {
    schema: 'lumos/summary@1',
    runId: 'fixture',
    experiment: 'quickstart',
    margin: 0.05,
    cells: [...byCell.values()].map(cellSummary),
  };
  const failures = rows.filter((one) => one.outcome !== 'ok').length;
  const parsed = SummarySchema.parse({ ...draft, rows: rows.length, failures, comparisons: [], empty: 1 });
  return SummarySchema.parse({ ...parsed, comparisons: compare(parsed.cells, parsed.margin) });
}

export function fixtureManifest(): RunManifest {
  return RunManifestSchema.parse({
    schema: 'lumos/run@1',
    runId: 'fixture',
    experiment: {
      name: 'quickstart',
      description:
        'Which of a Docker container, interpreted Wasm and AoT Wasm serves a function faster, cold and warm?',
      functions: functionModels.map((fn) => fn.name),
      runtimes: runtimeModels.map((one) => one.id),
      payloads: ['small'],
      baseline: 'docker',
    },
    seed: 1,
    startedAt: '2026-11-23T09:00:00.000Z',
    finishedAt: '2026-11-23T09:04:12.000Z',
    state: 'complete',
    resumed: 0,
    cells: functionModels.flatMap((fn) =>
      runtimeModels.flatMap((one) =>
        (['cold', 'warm'] as const).map((start) => ({
          function: fn.name,
          payload: 'small',
          runtime: one.id,
          class: one.class,
          environment: 'local',
          start,
          concurrency: 1,
          payloadBytes: fn.payload,
        })),
      ),
    ),
    trials: 640,
    host: {
      kernel: 'Linux 6.1.0',
      operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
      architecture: 'x64',
      cpuModel: 'Example CPU @ 2.50GHz',
      cores: 2,
      memoryBytes: 8 * 1024 * mebibyte,
      cgroupVersion: 2,
      virtualization: 'kvm',
      loadAverage: 0.31,
      stealShare: 0.004,
      nodeVersion: '20.20.2',
      lumosVersion: '0.1.0',
    },
    runtimes: runtimeModels.map((one) => ({
      id: one.id,
      engine: one.engine,
      class: one.class,
      version: one.version,
      ...(one.id.startsWith('wasmtime-') ? { mode: one.id.slice('wasmtime-'.length) } : {}),
      details: one.id === 'docker' ? { storageDriver: 'overlay2', runtime: 'runc' } : {},
      options: one.id === 'docker' ? { network: 'none' } : {},
    })),
    artifacts: functionModels.flatMap((fn) =>
      runtimeModels.map((one) => ({
        function: fn.name,
        runtime: one.id,
        kind: 'native-image',
        digest: `sha256:${'a'.repeat(64)}`,
        sizeBytes: 400_000,
        imageDigest: `sha256:${'b'.repeat(64)}`,
        imageCompressedBytes: Math.round(one.image * mebibyte),
        imageUncompressedBytes: Math.round(one.image * 2.4 * mebibyte),
      })),
    ),
    probes: {
      latency: 'process.hrtime, monotonic',
      memory: 'memory.peak of the cgroup',
      cpu: 'cpu.stat of the cgroup',
    },
    floor: { n: { cold: 30, warm: 100 }, coldP50Ms: 1.31, warmP50Ms: 0.066, clockMs: 0.00008 },
  });
}
