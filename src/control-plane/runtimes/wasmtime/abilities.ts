/** What a wasmtime that was found is able to do, asked of itself: versions and builds differ. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../../domain/errors.js';
import type { Availability } from '../../../domain/runtime.js';
import { milliseconds } from '../../../domain/units.js';
import { attemptCommand } from '../../process/run-command.js';
import { neededOfServe } from './command-lines.js';

const quick = milliseconds(30_000);
const lines = 3;
const emptyModule = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

/** Why this wasmtime cannot do something; `undefined` where it can. */
export type Lack = (wasmtime: string) => Promise<string | undefined>;

/** Whether it was built with the compiler that `flags` ask for: it compiles an empty module with them. */
export const lackOfCompiler =
  (flags: readonly string[]): Lack =>
  async (wasmtime) => {
    const folder = await mkdtemp(join(tmpdir(), 'lumos-wasmtime-'));
    try {
      const module = join(folder, 'empty.wasm');
      await writeFile(module, emptyModule);
      const args = ['compile', ...flags, '-o', join(folder, 'empty.cwasm'), module];
      const { code, stderr } = await attemptCommand(wasmtime, args, { timeout: quick });
      if (code === 0) return undefined;
      return `${wasmtime} does not compile with ${flags.join(' ')}: ${firstLines(stderr)}`;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

/** Whether its server can be told how long an instance is kept. */
export const lackOfServer: Lack = async (wasmtime) => {
  const { code, stdout } = await attemptCommand(wasmtime, ['serve', '--help'], { timeout: quick });
  if (code !== 0) return `${wasmtime} has no command serve`;
  const missing = neededOfServe.filter((flag) => !stdout.includes(flag));
  return missing.length === 0 ? undefined : `${wasmtime} serve does not know ${missing.join(', ')}`;
};

/** Whether it has Wizer as a command: snapshots are made by it. */
export const lackOfWizer: Lack = async (wasmtime) => {
  const { code } = await attemptCommand(wasmtime, ['wizer', '--help'], { timeout: quick });
  return code === 0 ? undefined : `${wasmtime} has no command wizer`;
};

/** Looks for the engine, and whether it can do what is asked of it; the remedy is another wasmtime. */
export async function probeFor(
  probe: () => Promise<Availability>,
  find: () => Promise<string>,
  lack: Lack | undefined,
): Promise<Availability> {
  const found = await probe();
  if (!found.usable || lack === undefined) return found;
  const why = await find().then(lack).catch(messageOf);
  return why === undefined ? found : { usable: false, why, remedy };
}

const remedy = 'put a newer wasmtime on PATH, or none, then: lumos setup wasmtime';

const firstLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, lines)
    .join(' ');
