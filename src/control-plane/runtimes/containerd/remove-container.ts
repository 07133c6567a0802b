/** Removes one container with its task and its snapshot. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LumosError } from '../../../domain/errors.js';
import type { CommandResult } from '../../process/run-command.js';

/** What runs the daemon's client. */
interface Client {
  attempt(...args: readonly string[]): Promise<CommandResult>;
}

const removalTries = 40;
const retryMs = 50;

/** Ends a container's task and removes it with its snapshot; one that is not there is fine. @throws LumosError `failed` */
export async function removeContainer(containerd: Client, id: string): Promise<void> {
  let said = '';
  for (let tries = 0; tries < removalTries; tries += 1) {
    await containerd.attempt('tasks', 'delete', '--force', id);
    const removed = await containerd.attempt('containers', 'delete', id);
    if (removed.code === 0 || removed.stderr.includes('not found')) return;
    // The client that was killed may have asked for something that the daemon is still doing.
    said = removed.stderr.trim();
    await sleep(retryMs);
  }
  throw new LumosError('failed', `containerd does not remove ${id}: ${said}`);
}
