/** Redis' server: found on PATH, else the one of Debian's redis-tools under its own name in the cache folder. */
import { mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LumosError, messageOf } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import { administratorFolders, findOnPath, isExecutable } from '../process/find-on-path.js';
import { runCommand } from '../process/run-command.js';
import type { Dependency } from './dependency.js';
import { installDebianPackages, type SetupOptions } from './machine.js';

const versionLimit = milliseconds(10_000);
const elsewhere = 'install redis-server so that it is on PATH, then run this again';

/** Where `install` puts its link. */
export const redisInCache = (cacheFolder: string): string =>
  join(cacheFolder, 'engines', 'redis', 'redis-server');

/** The redis-server that is used: the one on PATH, else the installed one, else `undefined`. */
export async function findRedis(options: SetupOptions): Promise<string | undefined> {
  const environment = options.environment ?? process.env;
  const onPath = await findOnPath('redis-server', administratorFolders, environment['PATH'] ?? '');
  if (onPath !== undefined) return onPath;
  const cached = redisInCache(options.cacheFolder);
  return (await isExecutable(cached)) ? cached : undefined;
}

export function redisDependency(options: SetupOptions): Dependency {
  return {
    name: 'redis',
    why: 'Functions keep objects in Redis where an experiment says so.',
    probe: async () => {
      const path = await findRedis(options);
      if (path === undefined) {
        return { usable: false, why: 'there is no redis-server', remedy: 'lumos setup redis' };
      }
      try {
        return { usable: true, version: await redisVersion(path), details: { path } };
      } catch (error) {
        return { usable: false, why: messageOf(error), remedy: elsewhere };
      }
    },
    install: async (report) => {
      // Debian's package redis-server is a service that it starts and enables, and a link to this program, which acts
      // as its name says. Lumos wants the program alone: its servers are its own.
      report('taking the server out of redis-tools: the package redis-server would start one of its own');
      await installDebianPackages(['redis-tools'], report, elsewhere);
      const program = await findOnPath('redis-check-rdb');
      if (program === undefined) throw noServer();
      const link = redisInCache(options.cacheFolder);
      await mkdir(dirname(link), { recursive: true });
      await rm(link, { force: true });
      await symlink(program, link);
      await redisVersion(link).catch(async () => {
        await rm(link, { force: true });
        throw noServer();
      });
    },
  };
}

const noServer = (): LumosError =>
  new LumosError('missing-dependency', 'the package redis-tools has no server in it here', {
    remedy: elsewhere,
  });

/** The version of a redis-server. @throws LumosError when it is none */
export async function redisVersion(path: string): Promise<string> {
  const { stdout } = await runCommand(path, ['--version'], { timeout: versionLimit });
  const version = parseRedisVersion(stdout);
  if (version === undefined) throw new LumosError('failed', `${path} does not say that it is a redis-server`);
  return version;
}

/** `Redis server v=7.0.15 sha=...` to `7.0.15`. */
export const parseRedisVersion = (said: string): string | undefined =>
  /^(?:Redis|Valkey) server v=(\d+(?:\.\d+)+)/.exec(said)?.[1];
