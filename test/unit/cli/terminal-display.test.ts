/** The live display on a real terminal: `script` makes one, and keeps what was written to it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;

/** Begins a run of ten trials, does three of them, and is interrupted. `program` says how it ends. */
const head = `
import { RunProgress } from '${join(process.cwd(), 'src/cli/progress.ts')}';
import { onStopSignal } from '${join(process.cwd(), 'src/cli/stop-signal.ts')}';
import { note, print, warning } from '${join(process.cwd(), 'src/cli/output.ts')}';
const cell = { function: 'f\\u001b[31m', payload: 'p', runtime: 'r', class: 'process', environment: 'local', start: 'cold', concurrency: 1 };
const progress = new RunProgress();
progress.handle({ type: 'started', trials: 10, alreadyDone: 0 });
progress.handle({ type: 'trial', cell });
for (let done = 1; done < 4; done++) progress.handle({ type: 'trial-done', done, trials: 10 });
`;

const programs = {
  first: `${head}
const stop = onStopSignal(() => note('stopping'));
stop.signal.addEventListener('abort', () => { progress.stop(); process.exitCode = 130; stop.forget(); });
setTimeout(() => {}, 500);
process.kill(process.pid, 'SIGINT');`,
  second: `${head}
onStopSignal(() => note('stopping'));
setTimeout(() => {}, 60_000);
process.kill(process.pid, 'SIGINT');
setTimeout(() => process.kill(process.pid, 'SIGINT'), 300);`,
  data: `${head}
progress.stop();
note(warning('mine') + ' \\u001b[31mtheirs\\u009b1m\\u202e');
print('theirs \\u001b[31m');`,
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-display-'));
  for (const [name, contents] of Object.entries(programs)) {
    await build({
      stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
      ...{ bundle: true, platform: 'node', format: 'esm', outfile: join(folder, `${name}.mjs`) },
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });
  }
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function onTerminal(
  name: keyof typeof programs,
  environment: NodeJS.ProcessEnv,
): { text: string; code: number | null } {
  const log = join(folder, 'typescript');
  writeFileSync(log, '');
  const { status } = spawnSync(
    'script',
    [
      '--quiet',
      '--flush',
      '--return',
      '--command',
      `${process.execPath} ${join(folder, `${name}.mjs`)}`,
      log,
    ],
    { env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '', CI: '', ...environment }, timeout: 60_000 },
  );
  return { text: readFileSync(log, 'utf8').split('\n').slice(1, -2).join('\n'), code: status };
}

const hasScript = spawnSync('script', ['--version']).status === 0;
const hide = '\u001b[?25l';
const showCursor = '\u001b[?25h';

describe.skipIf(!hasScript)('the live display', () => {
  it('gives the cursor and line wrapping back when a run is interrupted, and exits with 130', () => {
    const { text, code } = onTerminal('first', { TERM: 'xterm' });
    expect(code).toBe(130);
    expect(text).toContain(hide);
    expect(text.lastIndexOf(showCursor)).toBeGreaterThan(text.lastIndexOf(hide));
    expect(text.lastIndexOf('\u001b[?7h')).toBeGreaterThanOrEqual(text.lastIndexOf('\u001b[?7l'));
    expect(text).toContain('\u001b[2Kstopping');
  });

  it('gives them back when a second Ctrl-C ends the process at once', () => {
    const { text, code } = onTerminal('second', { TERM: 'xterm' });
    expect(code).toBe(130);
    expect(text.lastIndexOf(showCursor)).toBeGreaterThan(text.lastIndexOf(hide));
  });

  it('is lines without a control sequence where the terminal is dumb', () => {
    const { text } = onTerminal('first', { TERM: 'dumb' });
    expect(text).not.toContain('\u001b');
    expect(text).toContain('10 trials to run');
    expect(onTerminal('data', { TERM: 'dumb' }).text).not.toContain('\u001b');
  });

  it('has no colours with NO_COLOR', () => {
    expect(onTerminal('data', { TERM: 'xterm', NO_COLOR: '1' }).text).not.toContain('\u001b[3');
  });

  it('lets its own colours pass and escapes those of others', () => {
    const { text } = onTerminal('data', { TERM: 'xterm' });
    expect(text).toContain('\u001b[33mmine\u001b[39m \\u001b[31mtheirs\\u009b1m\\u202e');
    expect(text).toContain('theirs \\u001b[31m');
    expect(text).not.toContain('f\u001b[31m');
  });
});
