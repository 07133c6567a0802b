/** Cells whose latency follows a known law, for models that must find it again. */
import type { RuntimeClass } from '../../../src/domain/factors.js';
import { bytes, milliseconds } from '../../../src/domain/units.js';
import { ShapePool } from '../../../src/model/observations/latency-shape.js';
import type { ModelCell } from '../../../src/model/observations/model-cell.js';
import type { ReadRuns } from '../../../src/model/observations/read-runs.js';
import { seededRandom, type Random } from '../../../src/stats/random.js';

export interface TrueRuntime {
  readonly id: string;
  readonly class: RuntimeClass;
  readonly launch: number;
  readonly crossing: number;
  readonly perMib: number;
  readonly factor: number;
  /** MiB of a sandbox before any payload. */
  readonly memory: number;
  /** CPU time over latency. */
  readonly busy: number;
}

/** Bytes of memory for each byte in or out, on every runtime. */
export const memoryPerByte = 3;

export const runtimes: readonly TrueRuntime[] = [
  { id: 'native', class: 'process', launch: 1.5, crossing: 0.1, perMib: 1, factor: 1, memory: 2, busy: 0.9 },
  {
    id: 'docker',
    class: 'container',
    launch: 250,
    crossing: 0.4,
    perMib: 8,
    factor: 1,
    memory: 6,
    busy: 0.7,
  },
  {
    id: 'wasmtime-aot',
    class: 'wasm-aot',
    launch: 4,
    crossing: 0.15,
    perMib: 3,
    factor: 1.5,
    memory: 12,
    busy: 0.95,
  },
  {
    id: 'wasmtime-interpreted',
    class: 'wasm-interpreted',
    launch: 5,
    crossing: 0.3,
    perMib: 3,
    factor: 25,
    memory: 15,
    busy: 0.98,
  },
];

export interface TrueFunction {
  readonly name: string;
  /** ms at 1 KiB, natively. */
  readonly work: number;
  readonly exponent: number;
}

export const functions: readonly TrueFunction[] = Array.from({ length: 9 }, (_, i) => ({
  name: `work-${i}`,
  work: 0.02 * 3 ** (i % 4) * (1 + i / 10),
  exponent: [1, 2, 0][i % 3] as number,
}));

export const sizes: readonly number[] = [1024, 8192, 65536];

/** A normal variate, by Box and Muller. */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());

export const trueCompute = (work: TrueFunction, runtime: TrueRuntime, size: number): number =>
  work.work *
  runtime.factor *
  (size / 1024) ** (work.exponent * 0.8 + (work.exponent === 2 ? -0.3 : 0.2 * work.exponent));

export interface Options {
  readonly noise?: number;
  readonly environment?: string;
  readonly slower?: number;
  readonly seed?: number;
}

export function cellOf(
  work: TrueFunction,
  runtime: TrueRuntime,
  size: number,
  start: 'cold' | 'warm',
  { noise = 0.05, environment = 'local', slower = 1, seed = 1 }: Options = {},
): ModelCell {
  const random = seededRandom(seed, JSON.stringify([work.name, runtime.id, size, start, environment]));
  const noisy = (time: number): ReturnType<typeof milliseconds> =>
    milliseconds(time * slower * Math.exp(noise * normal(random)));
  const components = {
    ...(start === 'cold' ? { launch: noisy(runtime.launch) } : {}),
    boundary: noisy(runtime.crossing + (2 * runtime.perMib * size) / 2 ** 20),
    compute: noisy(trueCompute(work, runtime, size)),
  };
  const p50 = Object.values(components).reduce((sum, value) => sum + value, 0);
  return {
    cell: {
      ...{ function: work.name, payload: `${size}`, runtime: runtime.id, class: runtime.class },
      ...{ environment, start, concurrency: 1 },
    },
    runs: ['run'],
    size,
    sizeUnit: 'bytes',
    ...{
      payloadBytes: bytes(size),
      responseBytes: bytes(size),
      fetchedBytes: bytes(0),
      storedBytes: bytes(0),
    },
    roundTrips: 0,
    n: 100,
    failed: 0,
    latencyMs: {
      p50: milliseconds(p50),
      p90: milliseconds(p50 * 1.2 * Math.exp((noise / 2) * normal(random))),
      p95: milliseconds(p50 * 1.3 * Math.exp((noise / 2) * normal(random))),
    },
    componentsMs: components,
    medianError: noise,
    peakMemoryBytes: bytes(
      Math.round(
        (runtime.memory * 2 ** 20 + memoryPerByte * (size + size)) * Math.exp((noise / 4) * normal(random)),
      ),
    ),
    cpuMs: milliseconds(runtime.busy * p50 * Math.exp((noise / 2) * normal(random))),
  };
}

export function allCells(options: Options = {}): ModelCell[] {
  return functions.flatMap((work) =>
    runtimes.flatMap((runtime) =>
      sizes.flatMap((size) =>
        (['cold', 'warm'] as const).map((start) => cellOf(work, runtime, size, start, options)),
      ),
    ),
  );
}

export function runsOf(cells: readonly ModelCell[]): ReadRuns {
  const pool = new ShapePool();
  for (const cell of cells)
    pool.add(
      cell,
      Array.from({ length: 41 }, (_, i) => cell.latencyMs.p50 * 0.8 * 1.6 ** ((i / 40) ** 1.1)),
    );
  return {
    cells,
    shapes: pool.shapes(),
    notes: [],
    environments: [],
    energy: [],
    sources: [
      {
        runId: 'run',
        experiment: 'synthetic',
        startedAt: '2026-01-01T00:00:00Z',
        environment: 'local',
        digest: 'd',
      },
    ],
  };
}
