/**
 * CRIU, which can keep a process or container as it is and restore it. Lumos has no start by it: whether it could run here is
 * looked into, so that `lumos doctor` can say.
 */
import type { Availability } from '../../domain/runtime.js';
import { milliseconds } from '../../domain/units.js';
import { administratorFolders, findOnPath } from '../process/find-on-path.js';
import { attemptCommand } from '../process/run-command.js';

const quick = milliseconds(30_000);

/** Whether CRIU is there and takes this kernel, by its own `criu check`; if not, in its own words. */
export async function probeCriu(path?: string): Promise<Availability> {
  const criu = await findOnPath('criu', administratorFolders, path);
  if (criu === undefined)
    return { usable: false, why: 'criu is not installed', remedy: 'apt-get install criu (Debian, Ubuntu)' };
  const said = await attemptCommand(criu, ['--version'], { timeout: quick });
  const version = `criu ${/^Version: (\S+)/m.exec(said.stdout)?.[1] ?? 'of an unknown version'}`;
  const { code, stdout, stderr } = await attemptCommand(criu, ['check'], { timeout: quick });
  if (code === 0) return { usable: true, version, details: { path: criu } };
  const remedy = 'a criu that knows this kernel; criu check asks for root';
  return { usable: false, why: `${version} cannot run here: ${errorIn(`${stdout}\n${stderr}`)}`, remedy };
}

/** The first of its errors, which the others follow from. */
export const errorIn = (said: string): string =>
  /^.*?Error(?: \([^)]*\))?:\s*(.+)$/m.exec(said)?.[1] ?? 'criu check fails without a word';
