import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, symlink, truncate, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFileStore } from '../../../../src/control-plane/storage/file-store.js';
import type { ObjectStore } from '../../../../src/domain/object-store.js';
import { bytes, milliseconds } from '../../../../src/domain/units.js';

let folder = '';
let store: ObjectStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lumos-test-'));
  store = openFileStore(folder, { prefix: '', limit: bytes(1000), timeLimit: milliseconds(5000) });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('gives back the very bytes it was given, also none, and forgets the longer object before', async () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  await store.put('a', all);
  expect(await store.get('a')).toEqual(all);
  expect(await readFile(join(folder, 'a'))).toEqual(all);
  await store.put('a', new Uint8Array(0));
  expect(await store.get('a')).toEqual(Buffer.alloc(0));
});

it('takes views of a larger buffer for what they are', async () => {
  await store.put('a', new Uint8Array(Buffer.from('0123456789').buffer.slice(0)).subarray(0, 0));
  await store.put('b', Buffer.from('0123456789').subarray(3, 6));
  expect((await store.get('b')).toString()).toBe('345');
});

it('says that there is no such object, and deletes what is not there without a word', async () => {
  await expect(store.get('nope')).rejects.toMatchObject({
    failure: 'missing',
    message: 'there is no object "nope"',
  });
  await store.delete('nope');
  await store.put('a', Buffer.from('x'));
  await store.delete('a');
  await expect(store.get('a')).rejects.toMatchObject({ failure: 'missing' });
});

it('neither reads nor writes an object above the limit', async () => {
  const message = 'object "big" is larger than the limit of 1000 bytes';
  await expect(store.put('big', Buffer.alloc(1001))).rejects.toMatchObject({ failure: 'too-large', message });
  expect(await readdir(folder)).toEqual([]);
  await writeFile(join(folder, 'big'), '');
  await truncate(join(folder, 'big'), 8 * 1024 ** 3);
  await expect(store.get('big')).rejects.toMatchObject({ failure: 'too-large', message });
});

it.each(['../secret', '..', '/etc/passwd', 'a/b', '', 'A', 'a\0', '.hidden', 'a'.repeat(201), 'ü', 'a\n'])(
  'takes %j for no key',
  async (key) => {
    for (const answer of [store.get(key), store.put(key, Buffer.alloc(1)), store.delete(key)])
      await expect(answer).rejects.toMatchObject({ failure: 'not-allowed' });
    expect(await readdir(folder)).toEqual([]);
  },
);

it('follows no link, opens no pipe and reads no folder that somebody put in the place of an object', async () => {
  await writeFile(join(folder, 'victim'), 'secret');
  await symlink(join(folder, 'victim'), join(folder, 'link'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await mkdir(join(folder, 'folder'));
  for (const key of ['link', 'pipe', 'folder']) {
    await expect(store.get(key)).rejects.toMatchObject({ failure: 'failed' });
    await expect(store.put(key, Buffer.from('x'))).rejects.toMatchObject({ failure: 'failed' });
  }
  expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('secret');
});

it('fails without the path of the folder in its words', async () => {
  await rm(folder, { recursive: true });
  const failure = await store.put('a', Buffer.alloc(1)).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'StorageError' });
  expect(String(failure)).not.toContain(folder);
});
