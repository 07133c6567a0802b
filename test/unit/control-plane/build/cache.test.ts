import { mkdir, mkdtemp, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cache } from '../../../../src/control-plane/build/cache.js';
import { cacheFolder } from '../../../../src/control-plane/build/cache-folder.js';
import { digestOf, digestOfFolder, digestOfInputs } from '../../../../src/control-plane/build/digest.js';
import { withFileLock } from '../../../../src/files/file-lock.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lumos-cache-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A maker that counts how often it was asked. */
function maker(content = 'made'): { count: number; make: (draft: string) => Promise<{ size: number }> } {
  const state = {
    count: 0,
    make: async (draft: string) => {
      state.count += 1;
      await writeFile(join(draft, 'thing'), content);
      return { size: content.length };
    },
  };
  return state;
}

describe('Cache', () => {
  it('makes an entry once and finds it the second time', async () => {
    const cache = new Cache(folder);
    const made = maker();
    const first = await cache.get({ a: '1' }, made.make);
    const second = await cache.get({ a: '1' }, made.make);
    expect([first.found, second.found, made.count]).toEqual([false, true, 1]);
    expect(second).toMatchObject({
      folder: first.folder,
      facts: { size: 4 },
      files: { thing: digestOf('made') },
    });
  });

  it('makes another entry when any input differs', async () => {
    const cache = new Cache(folder);
    const made = maker();
    await cache.get({ engine: 'wasmtime 49.0.3' }, made.make);
    const other = await cache.get({ engine: 'wasmtime 49.0.4' }, made.make);
    expect([other.found, made.count]).toEqual([false, 2]);
  });

  it('makes an entry again when a file of it was damaged', async () => {
    const cache = new Cache(folder);
    const made = maker();
    const { folder: entry } = await cache.get({ a: '1' }, made.make);
    await writeFile(join(entry, 'thing'), 'mad');
    const again = await cache.get({ a: '1' }, made.make);
    expect([again.found, made.count]).toEqual([false, 2]);
    expect(await readFile(join(again.folder, 'thing'), 'utf8')).toBe('made');
  });

  it.each([
    ['is cut short', (text: string) => text.slice(0, 40)],
    ['has another figure', (text: string) => text.replace('"size": 4', '"size": 5')],
  ])('makes an entry again when its description %s', async (_, damage) => {
    const cache = new Cache(folder);
    const made = maker();
    const { folder: entry } = await cache.get({ a: '1' }, made.make);
    const file = join(entry, 'entry.json');
    await writeFile(file, damage(await readFile(file, 'utf8')));
    expect((await cache.get({ a: '1' }, made.make)).facts).toEqual({ size: 4 });
    expect(made.count).toBe(2);
  });

  it('leaves nothing behind when a build fails, and builds the next time', async () => {
    const cache = new Cache(folder);
    const failing = cache.get({ a: '1' }, async (draft) => {
      await writeFile(join(draft, 'half'), 'x');
      throw new Error('no compiler');
    });
    await expect(failing).rejects.toThrow('no compiler');
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
    expect((await cache.get({ a: '1' }, maker().make)).found).toBe(false);
  });

  it('lets builders of the same key all succeed with the same bytes', async () => {
    const made = maker();
    const entries = await Promise.all(
      Array.from({ length: 8 }, () => new Cache(folder).get({ a: '1' }, made.make)),
    );
    expect(new Set(entries.map((entry) => entry.folder)).size).toBe(1);
    expect(new Set(entries.map((entry) => entry.files['thing']))).toEqual(new Set([digestOf('made')]));
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  });

  it('removes what a killed build left once it is a day old, and nothing younger', async () => {
    for (const name of ['old', 'young']) await mkdir(join(folder, 'tmp', name), { recursive: true });
    const longAgo = new Date(Date.now() - 25 * 3_600_000);
    await utimes(join(folder, 'tmp', 'old'), longAgo, longAgo);
    await new Cache(folder).removeAbandoned();
    expect(await readdir(join(folder, 'tmp'))).toEqual(['young']);
  });

  it('removes nothing through a link in place of its folder', async () => {
    const victim = join(folder, 'victim', 'precious');
    await mkdir(victim, { recursive: true });
    const longAgo = new Date(Date.now() - 25 * 3_600_000);
    await utimes(victim, longAgo, longAgo);
    await symlink(join(folder, 'victim'), join(folder, 'tmp'));
    await new Cache(folder).removeAbandoned();
    expect(await readdir(join(folder, 'victim'))).toEqual(['precious']);
  });

  it('makes an entry again whose file names lead out of it, or that has links in place of files', async () => {
    const cache = new Cache(folder);
    const made = maker();
    const entry = await cache.get({ a: '1' }, made.make);
    await writeFile(join(folder, 'outside'), 'made');
    await rm(join(entry.folder, 'thing'));
    await symlink(join(folder, 'outside'), join(entry.folder, 'thing'));
    expect((await cache.get({ a: '1' }, made.make)).found).toBe(false);
    const description = join(entry.folder, 'entry.json');
    const files = { '../../outside': digestOf('made') };
    const stored = JSON.parse(await readFile(description, 'utf8')) as Record<string, object>;
    const facts = Object.fromEntries(
      Object.entries(stored['facts'] ?? {}).map(([k, v]) => [k, JSON.stringify(v)]),
    );
    const seal = digestOfInputs({ files: digestOfInputs(files), facts: digestOfInputs(facts) });
    await writeFile(description, JSON.stringify({ ...stored, files, seal }));
    const again = await cache.get({ a: '1' }, made.make);
    expect([again.found, Object.keys(again.files)]).toEqual([false, ['thing']]);
  });
});

