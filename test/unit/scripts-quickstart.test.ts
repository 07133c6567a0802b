import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';

const root = resolve(import.meta.dirname, '../..');
/** A PATH on which there is no node, npm, apt-get or docker: whatever is installed or built fails. */
let bare = '';

beforeAll(() => {
  bare = mkdtempSync(join(tmpdir(), 'lumos-bare-path-'));
  for (const tool of ['bash', 'sed', 'grep', 'tr', 'sort', 'dirname', 'readlink']) {
    const path = execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();
    symlinkSync(path, join(bare, tool));
  }
});
afterAll(() => rmSync(bare, { recursive: true }));

const quickstart = (...args: string[]): SpawnSyncReturns<string> =>
  spawnSync(join(bare, 'bash'), [join(root, 'quickstart'), ...args], {
    env: { PATH: bare, HOME: bare },
    encoding: 'utf8',
  });

describe('./quickstart on a machine that has nothing', () => {
  it.each(['--help', '-h'])('says with %s what it does, and installs nothing', (option) => {
    const { status, stdout, stderr } = quickstart(option);
    expect(status).toBe(0);
    expect(stdout).toContain('Usage: ./quickstart [options of lumos run]');
    expect(stderr).toBe('');
  });

  it('lists the options that lumos run has', () => {
    const { stdout } = quickstart('--help');
    const listed = stdout.split('\n').flatMap((line) => /^ {2}(--\S+)$/u.exec(line)?.[1] ?? []);
    const run = createProgram(() => Promise.resolve()).commands.find((command) => command.name() === 'run');
    const real = run?.options.flatMap(({ long }) => (typeof long === 'string' ? [long] : [])) ?? [];
    expect(listed).toEqual([...real].sort());
  });

  it('takes options only', () => {
    const { status, stderr } = quickstart('hashing');
    expect(status).toBe(2);
    expect(stderr).toContain('error: ./quickstart takes options only, not "hashing"');
  });

  it('finds a typo in an option before anything is installed or built', () => {
    const { status, stderr } = quickstart('--functions', 'hashing', '--repetitons=5');
    expect(status).toBe(2);
    expect(stderr).toBe('error: there is no option --repetitons\n  ./quickstart --help lists the options.\n');
  });
});
