/** Starts the installed Docker daemon the way this machine starts services. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LumosError, messageOf, missingDependency } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import { administratorFolders, findOnPath } from '../process/find-on-path.js';
import type { Report } from './dependency.js';
import { exists, runAsRoot, waitUntil } from './machine.js';

/** Ways to start the daemon, each named as a person would say it. */
interface Way {
  readonly says: string;
  readonly command: string;
  readonly args: readonly string[];
  /** How it is stopped again, where that is not obvious. */
  readonly stop?: string;
}

const startLimit = milliseconds(60_000);
/** Looks of half a second after each way. */
const looks = 40;
const looksAtService = 10;

/**
 * Starts the daemon: by systemd where it runs, else as a service, else by itself in the background.
 * @throws LumosError `failed` when it is not up half a minute after the last way.
 */
export async function startDocker(
  cacheFolder: string,
  report: Report,
  isUp: () => Promise<boolean>,
): Promise<void> {
  const log = join(cacheFolder, 'logs', 'dockerd.log');
  const ways = await waysToStart(cacheFolder, log);
  if (ways.length === 0) throw missingDependency('dockerd was not found', 'start the Docker daemon by hand');
  for (const way of ways) {
    report(`starting the Docker daemon: ${way.says}`);
    try {
      await runAsRoot(way.command, way.args, { timeout: startLimit });
    } catch (error) {
      report(`that did not work: ${messageOf(error).split('\n').slice(0, 3).join(' ')}`);
      continue;
    }
    const isLast = way === ways.at(-1);
    if (await waitUntil(isUp, isLast ? looks : looksAtService)) {
      if (way.stop !== undefined) report(`it runs on its own; to stop it: ${way.stop}`);
      return;
    }
    report('it does not answer');
  }
  throw new LumosError('failed', 'the Docker daemon does not answer after it was started', {
    remedy: `its log says why: ${log}, or journalctl -u docker`,
  });
}

async function waysToStart(cacheFolder: string, log: string): Promise<readonly Way[]> {
  const find = (name: string): Promise<string | undefined> => findOnPath(name, administratorFolders);
  const [systemctl, service, starter, dockerd] = await Promise.all(
    ['systemctl', 'service', 'start-stop-daemon', 'dockerd'].map(find),
  );
  const ways: Way[] = [];
  if (systemctl !== undefined && (await exists('/run/systemd/system'))) {
    ways.push({ says: 'systemctl start docker', command: systemctl, args: ['start', 'docker'] });
  } else if (service !== undefined && (await exists('/etc/init.d/docker'))) {
    ways.push({ says: 'service docker start', command: service, args: ['docker', 'start'] });
  }
  if (starter !== undefined && dockerd !== undefined) {
    await mkdir(join(cacheFolder, 'logs'), { recursive: true });
    ways.push(inBackground(starter, dockerd, log));
  }
  return ways;
}

/** dockerd by itself: start-stop-daemon puts it into the background and keeps its output. */
export function inBackground(starter: string, dockerd: string, log: string): Way {
  const pidFile = '/var/run/lumos-dockerd.pid';
  return {
    says: `dockerd in the background, its log in ${log}`,
    command: starter,
    args: [
      ...['--start', '--background', '--make-pidfile', '--pidfile', pidFile],
      ...['--output', log, '--exec', dockerd, '--', '--log-level', 'warn'],
    ],
    stop: `start-stop-daemon --stop --pidfile ${pidFile}`,
  };
}