describe('digestOfInputs', () => {
  it('does not depend on the order', () => {
    expect(digestOfInputs({ a: '1', b: '2' })).toBe(digestOfInputs({ b: '2', a: '1' }));
  });

  it('keeps the border between a name and its value', () => {
    expect(digestOfInputs({ ab: 'c' })).not.toBe(digestOfInputs({ a: 'bc' }));
    expect(digestOfInputs({ a: '1', b: '2' })).not.toBe(digestOfInputs({ a: '1"],["b","2' }));
  });
});

describe('digestOfFolder', () => {
  it('sees contents and names, and leaves out what a compiler keeps', async () => {
    await mkdir(join(folder, 'src'));
    await writeFile(join(folder, 'src', 'main.rs'), 'fn main() {}');
    const before = await digestOfFolder(folder);
    await mkdir(join(folder, 'target'));
    await writeFile(join(folder, 'target', 'x'), 'x');
    expect(await digestOfFolder(folder)).toBe(before);
    await writeFile(join(folder, 'src', 'more.rs'), '');
    const more = await digestOfFolder(folder);
    expect(more).not.toBe(before);
    await writeFile(join(folder, 'src', 'more.rs'), ' ');
    expect(await digestOfFolder(folder)).not.toBe(more);
  });
});

describe('withFileLock', () => {
  it('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const work = (): Promise<void> =>
      withFileLock(join(folder, 'lock'), async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside -= 1;
      });
    await Promise.all([work(), work(), work()]);
    expect(most).toBe(1);
  });

  it('takes over the lock of a process that has died', async () => {
    const lock = join(folder, 'lock');
    await writeFile(lock, '4194305'); // above the largest process id of Linux
    expect(await withFileLock(lock, () => Promise.resolve('in'))).toBe('in');
  });

  it('takes over the lock of a process whose number another one has now', async () => {
    const lock = join(folder, 'lock');
    await writeFile(lock, `${process.pid} 1`);
    expect(await withFileLock(lock, () => Promise.resolve('in'))).toBe('in');
  });

  it('is open again after work that failed', async () => {
    const lock = join(folder, 'lock');
    await expect(withFileLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withFileLock(lock, () => Promise.resolve('in'))).toBe('in');
  });
});

describe('cacheFolder', () => {
  it.each([
    [{ LUMOS_CACHE: '/c', XDG_CACHE_HOME: '/x', HOME: '/h' }, '/c'],
    [{ XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/lumos'],
    [{ LUMOS_CACHE: '', HOME: '/h' }, '/h/.cache/lumos'],
  ])('of %j is %s', (environment, expected) => {
    expect(cacheFolder(environment)).toBe(expected);
  });
});
