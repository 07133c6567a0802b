/** Temporary folders of services. Their names tell whose they are, so that the next run clears up after one that was killed. */
import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolderIn } from '../../files/contained.js';
import { isAlive, startOf } from '../../files/process-identity.js';

/** `lumos-service-PID-START-RANDOM`: process and start time of the Lumos that made it. */
const namePattern = /^lumos-service-(\d+)-(\d+)-[A-Za-z0-9]+$/;

const ours = new Set<string>();

function removeOurs(): void {
  for (const folder of ours) rmSync(folder, { recursive: true, force: true });
}

/** A new folder that only this user can enter. It goes with this process at the latest. */
export async function createServiceFolder(parent = tmpdir()): Promise<string> {
  await removeAbandoned(parent);
  const start = startOf(process.pid) ?? '0';
  const folder = await mkdtemp(join(parent, `lumos-service-${process.pid}-${start}-`));
  if (ours.size === 0) process.on('exit', removeOurs);
  ours.add(folder);
  return folder;
}

/** Removes a folder of `createServiceFolder`. Idempotent. */
export async function removeServiceFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  if (ours.delete(folder) && ours.size === 0) process.off('exit', removeOurs);
}

/** Removes folders whose makers are dead. Those of other users stay. */
export async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const [, pid, start] = namePattern.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid), start)) continue;
    await removeFolderIn(parent, name).catch(() => undefined);
  }
}
