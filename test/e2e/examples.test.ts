/** Every command line of README, docs and help, as a newcomer types it: it does what it says, or the text is wrong. */
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetPath } from '../datasets.js';
import { blockOf, examplesOfDocs, examplesOfHelp, type Example } from '../examples.js';
import { ensureBuilt, lumos, repositoryRoot, type Finished } from './lumos-command.js';

let scratch = '';
let server: Server;
const wasmrun = datasetPath('wasmrun-feb2025');

const run = (...args: string[]): Promise<Finished> => lumos(args, { cwd: scratch });

async function must(...args: string[]): Promise<void> {
  const { code, stderr } = await run(...args);
  if (code !== 0) throw new Error(`lumos ${args.join(' ')}: exit code ${code}\n${stderr}`);
}

/** What the texts take for granted: files of the reader's own, and runs that were measured. */
beforeAll(async () => {
  await ensureBuilt();
  scratch = await mkdtemp(join(tmpdir(), 'e2e-of-lumos-examples-'));
  const file = (name: string, text: string): void => writeFileSync(join(scratch, name), text);
  file('words.yaml', blockOf('# words.yaml'));
  file('far-edge.yaml', blockOf('# far-edge.yaml'));
  file('order.json', '{"item":1}');
  file(
    'workload.yaml',
    'function: hashing\npayload: small\narrivals: { perMinute: 6 }\nobjectives: [p95 < 10s]\n',
  );
  symlinkSync(repositoryRoot, join(scratch, 'lumos'));
  writeOwnFunction(join(scratch, 'my-functions/word-count'));
  await must(
    'trace',
    'synthesize',
    '--pattern',
    'mmpp',
    '--rate',
    '8',
    '--minutes',
    '12',
    '--functions',
    '8',
    '--out',
    'invocations.csv',
  );
  cpSync(join(scratch, 'invocations.csv'), join(scratch, 'trace.csv'));
  await measuredRuns();
  if (wasmrun !== undefined) symlinkSync(wasmrun, join(scratch, 'wasmrun'));
  server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
}, 600_000);
afterAll(async () => {
  server.close();
  await rm(scratch, { recursive: true, force: true });
});

function writeOwnFunction(folder: string): void {
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'Cargo.toml'), blockOf('name = "word-count"'));
  writeFileSync(join(folder, 'src/main.rs'), blockOf('use lumos_function::{serve'));
  writeFileSync(join(folder, 'function.yaml'), blockOf('schema: lumos/function@1'));
  writeFileSync(join(folder, 'oracle.js'), blockOf('export function input(step'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
}

async function measuredRuns(): Promise<void> {
  const first = 'lumos-results/quickstart-1';
  await must(
    ...['run', 'quickstart', '--functions', 'hashing,hello-world', '--payloads', 'tiny,small,medium'],
    ...['--runtimes', 'docker,wasmtime-aot', '--repetitions', '4', '--out', first],
  );
  for (const copy of ['lumos-results/paper-1', 'results/before', 'results/after', 'results/words', 'a', 'b'])
    cpSync(join(scratch, first), join(scratch, copy), { recursive: true });
  await must(
    ...['run', 'arrivals', '--functions', 'hashing', '--payloads', 'small', '--runtimes', 'wasmtime-aot'],
    ...['--duration', '3', '--out', 'lumos-results/arrivals-1'],
  );
  await must('model', 'fit', first);
  for (const [format, file] of [
    ['rows-csv', 'rows.csv'],
    ['parquet', 'rows.parquet'],
    ['hyperfine', 'bench.json'],
    ['k6-points', 'points.json'],
  ] as const)
    await must('report', first, '--format', format, '--out', file);
}

/** What an example measures is planned only, and what it sends goes to our own server, for a second. */
function bounded(args: readonly string[]): string[] {
  const [command] = args;
  // Two texts may import into a folder of the same name.
  if (command === 'import')
    return args.map((arg, i) =>
      args[i - 1] === '--out' && existsSync(join(scratch, arg)) ? `${arg}-again` : arg,
    );
  if (command === 'run') return [...args.filter((arg) => arg !== '--dry-run'), '--dry-run'];
  if (command !== 'load') return [...args];
  const here = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const numbers = new Map([
    ['--duration', '1'],
    ['--rate', '20'],
    ['--allow-target', here],
  ]);
  const result = args.map((arg, i) => {
    if (arg.startsWith('http://')) return `http://${here}/`;
    return numbers.get(args[i - 1] ?? '') ?? arg;
  });
  return result.includes('--duration') ? result : [...result, '--duration', '1'];
}

/** Installing and the whole conformance suite take minutes: there the names are looked up in place of that. */
const takesMinutes = ({ args }: Example): boolean =>
  args[0] === 'setup' || (args[0] === 'doctor' && args.includes('--verify'));

/** An own engine that extending.md makes up. */
const madeUp = ['myengine-interpreted'];

const examples = [...examplesOfDocs(), ...examplesOfHelp()].filter(
  ({ args }) => wasmrun !== undefined || !args.some((arg) => arg.includes('wasmrun')),
);

/** A prediction may miss its objective: that is an answer too. */
const allowed = ({ args }: Example): number[] => (args[0] === 'model' ? [0, 1] : [0]);

describe('the examples of README, docs and help', () => {
  it('are found', () => {
    expect(examples.length).toBeGreaterThan(45);
    for (const command of ['run', 'load', 'report', 'compare', 'trace', 'model', 'list', 'build', 'new'])
      expect(examples.map(({ args }) => args[0])).toContain(command);
  });

  it.each(examples.filter((one) => !takesMinutes(one)).map((one) => ({ ...one, line: one.args.join(' ') })))(
    '$where: lumos $line',
    async (example) => {
      const { code, stderr, stdout } = await run(...bounded(example.args));
      // On a machine that was too busy for a load, the load is not valid, and nothing is simulated from it.
      if (example.args[0] === 'model' && /Level \d+ is not valid/u.test(stderr)) return;
      expect(allowed(example), `${stdout}\n${stderr}`).toContain(code);
      expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+/mu);
    },
  );

  it.each(examples.filter(takesMinutes).map((one) => ({ ...one, line: one.args.join(' ') })))(
    '$where: lumos $line names what there is',
    async ({ args }) => {
      const { stderr } = await run('setup', 'nothing-of-this-name');
      const names = /There are: (?<names>[^.]*)\./u.exec(stderr)?.groups?.['names']?.split(', ') ?? [];
      for (const name of args.slice(1).filter((arg) => !arg.startsWith('--') && !madeUp.includes(arg)))
        expect(names).toContain(name);
    },
  );

  it('leave no file of theirs in the checkout', () => {
    expect(existsSync(join(repositoryRoot, 'word-count'))).toBe(false);
  });
});
