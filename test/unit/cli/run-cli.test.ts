import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attemptCommand } from '../../../src/control-plane/process/run-command.js';
import { createProgram, runCli } from '../../../src/cli/program.js';
import { collectPrinted, type Printed } from './printed.js';

let printed: Printed;
beforeEach(() => {
  printed = collectPrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const commands = createProgram(() => Promise.resolve()).commands.map((command) => command.name());

it('refuses a cache that is a file, whatever needs it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lumos-cache-'));
  const cache = join(folder, 'cache');
  writeFileSync(cache, '');
  vi.stubEnv('LUMOS_CACHE', cache);
  expect(await runCli(['build', 'echo'])).toBe(2);
  expect(printed.err).toContain(`${cache} is to be the folder of the cache, and is a file`);
  expect(printed.err).toContain('LUMOS_CACHE');
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('help', () => {
  it.each(['--help', 'help'])('%s lists every command and the exit codes, and ends with 0', async (word) => {
    expect(await runCli([word])).toBe(0);
    for (const command of commands) expect(printed.out).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(printed.out).toContain('Exit codes: 0 done; 1 done, but some cell failed');
    expect(printed.err).toBe('');
  });

  it.each(commands)('of %s has an example that the command line itself takes', async (command) => {
    expect(await runCli([command, '--help'])).toBe(0);
    const example = /\nExample:\n {2}lumos (.+)\n/.exec(printed.out)?.[1];
    expect(example?.split(' ')[0]).toBe(command);
    const flags = [...(example ?? '').matchAll(/ (--[a-z-]+)/g)].map(([, flag]) => flag);
    for (const flag of flags) expect(printed.out).toContain(`  ${flag ?? ''}`);
  });

  it('names every option of CONTRACT.md for run', async () => {
    await runCli(['run', '--help']);
    const options = [
      'functions',
      'runtimes',
      'payloads',
      'starts',
      'concurrency',
      'repetitions',
      'environment',
      'seed',
      'out',
      'resume',
    ];
    for (const option of options) expect(printed.out).toContain(`--${option} <`);
  });

  it('tells the version', async () => {
    expect(await runCli(['--version'])).toBe(0);
    expect(printed.out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('wrong usage ends with 2, says what is wrong, and prints no answer:', () => {
  it.each([
    [
      'a plan too large to hold',
      ['run', '--functions', 'hello-world', '--runtimes', 'native', '--repetitions', '1000000000'],
      'measured invocations in',
      '--repetitions',
    ],
    [
      'a number beyond all numbers',
      ['run', '--repetitions', '9'.repeat(400)],
      'A whole number is expected',
      '',
    ],
    [
      'a duration that is no number',
      ['load', 'http://127.0.0.1:1/', '--duration', '1e309'],
      'A number is expected',
      '',
    ],
    ['a load of too long a time', ['load', 'http://127.0.0.1:1/', '--duration', '1e9'], 'load.seconds', ''],
    [
      'too many clients',
      ['load', 'http://127.0.0.1:1/', '--clients', '100000000'],
      'above the bound',
      'bounds',
    ],
    [
      'a time limit that no timer has',
      ['load', 'http://127.0.0.1:1/', '--time-limit', '9999999999'],
      'not from 1 to 86400000',
      '',
    ],
    [
      'a time limit of a run that no timer has',
      ['run', '--functions', 'hello-world', '--time-limit', '9999999999'],
      'at most a day',
      '',
    ],
    [
      'a made-up trace of too many functions',
      [
        ...[
          'trace',
          'synthesize',
          '--pattern',
          'poisson',
          '--rate',
          '1',
          '--minutes',
          '1',
          '--out',
          '/nowhere/t.csv',
        ],
        ...['--functions', '1000000000'],
      ],
      'above the bound of',
      'Lower --functions',
    ],
    [
      'a trace that is not there, in a dry run too',
      ['run', '--dry-run', '--trace', '/nowhere/trace.csv'],
      '/nowhere/trace.csv: there is no such file',
      '',
    ],
    [
      'a trace on standard input',
      ['run', '--dry-run', '--trace', '-'],
      '--trace - : a run reads its trace again when it is resumed',
      'Save the trace in a file and name that.',
    ],
    [
      'an experiment whose file ends otherwise',
      ['run', '--dry-run', 'experiments/paper.yml'],
      'there is no experiment "experiments/paper.yml"',
      'Did you mean "experiments/paper.yaml"?',
    ],
    [
      'a folder of functions that is not there',
      ['list', 'functions', '--functions-path', '/nowhere'],
      '/nowhere: there is no such file or folder',
      'Check the path.',
    ],
    [
      'a function in place of a folder with functions',
      ['list', 'functions', '--functions-path', 'functions/echo'],
      'functions/echo is a function, not a folder with functions',
      'Name the folder that it lies in',
    ],
    [
      'a file to import that is not there',
      ['import', 'csv', '/nowhere/rows.csv'],
      '/nowhere/rows.csv: there is no such file or folder',
      'For csv give a CSV file',
    ],
    ['a precision without its share', ['run', '--until', 'p99'], 'as in p99:0.05', '--help'],
    [
      'an address without http://',
      ['load', '127.0.0.1:80/x'],
      'is no URL',
      'Did you mean "http://127.0.0.1:80/x"?',
    ],
    ['a URL of a server with TLS', ['load', 'https://127.0.0.1/'], 'is no URL', 'Lumos speaks no TLS'],
    ['an unknown command', ['rnu'], "unknown command 'rnu'", 'Did you mean run?'],
    [
      'an unknown option',
      ['run', '--runtime', 'native'],
      "unknown option '--runtime'",
      'Did you mean --runtimes?',
    ],
    ['a missing argument', ['report'], "missing required argument 'dir'", ''],
    ['a number that is none', ['run', '--seed', 'one'], 'A whole number is expected.', '--seed'],
    ['a list of numbers with a word', ['run', '--concurrency', '1,two'], 'A whole number is expected.', ''],
    ['an unknown list', ['list', 'function'], 'there is no list of "function"', 'Did you mean "functions"?'],
    [
      'an unknown format',
      ['report', 'x', '--format', 'htm'],
      '--format: there is no format "htm"',
      'Did you mean "html"?',
    ],
    ['an unknown shell', ['completion', 'bsh'], 'there is no completion for "bsh"', 'Did you mean "bash"?'],
    [
      'an unknown experiment',
      ['run', 'quikstart'],
      'there is no experiment "quikstart"',
      'Did you mean "quickstart"?',
    ],
    [
      'a start there is not',
      ['run', '--starts', 'hot'],
      '--starts: expected cold, snapshot, fresh or warm, found the text "hot"',
      '',
    ],
    [
      'no repetitions',
      ['run', '--repetitions', '0'],
      'the command line: --repetitions: expected a number above 0, found 0',
      '',
    ],
    [
      'a directory that is no run',
      ['report', '/nowhere'],
      '/nowhere is no run directory',
      'Name a directory that lumos run made.',
    ],
    ['a run to resume that is none', ['run', '--resume', '/nowhere'], '/nowhere is no run directory', ''],
    [
      'factors of a run to resume',
      ['run', '--resume', 'x', '--seed', '2', '--out', 'y'],
      '--seed, --out cannot be given with --resume',
      '',
    ],
    ['a comparison of no runs', ['compare', '/nowhere', '/nothing'], '/nowhere is no run directory', ''],
  ])('%s', { timeout: 60_000 }, async (_what, args, message, advice) => {
    expect(await runCli(args)).toBe(2);
    expect(printed.err).toContain(message);
    expect(printed.err).toContain(advice);
    expect(printed.out).toBe('');
    expect(printed.err).not.toContain('    at ');
  });

  it('a broken experiment file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lumos-cli-'));
    const path = join(folder, 'broken.yaml');
    writeFileSync(path, 'name: mine\nfunctions: [hashing]\nruntimes: [native]\npayload: [small]\n');
    expect(await runCli(['run', path])).toBe(2);
    expect(printed.err).toContain(`${path}: unknown key "payload"`);
    expect(printed.err).toContain('Did you mean "payloads"?');
    rmSync(folder, { recursive: true });
  });

  it('no command at all', async () => {
    expect(await runCli([])).toBe(2);
    expect(printed.err).toContain('Usage: lumos');
  });
});

describe('lists', () => {
  it('of experiments are JSON alone with --json', async () => {
    expect(await runCli(['list', 'experiments', '--json'])).toBe(0);
    const { experiments } = JSON.parse(printed.out) as { experiments: { name: string }[] };
    expect(experiments.map((experiment) => experiment.name)).toContain('quickstart');
    expect(printed.err).toBe('');
  });

  it('of functions have their ladder', async () => {
    expect(await runCli(['list', 'functions', '--json'])).toBe(0);
    const { functions } = JSON.parse(printed.out) as {
      functions: { name: string; class: string; payloads: unknown[] }[];
    };
    expect(functions).toHaveLength(26);
    for (const f of functions) expect(f.payloads.length).toBeGreaterThanOrEqual(3);
    expect(functions.find((f) => f.name === 'kv-read')).toMatchObject({
      class: 'data',
      languages: ['rust', 'go', 'typescript'],
      storage: ['redis', 'inline', 'file', 's3'],
      crates: ['crc32fast'],
    });
  });

  it('of runtimes have their classes, and no fake', async () => {
    expect(await runCli(['list', 'runtimes', '--json'])).toBe(0);
    const { runtimes } = JSON.parse(printed.out) as { runtimes: { id: string; class: string }[] };
    const classes = Object.fromEntries(runtimes.map((runtime) => [runtime.id, runtime.class]));
    expect(classes).toMatchObject({
      native: 'process',
      docker: 'container',
      podman: 'container',
      crun: 'container',
      'wasmtime-aot': 'wasm-aot',
      'wasmtime-interpreted': 'wasm-interpreted',
      'wasmtime-jit': 'wasm-jit',
      'wasmtime-serve': 'wasm-aot',
    });
    expect(classes).not.toHaveProperty('fake');
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh'])('for %s is a script that bash can read', async (shell) => {
    expect(await runCli(['completion', shell])).toBe(0);
    const checked = await attemptCommand('bash', ['-n'], { stdin: printed.out });
    expect([checked.code, checked.stderr]).toEqual([0, '']);
  });

  it('for bash completes commands and their options', async () => {
    await runCli(['completion', 'bash']);
    const complete = async (...words: string[]): Promise<string[]> => {
      const script = `${printed.out}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lumos; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await attemptCommand('bash', ['-c', script, 'lumos', ...words]);
      return stdout.split('\n').filter(Boolean).sort();
    };
    expect(await complete('lumos', 'comp')).toEqual(['compare', 'completion']);
    expect(await complete('lumos', 'run', '--rep')).toEqual(['--repetitions']);
    expect(await complete('lumos', 'report', '--f')).toEqual(['--force', '--format']);
  });

  it('for fish has a line for every command', async () => {
    await runCli(['completion', 'fish']);
    for (const command of commands) expect(printed.out).toContain(`-f -a ${command} -d '`);
  });
});
