/** Keeps processes to CPUs, by util-linux's `taskset`: Node has no call for it. */
import { missingDependency } from '../../domain/errors.js';
import { findOnPath } from './find-on-path.js';
import { runCommand } from './run-command.js';

let known: string | undefined;

/** Looked for once: sandboxes are started while a load is sent. */
async function taskset(): Promise<string> {
  const found = (known ??= await findOnPath('taskset'));
  if (found === undefined)
    throw missingDependency(
      'keeping processes to CPUs takes the command taskset',
      'apt-get install util-linux',
    );
  return found;
}

/**
 * Keeps a process with all its threads, and those that they start from then on, to CPUs.
 * @param cpus a list as the kernel writes it @throws LumosError `missing-dependency` without taskset, `failed` with its words
 */
export async function keepProcessTo(pid: number, cpus: string): Promise<void> {
  await runCommand(await taskset(), ['--all-tasks', '--cpu-list', '--pid', cpus, String(pid)]);
}

export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
}

/** The command on those CPUs from its first moment on: taskset becomes it, with the process id it was started under. */
export async function onCpus(cpus: string, { file, args }: CommandLine): Promise<CommandLine> {
  return { file: await taskset(), args: ['--cpu-list', cpus, file, ...args] };
}
