/** `lumos run` from outside: real runs, wrong usage, and what is left of a run that was stopped. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createWorkbench } from '../../src/cli/workbench.js';
import { runLabel } from '../../src/control-plane/runtimes/docker/docker-options.js';
import type { Measurement } from '../../src/domain/measurement.js';
import { SummarySchema } from '../../src/domain/summary/summary.js';
import { leftBehind, machineTraces, type Trace } from '../../src/conformance/machine-traces.js';
import { openDockerProxy } from './docker-proxy.js';
import {
  badFunctions,
  during,
  ensureBuilt,
  lumos,
  startLumos,
  stopWithin,
  type Finished,
  type Surroundings,
} from './lumos-command.js';
import { manifestIn, rowsIn, summaryIn } from './run-directory.js';

let scratch = '';
let here: Surroundings = { cwd: '' };
let before: Trace[] = [];
let files = 0;

beforeAll(async () => {
  await ensureBuilt();
  scratch = await mkdtemp(join(tmpdir(), 'e2e-of-lumos-'));
  here = { cwd: scratch };
});
afterAll(() => rm(scratch, { recursive: true, force: true }));
beforeEach(async () => {
  before = await machineTraces();
});

const identity = ({ trial, invocation }: Measurement): string => `${trial}/${invocation}`;

/** Path of a new experiment file with these keys. */
function experimentFile(keys: Record<string, unknown>): string {
  const path = join(scratch, `experiment-${++files}.yaml`);
  writeFileSync(path, stringify({ name: 'test', ...keys }));
  return path;
}

const newDirectory = (): string => join(scratch, `run-${++files}`);

