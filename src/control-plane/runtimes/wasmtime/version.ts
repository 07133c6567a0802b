/** What wasmtime says of its version. */
import { milliseconds } from '../../../domain/units.js';
import { runCommand } from '../../process/run-command.js';

const quick = milliseconds(30_000);

/** e.g. `wasmtime 49.0.3 (f96eabaa1 2026-10-14)`. */
export async function wasmtimeVersion(wasmtime: string): Promise<string> {
  return (await runCommand(wasmtime, ['--version'], { timeout: quick })).stdout.trim();
}
