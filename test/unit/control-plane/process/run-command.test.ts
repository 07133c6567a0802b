import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LumosError } from '../../../../src/domain/errors.js';
import { bytes, milliseconds } from '../../../../src/domain/units.js';
import {
  attemptCommand,
  mergeEnvironment,
  runCommand,
} from '../../../../src/control-plane/process/run-command.js';
import { findOnPath } from '../../../../src/control-plane/process/find-on-path.js';

const node = process.execPath;
const script = (code: string): string[] => ['-e', code];

async function failureOf(work: Promise<unknown>): Promise<LumosError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof LumosError)) throw new Error('expected a LumosError', { cause: error });
  return error;
}

describe('runCommand', () => {
  it('gives back both streams of a command that succeeds', async () => {
    const result = await runCommand(node, script('console.log("out"); console.error("err")'));
    expect(result).toMatchObject({ code: 0, stdout: 'out\n', stderr: 'err\n', signal: undefined });
  });

  it('hands arguments over as they are, whatever a shell would make of them', async () => {
    const nasty = '$(touch x); `id` "quotes" * \n';
    const result = await runCommand(node, ['-e', 'process.stdout.write(process.argv[1])', nasty]);
    expect(result.stdout).toBe(nasty);
  });

  it('writes standard input and closes it', async () => {
    const result = await runCommand(node, script('process.stdin.pipe(process.stdout)'), { stdin: 'héllo' });
    expect(result.stdout).toBe('héllo');
  });

  it('throws with the exit code and the last lines of what the command said', async () => {
    const code = 'for (let i = 1; i <= 100; i++) console.error("line " + i); process.exitCode = 3';
    const error = await failureOf(runCommand(node, script(code)));
    expect(error.kind).toBe('failed');
    expect(error.message).toContain('exit code 3');
    expect(error.message).toContain('line 100');
    expect(error.message).not.toContain('line 80\n');
  });

  it('names a command that is not there as a missing dependency', async () => {
    const error = await failureOf(runCommand('no-such-command-of-lumos', []));
    expect(error.kind).toBe('missing-dependency');
    expect(error.message).toContain('no-such-command-of-lumos');
  });

  it('ends a command and its children at the time limit', async () => {
    const code = `const { pid } = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => 0, 1000)"]);
      console.log(pid); setInterval(() => 0, 1000)`;
    let child = 0;
    const error = await failureOf(
      runCommand(node, script(code), {
        timeout: milliseconds(1500),
        onOutput: (line) => {
          child = Number(line);
        },
      }),
    );
    expect(error.message).toContain('longer than it may');
    expect(child).toBeGreaterThan(0);
    for (let i = 0; i < 50 && isRunning(child); i += 1) await sleep(20);
    expect(isRunning(child)).toBe(false);
  });

  it('ends a command that is aborted', async () => {
    const abort = new AbortController();
    const running = failureOf(
      runCommand(node, script('console.log("up"); setInterval(() => 0, 1000)'), {
        signal: abort.signal,
        onOutput: () => abort.abort(),
      }),
    );
    expect((await running).message).toContain('interrupted');
  });

  it('refuses to cut an answer that is too long', async () => {
    const code = 'process.stdout.write("x".repeat(5000))';
    const error = await failureOf(runCommand(node, script(code), { maxOutput: bytes(1000) }));
    expect(error.message).toContain('more than 1000 bytes');
  });

  it('reports lines as they come, also those of progress bars', async () => {
    const lines: string[] = [];
    await runCommand(node, script('process.stdout.write("10%\\r20%\\r\\ndone")'), {
      onOutput: (line) => lines.push(line),
    });
    expect(lines).toEqual(['10%', '20%', 'done']);
  });

  it('does not wait for a daemon that keeps the pipes of the command open', async () => {
    const code = `const daemon = require("node:child_process").spawn(process.execPath,
      ["-e", "setTimeout(() => 0, 20000)"], { stdio: "inherit", detached: true });
      daemon.unref(); console.log(daemon.pid); process.exit(0)`;
    const result = await runCommand(node, script(code), { timeout: milliseconds(15_000) });
    const daemon = Number(result.stdout);
    expect(isRunning(daemon)).toBe(true);
    process.kill(daemon, 'SIGKILL');
  });
});

describe('attemptCommand', () => {
  it('gives back an exit code other than 0 without throwing', async () => {
    expect(await attemptCommand(node, script('process.exit(7)'))).toMatchObject({ code: 7 });
  });
});

describe('mergeEnvironment', () => {
  it('sets, keeps and takes away', () => {
    expect(mergeEnvironment({ A: '1', B: '2' }, { B: undefined, C: '3' })).toEqual({ A: '1', C: '3' });
  });
});

describe('findOnPath', () => {
  it('finds a command in the folders it is given and nothing that is not there', async () => {
    const found = await findOnPath('sh', [], '/nowhere:/bin');
    expect(found).toBe('/bin/sh');
    expect(await findOnPath('sh', [], '/nowhere')).toBeUndefined();
    expect(await findOnPath('sh', ['/bin'], '')).toBe('/bin/sh');
  });
});

/** Whether a process runs; one that has died and waits to be buried does not. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}
