/** A run directory as a long measurement would have left it: the analysis is timed on it, and nothing of it was measured. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { ExperimentSchema } from '../src/domain/experiment.js';
import type { Cell, RuntimeClass } from '../src/domain/factors.js';
import { measurementSchemaId, type Measurement } from '../src/domain/measurement.js';
import { runManifestSchemaId, type RunManifest } from '../src/domain/run-manifest.js';
import { bytes, milliseconds, type Bytes, type Milliseconds } from '../src/domain/units.js';
import { encodeRow } from '../src/records/row-codec.js';
import { RunDirectory } from '../src/records/run-directory.js';
import { seededRandom, type Random } from '../src/stats/random.js';

const functions = ['hello-world', 'matrix-multiplication', 'hashing', 'json-transform'];
const payloads = [
  { label: 'small', size: bytes(1024) },
  { label: 'medium', size: bytes(65_536) },
];
const runtimes: readonly {
  readonly id: string;
  readonly class: RuntimeClass;
  readonly launch: Milliseconds;
}[] = [
  { id: 'docker', class: 'container', launch: milliseconds(180) },
  { id: 'wasmtime-interpreted', class: 'wasm-interpreted', launch: milliseconds(4.6) },
  { id: 'wasmtime-aot', class: 'wasm-aot', launch: milliseconds(4.2) },
  { id: 'native', class: 'process', launch: milliseconds(1.3) },
];
const invocationsPerSandbox = 10;
const bufferedRows = 2000;

export interface SyntheticRun {
  readonly rows: number;
  readonly cells: number;
  readonly sizeBytes: Bytes;
}

/** Writes a run of `rows` rows in 64 cells into the folder `path`, the same for the same seed. */
export function writeSyntheticRun(path: string, rows: number, seed: number): SyntheticRun {
  mkdirSync(path, { recursive: true });
  const directory = new RunDirectory(path);
  const cells = syntheticCells();
  directory.writeManifest(manifestOf(cells, seed));
  const random = seededRandom(seed, 'synthetic rows');
  const file = openSync(directory.measurementsPath, 'w');
  let written = 0;
  try {
    for (let from = 0; from < rows; from += bufferedRows) {
      let text = '';
      for (let row = from; row < Math.min(rows, from + bufferedRows); row += 1)
        text += `${encodeRow(syntheticRow(cells, row, random))}\n`;
      written += writeSync(file, text);
    }
  } finally {
    closeSync(file);
  }
  return { rows, cells: cells.length, sizeBytes: bytes(written) };
}

interface SyntheticCell {
  readonly factors: Cell;
  readonly payloadBytes: Bytes;
  readonly launch: Milliseconds;
}

const syntheticCells = (): SyntheticCell[] =>
  functions.flatMap((name) =>
    payloads.flatMap(({ label, size }) =>
      (['cold', 'warm'] as const).flatMap((start) =>
        runtimes.map((runtime) => ({
          factors: {
            function: name,
            payload: label,
            runtime: runtime.id,
            class: runtime.class,
            environment: 'local',
            start,
            concurrency: 1,
          },
          payloadBytes: size,
          launch: runtime.launch,
        })),
      ),
    ),
  );

/** Rows go through the cells in turn, as in an interleaved run; one in a thousand is a failure. */
function syntheticRow(cells: readonly SyntheticCell[], row: number, random: Random): Measurement {
  const turn = Math.floor(row / cells.length);
  const { factors, payloadBytes, launch } = cells[row % cells.length] as SyntheticCell;
  const warm = factors.start === 'warm';
  const perSandbox = warm ? invocationsPerSandbox : 1;
  const common = {
    ...factors,
    schema: measurementSchemaId,
    trial: (row % cells.length) + cells.length * Math.floor(turn / perSandbox),
    invocation: turn % perSandbox,
    round: Math.floor(turn / perSandbox),
    startedAt: new Date(1_795_000_000_000 + row * 5).toISOString(),
    payloadBytes,
  } satisfies Partial<Measurement>;
  if (random.below(1000) === 0) {
    return { ...common, outcome: 'crashed', reason: 'exited with code 2 before its answer' };
  }
  return {
    ...common,
    outcome: 'ok',
    responseBytes: bytes(96 + random.below(32)),
    sequence: warm ? common.invocation + 4 : 1,
    ...syntheticTimes(warm ? undefined : launch, random),
    peakMemoryBytes: bytes(4_194_304 + 4096 * random.below(512)),
    peakResidentBytes: bytes(6_291_456 + 4096 * random.below(512)),
    readBytes: bytes(payloadBytes + 5),
    writtenBytes: bytes(160 + random.below(32)),
  };
}

/**
 * Right-skewed times: the function's own in whole nanoseconds, those from our clock with all the digits of a
 * difference of two readings.
 */
function syntheticTimes(launch: Milliseconds | undefined, random: Random): Partial<Measurement> {
  const spread = (middle: number): number => middle * Math.exp(random.uniform() + random.uniform() - 1);
  const nanoseconds = (middle: number): number => Math.round(spread(middle) * 1e6) / 1e6;
  const deserialize = nanoseconds(0.012);
  const compute = nanoseconds(0.4);
  const serialize = nanoseconds(0.009);
  const transport = spread(0.06);
  const launched = launch === undefined ? undefined : spread(launch);
  const user = nanoseconds(0.5);
  const system = nanoseconds(0.7);
  return {
    latencyMs: milliseconds((launched ?? 0) + deserialize + compute + serialize + transport),
    ...(launched === undefined ? {} : { launchMs: milliseconds(launched) }),
    deserializeMs: milliseconds(deserialize),
    computeMs: milliseconds(compute),
    serializeMs: milliseconds(serialize),
    transportMs: milliseconds(transport),
    cpuMs: milliseconds(user + system),
    cpuUserMs: milliseconds(user),
    cpuSystemMs: milliseconds(system),
  };
}

function manifestOf(cells: readonly SyntheticCell[], seed: number): RunManifest {
  const at = new Date(1_795_000_000_000).toISOString();
  return {
    schema: runManifestSchemaId,
    runId: 'synthetic',
    experiment: ExperimentSchema.parse({
      name: 'synthetic',
      description: 'Rows drawn from a seed, to time the analysis on. Nothing in here was measured.',
      functions,
      runtimes: runtimes.map((runtime) => runtime.id),
      payloads: payloads.map(({ label }) => label),
      baseline: 'docker',
      seed,
    }),
    seed,
    startedAt: at,
    finishedAt: at,
    state: 'complete',
    resumed: 0,
    cells: cells.map(({ factors, payloadBytes }) => ({ ...factors, payloadBytes })),
    trials: 0,
    host: {
      kernel: 'none',
      operatingSystem: 'none',
      architecture: 'none',
      cpuModel: 'none',
      cores: 1,
      memoryBytes: bytes(0),
      nodeVersion: process.version,
      lumosVersion: '0.0.0',
    },
    runtimes: [],
    services: [],
    artifacts: [],
    probes: {},
  };
}
