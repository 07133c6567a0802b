/** Functions that attack their host (test/cases/faults/evil.c): each is a row with the right outcome, and leaves no process. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../../src/control-plane/process/run-command.js';
import { ensureBuilt, lumos, repositoryRoot } from './lumos-command.js';

let scratch = '';
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'evil-'));
  await ensureBuilt();
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What each mode of evil.c does, and the outcome of a cold invocation. */
const modes = [
  { mode: 1, does: 'garbage instead of ready', outcome: 'wrong-output', reason: /garbage/ },
  { mode: 2, does: 'a frame of 4 GiB', outcome: 'wrong-output', reason: /too much/ },
  { mode: 9, does: 'a daemon that holds its pipes', outcome: 'ok', reason: /^$/ },
  {
    mode: 10,
    does: 'an exit while a child holds standard output',
    outcome: 'crashed',
    reason: /exited with code 0/,
  },
  { mode: 13, does: 'a daemon that listens', outcome: 'ok', reason: /^$/ },
  { mode: 20, does: 'an exit at once', outcome: 'crashed', reason: /exited with code 0/ },
  { mode: 32, does: 'a kill of its supervisor', outcome: 'crashed', reason: /ended by SIGKILL/ },
] as const;

const nameOf = (mode: number): string => `evil-${mode}-test`;

async function compile(mode: number, functions: string): Promise<void> {
  const folder = join(functions, nameOf(mode));
  mkdirSync(folder, { recursive: true });
  const source = join(repositoryRoot, 'test/cases/faults/evil.c');
  await runCommand('cc', ['-w', `-DMODE=${mode}`, '-o', join(folder, nameOf(mode)), source]);
  copyFileSync(join(repositoryRoot, 'functions/echo/oracle.js'), join(folder, 'oracle.js'));
  writeFileSync(join(folder, 'module.wasm'), Buffer.from('\0asm\u0001\0\0\0', 'latin1'));
  writeFileSync(
    join(folder, 'function.yaml'),
    `schema: lumos/function@1
name: ${nameOf(mode)}
class: data
description: Attacks its host.
languages:
  prebuilt: { native: ${nameOf(mode)}, module: module.wasm }
storage: [inline]
oracle: oracle.js
payloads:
  - { label: tiny, bytes: 64 }
  - { label: small, bytes: 1024 }
  - { label: medium, bytes: 65536 }
`,
  );
}

/** The command lines of every process there is. */
const commandLines = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    });

it('each is a row with its outcome, none takes the harness down, and none leaves a process', async () => {
  const functions = join(scratch, 'functions');
  for (const { mode } of modes) await compile(mode, functions);
  const out = join(scratch, 'out');
  const { stderr } = await lumos(
    [
      ...['run', '--functions', modes.map(({ mode }) => nameOf(mode)).join(',')],
      ...['--functions-path', functions, '--runtimes', 'native', '--starts', 'cold', '--payloads', 'tiny'],
      ...['--repetitions', '1', '--out', out],
    ],
    { cwd: scratch },
  );
  expect(stderr).not.toMatch(/^\s+at /m);
  const rows = readFileSync(join(out, 'measurements.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { function: string; outcome: string; reason?: string });
  for (const { mode, does, outcome, reason } of modes) {
    const own = rows.filter((row) => row.function === nameOf(mode));
    expect(own, does).toHaveLength(1);
    expect(own[0], does).toMatchObject({ outcome });
    expect(own[0]?.reason ?? '', does).toMatch(reason);
  }
  expect(commandLines().filter((line) => /evil-\d+-test/.test(line))).toEqual([]);
});
