/** What the installers need to know of the machine and may do on it. */
import { stat } from 'node:fs/promises';
import { missingDependency } from '../../domain/errors.js';
import { runCommand, type CommandOptions, type CommandResult } from '../process/run-command.js';
import { findOnPath } from '../process/find-on-path.js';
import type { Report } from './dependency.js';

export interface SetupOptions {
  readonly cacheFolder: string;
  readonly repositoryRoot: string;
  /** Variables as in `process.env`, which is the default: for tests. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * Runs a command with root's rights: as it is for root, through sudo for others, which may ask for a password.
 * @throws LumosError `missing-dependency` for a user without sudo.
 */
export async function runAsRoot(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  if (isRoot()) return await runCommand(command, args, options);
  const sudo = await findOnPath('sudo');
  if (sudo === undefined) {
    throw missingDependency(
      `${command} needs root's rights, and there is no sudo here`,
      `as root: ${[command, ...args].join(' ')}`,
    );
  }
  // sudo takes most variables away, so they are set behind it.
  const variables = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value ?? ''}`);
  return await runCommand(sudo, ['env', ...variables, command, ...args], { ...options, terminal: true });
}

export const hasApt = async (): Promise<boolean> => (await findOnPath('apt-get')) !== undefined;

/**
 * Installs Debian packages with what they depend on and nothing else.
 * @throws LumosError `missing-dependency` where there is no apt-get, `failed` where it cannot.
 */
export async function installDebianPackages(
  packages: readonly string[],
  report: Report,
  elsewhere: string,
): Promise<void> {
  if (!(await hasApt())) throw missingDependency('this is not Debian or Ubuntu (no apt-get)', elsewhere);
  const install = ['-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', 'install', ...packages];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  report(`installing the packages ${packages.join(' ')} with apt-get`);
  try {
    await runAsRoot('apt-get', ['-q', ...install], { env });
  } catch {
    // A fresh machine has no lists of packages, an old one lists what is gone.
    report('reading the lists of packages first (apt-get update)');
    await runAsRoot('apt-get', ['-q', 'update'], { env });
    await runAsRoot('apt-get', ['-q', ...install], { env });
  }
}

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Waits until `holds` says so, looking every `every` milliseconds; gives up after `tries` looks. */
export async function waitUntil(holds: () => Promise<boolean>, tries: number, every = 500): Promise<boolean> {
  for (let i = 0; i < tries; i += 1) {
    if (await holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  return false;
}
