/** Programs that are compiled from a Go module, by `go install`. */
import { join } from 'node:path';
import { isExecutable } from '../process/find-on-path.js';
import { runCommand } from '../process/run-command.js';
import type { Report } from './dependency.js';
import { findGo, goDependency, goRootInCache, goVersion } from './go.js';
import type { SetupOptions } from './machine.js';
import { isAtLeast } from './version-order.js';

export interface GoProgram {
  /** The package and version for `go install`; Go checks what it gets against its checksum database. */
  readonly package: string;
  readonly program: string;
  /** The oldest Go that can compile it: what the module's go.mod asks for. */
  readonly oldestGo: string;
}

/** Compiles a program within the folder `workshop`. Returns its path there. */
export async function compileGoProgram(
  options: SetupOptions,
  { package: name, program, oldestGo }: GoProgram,
  workshop: string,
  report: Report,
): Promise<string> {
  const go = await installedGo(options, oldestGo, report);
  const bin = join(workshop, 'made');
  await runCommand(go, ['install', '-trimpath', name], {
    env: {
      GOBIN: bin,
      // Everything that Go keeps goes with the workshop; nothing is left in folders that are not ours.
      GOPATH: join(workshop, 'path'),
      GOMODCACHE: join(workshop, 'path', 'pkg', 'mod'),
      GOCACHE: join(workshop, 'cache'),
      GOFLAGS: '-modcacherw',
      GOTOOLCHAIN: 'local',
      CGO_ENABLED: '0',
    },
  });
  return join(bin, program);
}

/** A Go that can compile it: the one that is there, where it is new enough, else Lumos's own. */
async function installedGo(options: SetupOptions, oldestGo: string, report: Report): Promise<string> {
  const found = await findGo(options);
  if (found !== undefined && canCompile(await goVersion(found), oldestGo)) return found;
  const own = join(goRootInCache(options.cacheFolder), 'bin', 'go');
  if (!(await isExecutable(own))) await goDependency(options).install(report);
  return own;
}

/** Whether a Go that says `said` of itself (`go version go1.26.8 linux/amd64`) is `oldestGo` or newer. */
export const canCompile = (said: string, oldestGo: string): boolean =>
  isAtLeast(/\bgo(\d+\.\d+(?:\.\d+)?)/.exec(said)?.[1] ?? '', oldestGo);
