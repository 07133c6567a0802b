/** hyperfine as the yardstick: whole life of a process, from its start until it has been waited for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { findOnPath } from '../src/control-plane/process/find-on-path.js';
import { runCommand } from '../src/control-plane/process/run-command.js';
import { missingDependency } from '../src/domain/errors.js';
import { milliseconds } from '../src/domain/units.js';

const ExportSchema = z.object({
  results: z.array(z.object({ times: z.array(z.number().positive()) })).length(1),
});

export interface Hyperfine {
  readonly version: string;
  /** Whether it can give a command a file as standard input without a shell (from 1.16 on). */
  readonly takesInput: boolean;
  /**
   * Milliseconds of `runs` runs of `command`, without a shell. Its standard input is `inputFile` where hyperfine can
   * do that, else empty.
   */
  times(command: readonly string[], runs: number, inputFile: string): Promise<number[]>;
}

/** @throws LumosError `missing-dependency` */
export async function findHyperfine(scratch: string): Promise<Hyperfine> {
  const path = await findOnPath('hyperfine');
  if (path === undefined) {
    throw missingDependency(
      'hyperfine is not installed',
      'apt-get install hyperfine (Debian, Ubuntu), or: cargo install hyperfine --locked',
    );
  }
  const version = (await runCommand(path, ['--version'])).stdout.trim();
  const takesInput = /^\s+--input\b/m.test((await runCommand(path, ['--help'])).stdout);
  const exported = join(scratch, 'hyperfine.json');
  return {
    version,
    takesInput,
    times: async (command, runs, inputFile) => {
      const options = ['--warmup', '2', '--runs', `${runs}`, '--style', 'none', '--export-json', exported];
      const input = takesInput ? ['--input', inputFile] : [];
      const line = command.map(quoted).join(' ');
      await runCommand(path, ['-N', ...options, ...input, line], { timeout: milliseconds(120_000) });
      const [result] = ExportSchema.parse(JSON.parse(readFileSync(exported, 'utf8'))).results;
      return (result?.times ?? []).map((seconds) => seconds * 1000);
    },
  };
}

/** hyperfine splits its command into words as a shell would, though it starts none. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
