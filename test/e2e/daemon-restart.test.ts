/** A Docker daemon that is restarted in a run, one of the test's own: whoever else uses this machine's keeps it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Dockerode from 'dockerode';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { during, ensureBuilt, repositoryRoot, startLumos } from './lumos-command.js';
import { rowsIn } from './run-directory.js';

const repetitions = 12;
let folder = '';
let daemon: ChildProcess | undefined;

const socket = (): string => join(folder, 'docker.sock');
const docker = (): Dockerode => new Dockerode({ socketPath: socket() });

async function startDaemon(): Promise<void> {
  const at = (name: string): string => join(folder, name);
  daemon = spawn(
    'unshare',
    [
      // In a network namespace of its own: with `--bridge none` a daemon removes the bridge of the machine's daemon.
      ...['--net', 'dockerd'],
      ...['--host', `unix://${socket()}`, '--data-root', at('data'), '--exec-root', at('exec')],
      ...['--pidfile', at('dockerd.pid'), '--bridge', 'none', '--iptables=false', '--log-level', 'error'],
    ],
    { stdio: 'ignore' },
  );
  await untilAnswers();
}

async function untilAnswers(): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    try {
      await docker().ping();
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new Error('the daemon does not answer');
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}

/** The containerd that dockerd starts outlives a dockerd that was killed. */
function killContainerd(): void {
  const file = join(folder, 'exec', 'containerd', 'containerd.pid');
  if (!existsSync(file)) return;
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 'SIGTERM');
  } catch {
    // It has ended.
  }
}

beforeAll(ensureBuilt);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lumos-dockerd-'));
  await startDaemon();
}, 120_000);
afterEach(async () => {
  for (const { Id } of await docker()
    .listContainers({ all: true })
    .catch(() => []))
    await docker().getContainer(Id).remove({ force: true });
  daemon?.kill('SIGTERM');
  await ended(daemon);
  killContainerd();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
}, 120_000);

const rowsSoFar = (out: string): number => {
  const path = join(out, 'measurements.ndjson');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
};

describe('a daemon that is restarted in a run', () => {
  it('costs the trials in flight, and each later cold trial is one', { timeout: 300_000 }, async () => {
    const file = join(folder, 'cold.yaml');
    const names = 'name: restart\nfunctions: [hello-world]\npayloads: [small]\nruntimes: [docker]\n';
    const cold = `starts: [cold]\nrepetitions: { cold: ${repetitions}, warm: 1 }\ncold: { pauseMs: 0 }\n`;
    await writeFile(file, `${names}${cold}options: { docker: { network: none } }\n`);
    const out = join(folder, 'out');
    const running = startLumos(['run', file, '--out', out], {
      cwd: repositoryRoot,
      environment: { DOCKER_HOST: `unix://${socket()}` },
    });
    await during(running, () => rowsSoFar(out) >= 3);
    // While a container of the run stands, so that it is left behind.
    await during(running, async () => (await docker().listContainers({ all: true })).length > 0);
    daemon?.kill('SIGTERM');
    await ended(daemon);
    await sleep(500);
    await startDaemon();
    const { code, stderr } = await running.finished;
    const outcomes = rowsIn(out).map(({ outcome }) => outcome);
    expect(outcomes, stderr).toHaveLength(repetitions);
    expect(outcomes).not.toContain('not-cold');
    const failed = outcomes.filter((outcome) => outcome !== 'ok').length;
    expect([failed <= 2, code]).toEqual([true, failed > 0 ? 1 : 0]);
    expect(await docker().listContainers({ all: true })).toEqual([]);
  });
});
