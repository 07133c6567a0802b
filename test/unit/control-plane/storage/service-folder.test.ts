import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  createServiceFolder,
  removeServiceFolder,
} from '../../../../src/control-plane/storage/service-folder.js';

let parent = '';
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'lumos-test-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

it('is one that only this user can enter, and is gone once removed, twice if need be', async () => {
  const folder = await createServiceFolder(parent);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  await writeFile(join(folder, 'data'), 'x');
  await removeServiceFolder(folder);
  await removeServiceFolder(folder);
  expect(await readdir(parent)).toEqual([]);
});

it('takes away those of dead processes, also of one whose number lives on, and no others', async () => {
  const kept = await createServiceFolder(parent);
  const reused = `lumos-service-${process.pid}-1-AAAAAA`;
  const names = ['lumos-service-4194999-5-BBBBBB', reused, 'lumos-service-notes', 'other'];
  for (const name of names) await mkdir(join(parent, name, 'below'), { recursive: true });
  const second = await createServiceFolder(parent);
  const left = (await readdir(parent)).map((name) => join(parent, name)).sort();
  expect(left).toEqual([kept, second, join(parent, 'lumos-service-notes'), join(parent, 'other')].sort());
  await removeServiceFolder(kept);
  await removeServiceFolder(second);
});
