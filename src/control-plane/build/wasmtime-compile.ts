/** What wasmtime makes of a module ahead of time: machine code, or the byte code of its interpreter Pulley. */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { missingDependency } from '../../domain/errors.js';
import type { ArtifactKind } from '../../domain/runtime.js';
import { milliseconds } from '../../domain/units.js';
import { runCommand } from '../process/run-command.js';
import { digestOf } from './digest.js';

export type PrecompiledKind = Extract<ArtifactKind, `wasmtime-${string}`>;

/** What each kind is precompiled from. */
export const precompiledFrom: Readonly<Record<PrecompiledKind, 'wasm-module' | 'wasm-component'>> = {
  'wasmtime-aot': 'wasm-module',
  'wasmtime-pulley': 'wasm-module',
  'wasmtime-aot-component': 'wasm-component',
  'wasmtime-pulley-component': 'wasm-component',
};

const pulley = ['--target', 'pulley64'];

/** Options of `wasmtime compile` for each kind. What is compiled for Pulley also runs only with `--target pulley64`. */
export const compileOptions: Readonly<Record<PrecompiledKind, readonly string[]>> = {
  'wasmtime-aot': [],
  'wasmtime-pulley': pulley,
  'wasmtime-aot-component': [],
  'wasmtime-pulley-component': pulley,
};

const quick = milliseconds(30_000);

/** What the engine says of its version, e.g. `wasmtime 49.0.3 (f96eabaa1 2026-10-14)`. */
export async function wasmtimeVersion(wasmtime: string): Promise<string> {
  return (await runCommand(wasmtime, ['--version'], { timeout: quick })).stdout.trim();
}

/** @throws LumosError `missing-dependency` where there is no wasmtime. */
export function requireWasmtime(wasmtime: string | undefined, kind: PrecompiledKind): string {
  if (wasmtime !== undefined) return wasmtime;
  throw missingDependency(`wasmtime is needed to make a ${kind}, and is not installed`, 'lumos setup');
}

/**
 * What of the engine and the machine goes into the cache key: the engine's version, because it takes only its own
 * code, and for machine code the CPU, because the compiler uses the features it finds.
 */
export async function precompileInputs(
  wasmtime: string,
  kind: PrecompiledKind,
): Promise<Record<string, string>> {
  return {
    engine: await wasmtimeVersion(wasmtime),
    options: JSON.stringify(compileOptions[kind]),
    ...(compileOptions[kind] === pulley ? {} : { cpu: await cpuIdentity() }),
  };
}

export async function precompile(
  wasmtime: string,
  kind: PrecompiledKind,
  module: string,
  output: string,
): Promise<void> {
  await runCommand(wasmtime, ['compile', ...compileOptions[kind], '-o', output, module]);
}

/** The architecture and the CPU's model and features, as one digest. */
async function cpuIdentity(): Promise<string> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => /^(model name|flags|Features|CPU part)\s*:/.test(line));
  const features = [...new Set(lines)];
  const known = features.length > 0 ? features : [cpus()[0]?.model ?? 'unknown'];
  return `${process.arch} ${digestOf(known.join('\n'))}`;
}