describe('a run of hello-world on every runtime of the quickstart', () => {
  const runtimes = ['docker', 'wasmtime-interpreted', 'wasmtime-aot', 'native'];
  let directory = '';
  let ended: Finished;
  let leftovers: string[] = [];

  beforeAll(async () => {
    directory = join(scratch, 'a b; touch pwned $(touch pwned) `touch pwned`');
    const traces = await machineTraces();
    const args = [
      'run',
      'quickstart',
      '--functions',
      'hello-world',
      '--repetitions',
      '3',
      '--out',
      directory,
    ];
    ended = await lumos(args, here);
    leftovers = await leftBehind(traces, existsSync(directory) ? manifestIn(directory).runId : '');
  });

  it('ends with code 0, and nothing of it is left on the machine', () => {
    expect(ended.stderr.match(/error:.*/g)).toBeNull();
    expect(ended.code).toBe(0);
    expect(leftovers).toEqual([]);
  });

  it('hands no name to a shell', () => {
    expect(readdirSync(scratch, { recursive: true }).filter((name) => name === 'pwned')).toEqual([]);
  });

  it('writes a manifest with the host, engines, artefacts, floor and every cell', () => {
    const manifest = manifestIn(directory);
    expect(manifest).toMatchObject({ state: 'complete', resumed: 0, seed: 1 });
    expect(manifest.runtimes.map(({ id }) => id)).toEqual(runtimes);
    expect(manifest.artifacts.map(({ runtime }) => runtime)).toEqual(runtimes);
    for (const { digest, imageCompressedBytes } of manifest.artifacts) {
      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(imageCompressedBytes).toBeGreaterThan(1000);
    }
    expect(manifest.floor?.n).toEqual({ cold: 20, warm: 200 });
    expect(manifest.cells).toHaveLength(8);
    expect(readFileSync(join(directory, 'manifest.json'), 'utf8')).not.toContain(scratch);
  });

  it('writes a verified row for each invocation, in an interleaved order', () => {
    const rows = rowsIn(directory);
    expect(rows.map(({ outcome }) => outcome)).toEqual(Array<string>(24).fill('ok'));
    expect(new Set(rows.map(identity)).size).toBe(24);
    for (const row of rows) {
      expect(row.payloadBytes).toBe(64);
      expect(row.sequence).toBe(row.start === 'cold' ? 1 : 4);
      expect('launchMs' in row).toBe(row.start === 'cold');
      for (const figure of [row.latencyMs, row.cpuMs, row.peakMemoryBytes, row.readBytes, row.writtenBytes]) {
        expect(figure).toBeGreaterThan(0);
      }
    }
    const firstRound = rows.filter(({ round }) => round === 0).map(({ runtime }) => runtime);
    expect(new Set(firstRound)).toEqual(new Set(runtimes));
  });

  it('writes a summary whose cells are complete, compared against docker', () => {
    const summary = summaryIn(directory);
    expect(summary).toMatchObject({ rows: 24, failures: 0, empty: 0 });
    expect(summary.cells).toHaveLength(8);
    for (const cell of summary.cells) {
      expect(cell).toMatchObject({ function: 'hello-world', payload: 'small', n: 3, failures: {} });
      expect(cell.latencyMs?.p50).toBeGreaterThan(0);
      for (const figure of [cell.cpuMs, cell.peakMemoryBytes, cell.imageBytes]) {
        expect(figure).toBeGreaterThan(0);
      }
    }
    for (const metric of ['latencyMs', 'cpuMs', 'peakMemoryBytes']) {
      const compared = summary.comparisons.filter((comparison) => comparison.metric === metric);
      expect(compared.map(({ start, candidate }) => `${start} ${candidate}`).sort()).toEqual(
        ['cold', 'warm'].flatMap((start) => runtimes.slice(1).map((id) => `${start} ${id}`)).sort(),
      );
      expect(new Set(compared.map(({ baseline }) => baseline))).toEqual(new Set(['docker']));
    }
  });

  it('prints the table within 100 columns, and where the report is', () => {
    for (const id of runtimes) expect(ended.stdout).toContain(id);
    const table = ended.stdout.split('\nreport:')[0] ?? '';
    expect(table.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(ended.stdout).toMatch(/^report: +\S.*report\.html$/m);
    expect(ended.stdout).not.toContain('\u001b[');
    expect(readFileSync(join(directory, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
  });

  it('is reported in every format', async () => {
    const markdown = await lumos(['report', directory, '--format', 'md'], here);
    expect([markdown.code, markdown.stdout]).toEqual([0, expect.stringMatching(/^\|.*wasmtime-aot.*\|$/m)]);
    const csv = await lumos(['report', directory, '--format', 'csv'], here);
    expect([csv.code, csv.stdout.trimEnd().split(/\r?\n/).length]).toEqual([0, 9]);
    const json = await lumos(['report', directory, '--json'], here);
    expect(SummarySchema.parse(JSON.parse(json.stdout))).toEqual(summaryIn(directory));
    const html = join(scratch, 'elsewhere.html');
    expect((await lumos(['report', directory, '--out', html], here)).code).toBe(0);
    expect(readFileSync(html, 'utf8')).toContain('wasmtime-interpreted');
    const parquet = join(scratch, 'rows.parquet');
    expect((await lumos(['report', directory, '--format', 'parquet', '--out', parquet], here)).code).toBe(0);
    const content = readFileSync(parquet);
    const file = content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength);
    const rows: Record<string, unknown>[] = await parquetReadObjects({ file });
    expect(rows.map((row) => row['latencyMs'])).toEqual(rowsIn(directory).map((row) => row.latencyMs));
  });

  it('compared with itself is nowhere lower or higher', async () => {
    const { code, stdout } = await lumos(['compare', directory, directory, '--json'], here);
    expect(code).toBe(0);
    const verdicts = stdout.match(/"verdict": "\w+"/g) ?? [];
    expect(verdicts.length).toBeGreaterThanOrEqual(8);
    expect(verdicts.filter((verdict) => /lower|higher/.test(verdict))).toEqual([]);
  });

  it('keeps its directory: another run does not go there, and resuming it has nothing to do', async () => {
    const rows = readFileSync(join(directory, 'measurements.ndjson'), 'utf8');
    const again = await lumos(['run', '--out', directory], here);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is not empty')]);
    const resumed = await lumos(['run', '--resume', directory], here);
    expect(resumed.code).toBe(0);
    expect(readFileSync(join(directory, 'measurements.ndjson'), 'utf8')).toBe(rows);
  });
});

it('--json puts the summary, and nothing else, on standard output', async () => {
  const args = ['run', '--functions', 'hello-world', '--runtimes', 'native', '--repetitions', '2', '--json'];
  const { code, stdout, stderr } = await lumos([...args, '--out', newDirectory()], here);
  expect(code).toBe(0);
  expect(SummarySchema.parse(JSON.parse(stdout)).cells).toHaveLength(2);
  expect(stderr).toContain('preparing hello-world on native');
});

describe('wrong usage and invalid input end with code 2 before anything is made, and say the nearest', () => {
  it.each<[string, string[], string[]]>([
    ['a function', ['run', '--functions', 'helo-world'], ['helo-world', '"hello-world"']],
    ['a runtime', ['run', '--runtimes', 'wasmtime-ato'], ['wasmtime-ato', '"wasmtime-aot"']],
    ['a payload', ['run', '--payloads', 'smal'], ['smal', '"small"']],
    ['an option', ['run', '--repetition', '3'], ['--repetition', '--repetitions']],
    ['an experiment', ['run', 'quikstart'], ['quikstart', '"quickstart"']],
    ['a command', ['rum'], ['rum', 'run']],
    ['a start', ['run', '--starts', 'lukewarm'], ['--starts', 'cold, snapshot, fresh or warm', 'lukewarm']],
    ['a number', ['run', '--repetitions', 'many'], ['--repetitions', 'whole number']],
    ['a format', ['report', '.', '--format', 'htlm'], ['htlm', '"html"']],
    ['a run directory', ['report', 'nowhere'], ['nowhere']],
  ])('%s there is not', async (_, args, said) => {
    const out = args[0] === 'run' ? ['--out', join(scratch, 'never-made')] : [];
    const { code, stdout, stderr } = await lumos([...args, ...out], here);
    expect([code, stdout]).toEqual([2, '']);
    for (const word of said) expect(stderr).toContain(word);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(existsSync(join(scratch, 'never-made'))).toBe(false);
  });

  it.each<[string, string, string[]]>([
    ['no YAML', 'name: [test\n', ['not YAML', '.yaml:']],
    [
      'an unknown key',
      'name: test\nfuntions: [hello-world]\nruntimes: [native]\n',
      ['funtions', '"functions"'],
    ],
    [
      'a wrong type',
      'name: test\nfunctions: [hello-world]\nruntimes: [native]\nrepetitions: { cold: often }\n',
      ['repetitions.cold', 'number'],
    ],
    [
      'an unknown option of a runtime',
      'name: test\nfunctions: [hello-world]\nruntimes: [docker]\noptions: { docker: { netwrk: none } }\n',
      ['options.docker', 'netwrk', '"network"'],
    ],
  ])('an experiment with %s', async (_, text, said) => {
    const path = join(scratch, `broken-${++files}.yaml`);
    writeFileSync(path, text);
    const { code, stderr } = await lumos(['run', path, '--out', join(scratch, 'never-made')], here);
    expect(code).toBe(2);
    for (const word of said) expect(stderr).toContain(word);
    expect(existsSync(join(scratch, 'never-made'))).toBe(false);
  });

  it('a name full of a shell’s own characters is a name that is not known', async () => {
    for (const key of ['functions', 'runtimes', 'payloads']) {
      const known = { functions: ['hello-world'], runtimes: ['native'], payloads: ['small'] };
      const path = experimentFile({ ...known, [key]: ['$(touch pwned)', '; touch pwned #'] });
      const { code, stderr } = await lumos(['run', path], here);
      expect([key, code]).toEqual([key, 2]);
      expect(stderr).toContain('$(touch pwned)');
    }
    expect(existsSync(join(scratch, 'pwned'))).toBe(false);
  });
});

it('a daemon that is not there is named with what mends it, ends with code 3, and nothing was run', async () => {
  const out = newDirectory();
  const environment = { DOCKER_HOST: `unix://${scratch}/nobody.sock` };
  const { code, stdout, stderr } = await lumos(['run', '--out', out], { ...here, environment });
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toContain('nobody.sock');
  expect(stderr).toMatch(/To get it: .*DOCKER_HOST/);
  expect(existsSync(out)).toBe(false);
});

it('functions that misbehave are rows with their outcomes; the run goes on and ends with code 1', async () => {
  const out = newDirectory();
  const experiment = experimentFile({
    functions: ['misbehaving'],
    runtimes: ['native', 'docker', 'wasmtime-aot'],
    payloads: ['small', 'crash', 'garbage', 'hang', 'error'],
    starts: ['cold'],
    repetitions: { cold: 2 },
    timeLimitMs: 1500,
    pageCache: 'as-is',
  });
  const args = ['run', experiment, '--functions-path', badFunctions, '--out', out];
  const { code, stdout } = await lumos(args, here);
  expect(code).toBe(1);
  const expected = {
    small: 'ok',
    crash: 'crashed',
    garbage: 'wrong-output',
    hang: 'timeout',
    error: 'wrong-output',
  };
  const rows = rowsIn(out);
  expect(rows).toHaveLength(30);
  for (const [payload, outcome] of Object.entries(expected)) {
    const own = rows.filter((row) => row.payload === payload);
    expect([payload, ...new Set(own.map((row) => row.outcome))]).toEqual([payload, outcome]);
    if (outcome !== 'ok') expect(own.filter((row) => (row.reason ?? '') === '')).toEqual([]);
  }
  const summary = summaryIn(out);
  expect(summary).toMatchObject({ failures: 24, empty: 12 });
  const crash = summary.cells.find((cell) => cell.payload === 'crash' && cell.runtime === 'docker');
  expect(crash).toMatchObject({ n: 0, failures: { crashed: 2 } });
  expect(crash).not.toHaveProperty('latencyMs');
  expect(stdout).toContain('2 of 2 failed');
  expect(existsSync(join(out, 'report.html'))).toBe(true);
  expect(await leftBehind(before, manifestIn(out).runId)).toEqual([]);
});

describe('a run that is stopped', () => {
  it('by Ctrl-C keeps and reports its rows, leaves no sandbox, and is finished by --resume', async () => {
    const out = newDirectory();
    const experiment = experimentFile({
      functions: ['hello-world'],
      runtimes: ['docker', 'native', 'wasmtime-aot'],
      repetitions: { cold: 8, warm: 20 },
      warm: { sandboxes: 2, invocationsPerSandbox: 10 },
    });
    const running = startLumos(['run', experiment, '--out', out], here);
    await during(running, () => rowsIn(out).length >= 8);
    const { code, stdout, stderr } = await stopWithin(running, 'SIGINT', 5000);
    expect(code).toBe(130);
    const { runId, state } = manifestIn(out);
    expect(state).toBe('interrupted');
    expect(await leftBehind(before, runId)).toEqual([]);
    const kept = rowsIn(out);
    expect(kept.length).toBeGreaterThanOrEqual(8);
    expect(kept.length).toBeLessThan(84);
    expect(kept.filter((row) => row.outcome !== 'ok')).toEqual([]);
    expect(summaryIn(out).rows).toBe(kept.length);
    expect(existsSync(join(out, 'report.html'))).toBe(true);
    expect(stdout).toContain('hello-world');
    expect(stderr).toContain('--resume');

    const other = await lumos(['run', '--resume', out, '--repetitions', '9'], here);
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('--repetitions')]);
    const resumed = await lumos(['run', '--resume', out], here);
    expect(resumed.code).toBe(0);
    const rows = rowsIn(out);
    expect(rows.slice(0, kept.length)).toEqual(kept);
    expect(rows).toHaveLength(84);
    expect(new Set(rows.map(identity)).size).toBe(84);
    expect(manifestIn(out)).toMatchObject({ runId, state: 'complete', resumed: 1 });
    expect(summaryIn(out)).toMatchObject({ rows: 84, failures: 0, empty: 0 });
    expect(await leftBehind(before, runId)).toEqual([]);
  });

  it('by SIGTERM while a function hangs leaves at once, and no row of the invocation in flight', async () => {
    const out = newDirectory();
    const experiment = experimentFile({
      functions: ['misbehaving'],
      runtimes: ['docker', 'wasmtime-interpreted'],
      payloads: ['hang'],
      starts: ['cold'],
      repetitions: { cold: 1 },
      timeLimitMs: 60_000,
      // A warm page cache is made by serving once, which this function never does.
      pageCache: 'as-is',
    });
    const args = ['run', experiment, '--functions-path', badFunctions, '--out', out];
    const running = startLumos(args, here);
    await during(running, () => running.stderr().includes('trials to run'));
    const { code } = await stopWithin(running, 'SIGTERM', 5000);
    expect(code).toBe(130);
    expect(rowsIn(out)).toEqual([]);
    expect(await leftBehind(before, manifestIn(out).runId)).toEqual([]);
  });

  it('by SIGKILL is finished by --resume, which first removes what is left of it and only that', async () => {
    const docker = new Docker();
    const out = newDirectory();
    const experiment = experimentFile({
      functions: ['misbehaving'],
      runtimes: ['docker', 'native'],
      payloads: ['slow'],
      pageCache: 'as-is',
      starts: ['cold'],
      repetitions: { cold: 4 },
    });
    const args = ['run', experiment, '--functions-path', badFunctions];
    const running = startLumos([...args, '--out', out], here);
    const ofRun = async (): Promise<Docker.ContainerInfo[]> =>
      docker.listContainers({ all: true, filters: { label: [`${runLabel}=${manifestIn(out).runId}`] } });
    await during(running, () => rowsIn(out).length >= 2);
    const isUp = async (): Promise<boolean> => (await ofRun()).some(({ State }) => State === 'running');
    // Held still, it asks nothing more of the daemon: a container that is up then, and a moment later, is left for good.
    await during(running, async () => {
      running.child.kill('SIGSTOP');
      // A removal it had asked for before is done within this time.
      if ((await isUp()) && (await sleep(1500, true)) && (await isUp())) return true;
      running.child.kill('SIGCONT');
      return false;
    });
    running.child.kill('SIGKILL');
    expect((await running.finished).signal).toBe('SIGKILL');
    const kept = rowsIn(out);
    const left = await ofRun();
    expect(left).toHaveLength(1);

    const foreignRun = 'another-run-of-the-tests';
    const { runId } = manifestIn(out);
    // The other run has a name of its own for the image, as every run has.
    const foreignImage = { repo: 'lumos/misbehaving', tag: `run-${foreignRun}` };
    await docker.getImage(`lumos/misbehaving:run-${runId}`).tag(foreignImage);
    const foreign = await docker.createContainer({
      Image: `${foreignImage.repo}:${foreignImage.tag}`,
      Labels: { [runLabel]: foreignRun },
    });
    try {
      const resumed = await lumos(['run', '--resume', out, '--functions-path', badFunctions], here);
      expect(resumed.stderr).toContain(`left behind: container ${left[0]?.Id.slice(0, 12) ?? ''}`);
      expect(resumed.code).toBe(0);
      expect(await foreign.inspect()).toMatchObject({ Id: foreign.id });
      const { RepoTags } = await docker.getImage(`${foreignImage.repo}:${foreignImage.tag}`).inspect();
      expect(RepoTags).toEqual([`${foreignImage.repo}:${foreignImage.tag}`]);
    } finally {
      await foreign.remove({ force: true });
      await docker.getImage(`${foreignImage.repo}:${foreignImage.tag}`).remove();
    }
    const rows = rowsIn(out);
    expect(rows.slice(0, kept.length)).toEqual(kept);
    expect([rows.length, new Set(rows.map(identity)).size]).toEqual([8, 8]);
    expect(rows.filter((row) => row.outcome !== 'ok')).toEqual([]);
    expect(await ofRun()).toEqual([]);
    expect(await leftBehind(before, runId)).toEqual([]);
  });
});

it('a daemon that goes away in mid-run fails its own trials only; the run goes on and ends with code 1', async () => {
  const out = newDirectory();
  mkdirSync(join(scratch, 's'), { recursive: true });
  const proxy = await openDockerProxy(join(scratch, 's', 'docker.sock'));
  const experiment = experimentFile({
    functions: ['hello-world'],
    runtimes: ['docker', 'native'],
    starts: ['cold'],
    repetitions: { cold: 12 },
    timeLimitMs: 5000,
  });
  const running = startLumos(['run', experiment, '--out', out], {
    ...here,
    environment: { DOCKER_HOST: proxy.address },
  });
  try {
    await during(running, () => rowsIn(out).filter(({ runtime }) => runtime === 'docker').length >= 3);
    await proxy.cut();
    const { code, stderr } = await running.finished;
    const rows = rowsIn(out);
    expect(rows.filter(({ runtime }) => runtime === 'native').map(({ outcome }) => outcome)).toEqual(
      Array<string>(12).fill('ok'),
    );
    const contained = rows.filter(({ runtime }) => runtime === 'docker');
    expect(contained).toHaveLength(12);
    expect(contained.slice(0, 3).map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
    expect(contained.at(-1)?.outcome).toBe('crashed');
    expect(contained.at(-1)?.reason).toContain('docker.sock');
    expect(summaryIn(out).failures).toBeGreaterThan(0);
    expect(existsSync(join(out, 'report.html'))).toBe(true);
    expect(stderr).toMatch(/error: not everything could be taken down: .*docker\.sock/);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  } finally {
    // The run could not reach the daemon any more: what it had there is for the test to remove.
    if (running.child.exitCode === null) running.child.kill('SIGKILL');
    await running.finished;
    for (const runtime of (await createWorkbench()).registry)
      await runtime.cleanUpAfter(manifestIn(out).runId);
  }
  expect(await leftBehind(before, manifestIn(out).runId)).toEqual([]);
});
