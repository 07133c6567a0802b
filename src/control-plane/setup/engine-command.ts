/** An engine that is one command: found on PATH where it is new enough, else in the cache folder, where it is installed. */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, missingDependency } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import { findOnPath, isExecutable } from '../process/find-on-path.js';
import { attemptCommand } from '../process/run-command.js';
import type { Dependency, Report } from './dependency.js';
import type { SetupOptions } from './machine.js';
import { isAtLeast } from './version-order.js';

const quick = milliseconds(30_000);

export interface EngineCommandDescription {
  /** The engine's name, by which `lumos setup` installs it. */
  readonly name: string;
  readonly why: string;
  /** What it is called on PATH. */
  readonly command: string;
  /** What makes it say its version. */
  readonly versionArgs: readonly string[];
  /** Finds the version in what it says, as its first group. Matches nothing that another program says. */
  readonly versionPattern: RegExp;
  /** The oldest one that is used, e.g. `1.5.0`: it has every option that is given. */
  readonly oldest: string;
  /** How it is installed; absent where no package manager has it. */
  readonly pinned?: {
    readonly version: string;
    /** Gives back the path of a program, which lies in `workshop`. */
    make(workshop: string, report: Report): Promise<string>;
  };
  /** Where a person gets it. */
  readonly byHand: string;
}

export interface FoundCommand {
  readonly path: string;
  /** The engine's name and version. */
  readonly version: string;
}

export interface EngineCommand {
  readonly dependency: Dependency;
  /** @throws LumosError `missing-dependency` where there is none that can be used */
  find(): Promise<FoundCommand>;
}

export function createEngineCommand(
  options: SetupOptions,
  description: EngineCommandDescription,
): EngineCommand {
  let known: Promise<FoundCommand> | undefined;
  const remedy = description.pinned === undefined ? description.byHand : `lumos setup ${description.name}`;
  return {
    find: () => {
      known ??= look(options, description).then((found) => {
        if (typeof found !== 'string') return found;
        throw missingDependency(found, remedy);
      });
      // It may be installed meanwhile.
      known.catch(() => (known = undefined));
      return known;
    },
    dependency: {
      name: description.name,
      why: description.why,
      probe: async () => {
        const found = await look(options, description);
        if (typeof found === 'string') return { usable: false, why: found, remedy };
        return { usable: true, version: found.version, details: { path: found.path } };
      },
      install: (report) => install(options, description, report),
    },
  };
}

/** Where `install` puts it; `undefined` for what no package manager has. */
export const commandInCache = (
  { cacheFolder }: SetupOptions,
  { name, command, pinned }: EngineCommandDescription,
): string | undefined =>
  pinned === undefined ? undefined : join(cacheFolder, 'engines', name, pinned.version, command);

/** The first that can be used, or why there is none. */
async function look(
  options: SetupOptions,
  description: EngineCommandDescription,
): Promise<FoundCommand | string> {
  const { name, command, oldest } = description;
  const environment = options.environment ?? process.env;
  const onPath = await findOnPath(command, [], environment['PATH'] ?? '');
  let why = `there is no ${command} on PATH or in Lumos's cache folder`;
  for (const path of [onPath, commandInCache(options, description)]) {
    if (path === undefined || !(await isExecutable(path))) continue;
    const version = await versionOf(path, description).catch(() => undefined);
    if (version === undefined) why = `${path} does not say which version of ${name} it is`;
    else if (!isAtLeast(version, oldest))
      why = `${path} is ${name} ${version}, and ${oldest} is the oldest that is used`;
    else return { path, version: `${name} ${version}` };
  }
  return why;
}

async function versionOf(
  path: string,
  { versionArgs, versionPattern }: EngineCommandDescription,
): Promise<string | undefined> {
  const { stdout, stderr } = await attemptCommand(path, versionArgs, { timeout: quick });
  return versionPattern.exec(`${stdout}${stderr}`)?.[1];
}

async function install(
  options: SetupOptions,
  description: EngineCommandDescription,
  report: Report,
): Promise<void> {
  const { name, pinned, byHand } = description;
  const target = commandInCache(options, description);
  if (pinned === undefined || target === undefined) {
    throw missingDependency(`no package manager that Lumos uses has ${name}`, byHand);
  }
  await mkdir(dirname(target), { recursive: true });
  const workshop = await mkdtemp(join(dirname(target), 'install-'));
  try {
    await rename(await pinned.make(workshop, report), target);
  } catch (error) {
    const why = `${name} ${pinned.version} could not be installed: ${messageOf(error)}`;
    throw missingDependency(why, byHand);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}
