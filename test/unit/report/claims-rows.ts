/** Rows and manifests for tests of the paper's claims and of the fits against size. */
import type { RuntimeClass } from '../../../src/domain/factors.js';
import type { FunctionClass } from '../../../src/domain/function-manifest.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import { RunManifestSchema, type RunManifest } from '../../../src/domain/run-manifest.js';
import { fixtureManifest } from './fixture.js';
import { cellOf, rowOf } from './summarize-rows.js';

export const classes: Readonly<Record<string, RuntimeClass>> = {
  docker: 'container',
  native: 'process',
  'wasmtime-aot': 'wasm-aot',
  'wasmtime-interpreted': 'wasm-interpreted',
};

/** What one sandbox's samples are multiplied by: 1 in the middle, evenly spread around it. */
const spread = (i: number, n: number): number => 0.98 + (0.04 * i) / (n - 1);

export interface Times {
  readonly launch?: number;
  readonly compute?: number;
  readonly deserialize?: number;
  readonly serialize?: number;
  readonly fetch?: number;
  readonly store?: number;
  readonly transport: number;
}

export interface SyntheticCell {
  readonly function: string;
  readonly payload?: string;
  readonly payloadBytes?: number;
  readonly runtime: string;
  readonly start: 'cold' | 'warm';
  readonly n?: number;
}

/** `n` samples of a cell, each from a sandbox of its own, whose times are those given times 0.98 to 1.02. */
export function samplesOf(cell: SyntheticCell, times: Times): Measurement[] {
  const { n = 21, payload = '512', payloadBytes = 524288, ...factors } = cell;
  return Array.from({ length: n }, (_, i) => {
    const scaled = Object.entries(times).map(([name, value]): [string, number] => [
      `${name}Ms`,
      (value as number) * spread(i, n),
    ]);
    return rowOf(cellOf({ ...factors, payload, class: classes[cell.runtime] ?? 'process' }), {
      trial: i,
      payloadBytes,
      ...Object.fromEntries(scaled),
      latencyMs: scaled.reduce((sum, [, value]) => sum + value, 0),
    });
  });
}

export interface ManifestFacts {
  readonly functions?: Readonly<Record<string, FunctionClass>> | undefined;
  readonly base?: string;
  /** Compressed image of each function on each runtime. */
  readonly images?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly runtimes?: readonly string[];
}

/** A manifest that says only what the analyses read; the rest is the fixture's. */
export function manifestOf(facts: ManifestFacts = {}): RunManifest {
  const fixture = fixtureManifest();
  const { functions, base, images = {}, runtimes = Object.keys(classes) } = facts;
  return RunManifestSchema.parse({
    ...fixture,
    experiment: { ...fixture.experiment, analyses: ['claims', 'payload-size'] },
    cells: [],
    ...(functions === undefined
      ? {}
      : { functions: Object.entries(functions).map(([name, of]) => ({ name, class: of })) }),
    runtimes: fixture.runtimes
      .filter((one) => runtimes.includes(one.id))
      .map((one) => (one.id === 'docker' && base !== undefined ? { ...one, options: { base } } : one)),
    artifacts: Object.entries(images).flatMap(([name, sizes]) =>
      Object.entries(sizes).map(([runtime, size]) => ({
        ...fixture.artifacts[0],
        function: name,
        runtime,
        imageCompressedBytes: size,
      })),
    ),
  });
}
