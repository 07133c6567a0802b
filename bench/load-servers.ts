/** The servers of http-server.c, and wrk, each on a CPU of its own. */
import { once } from 'node:events';
import { join } from 'node:path';
import { cacheFolder } from '../src/control-plane/build/cache-folder.js';
import { createBuilder } from '../src/control-plane/build/create-builder.js';
import { onCpus } from '../src/control-plane/process/cpu-affinity.js';
import { findOnPath } from '../src/control-plane/process/find-on-path.js';
import { freeLoopbackPort } from '../src/control-plane/process/free-port.js';
import { runCommand } from '../src/control-plane/process/run-command.js';
import { SupervisedProcess } from '../src/control-plane/process/supervised-process.js';
import { LumosError, missingDependency } from '../src/domain/errors.js';
import { milliseconds } from '../src/domain/units.js';
import { repositoryRoot } from './repository.js';

/** The server has a core, and whoever loads it the other. */
export const cpus = { server: '0', generator: '1' } as const;

async function find(name: string, remedy: string): Promise<string> {
  const found = await findOnPath(name);
  if (found === undefined) throw missingDependency(`there is no ${name}`, remedy);
  return found;
}

export interface Servers {
  /** Starts one, hands its URL to `use`, and ends it. @param mode arguments of http-server.c after the port */
  with<T>(mode: readonly string[], use: (url: string) => Promise<T>): Promise<T>;
}

export async function compileServers(folder: string): Promise<Servers> {
  const compiler = await find('cc', 'apt-get install gcc libc6-dev');
  const file = join(folder, 'http-server');
  const source = join(repositoryRoot, 'bench', 'http-server.c');
  await runCommand(compiler, ['-O2', '-pthread', '-o', file, source]);
  const shim = await createBuilder({ cacheFolder: cacheFolder(), repositoryRoot, precompilers: [] }).shim();
  return {
    with: async (mode, use) => {
      const port = await freeLoopbackPort();
      const args = [String(port), ...mode];
      const server = await SupervisedProcess.stage({ shim, groupFiles: [], file, args, cpus: cpus.server });
      try {
        server.go();
        await Promise.race([
          once(server.stdout, 'data'),
          server.exited.then(() => Promise.reject(new LumosError('failed', server.stderrTail()))),
        ]);
        return await use(`http://127.0.0.1:${port}/`);
      } finally {
        await server.kill();
      }
    },
  };
}

export interface WrkResult {
  readonly perSecond: number;
  readonly p50Ms: number;
}

/** wrk with one thread. @throws LumosError where it is not there, or says something else than it used to */
export async function wrk(url: string, connections: number, seconds: number): Promise<WrkResult> {
  const file = await find('wrk', 'apt-get install wrk');
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', url];
  const command = await onCpus(cpus.generator, { file, args });
  const timeout = milliseconds((seconds + 30) * 1000);
  const { stdout } = await runCommand(command.file, command.args, { timeout });
  const perSecond = Number(/^Requests\/sec:\s+([\d.]+)$/m.exec(stdout)?.[1]);
  const [, p50, unit] = /^\s+50%\s+([\d.]+)(us|ms|s)$/m.exec(stdout) ?? [];
  const p50Ms = Number(p50) * ({ us: 1e-3, ms: 1, s: 1e3 }[unit ?? ''] ?? NaN);
  if (!(perSecond > 0 && p50Ms > 0)) throw new LumosError('failed', `wrk said something else: ${stdout}`);
  return { perSecond, p50Ms };
}
