/**
 * Snapshots by Wizer, which is a command of wasmtime: the module is run up to where the function would serve, and what its
 * memory and globals then hold becomes what the module begins with.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { milliseconds } from '../../../domain/units.js';
import { runCommand } from '../../process/run-command.js';

const initializeLimit = milliseconds(120_000);

/**
 * What the SDK exports under its feature `snapshot`: the first is called, the second takes the place of `_start`. WASI is
 * there while the function initialises; what it asks of the machine then (the time, randomness) is in the snapshot.
 */
const exportsOfSdk = ['--init-func', 'wizer-initialize', '--rename-func', '_start=lumos-resume'] as const;

/** All that the output depends on besides the module and the version. */
export const snapshotOptions = ['-S', 'cli=y', ...exportsOfSdk] as const;

/** Writes the module that goes on where `module` would serve. @throws LumosError `failed` with the engine's own words */
export async function keepSnapshot(wasmtime: string, module: string, output: string): Promise<void> {
  await runCommand(wasmtime, ['wizer', ...snapshotOptions, '-o', output, module], {
    timeout: initializeLimit,
  });
}

/** Hands a snapshot of `module` to `use`, in a folder that is removed after it. */
export async function withSnapshot(
  wasmtime: string,
  module: string,
  use: (snapshot: string) => Promise<void>,
): Promise<void> {
  const workshop = await mkdtemp(join(tmpdir(), `lumos-service-${process.pid}-wizer-`));
  try {
    const snapshot = join(workshop, 'snapshot.wasm');
    await keepSnapshot(wasmtime, module, snapshot);
    await use(snapshot);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}
