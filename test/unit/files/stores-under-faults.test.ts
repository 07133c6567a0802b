import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { realFiles, type FileCalls } from '../../../src/files/file-calls.js';
import { removeStaleTemporaries } from '../../../src/files/temporary-file.js';
import { faultyFiles, type Faults } from './faulty-files.js';
import { stores, type Store } from './stores.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-faults-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

let folders = 0;
const freshFolder = (): string => {
  const path = join(folder, String((folders += 1)));
  realFiles.makeFolder(path);
  return path;
};

const temporariesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'));

async function failureOf(store: Store, path: string, calls: FileCalls): Promise<unknown> {
  try {
    await store.write(path, calls);
    return undefined;
  } catch (error) {
    return error;
  }
}

interface Measured {
  readonly bytes: number;
  readonly before: unknown;
  readonly after: unknown;
}

/** What the store has before and after a write without faults, and how many bytes that takes. */
async function withoutFaults(store: Store): Promise<Measured> {
  const path = freshFolder();
  await store.seed(path);
  const before = await store.read(path);
  const counting = faultyFiles();
  await store.write(path, counting.calls);
  return { bytes: counting.written(), before, after: await store.read(path) };
}

/** Every byte of what is short, and a hundred places of what is long. */
const places = (bytes: number): number[] => {
  const step = bytes <= 600 ? 1 : Math.ceil(bytes / 100);
  return Array.from({ length: Math.ceil(bytes / step) }, (_, index) => index * step);
};

async function seeded(store: Store): Promise<string> {
  const path = freshFolder();
  await store.seed(path);
  return path;
}

describe.each(stores)('$name', (store) => {
  it('is written whole by a disk that takes three bytes at once', async () => {
    const { after } = await withoutFaults(store);
    const path = await seeded(store);
    await store.write(path, faultyFiles({ atOnce: 3 }).calls);
    expect(await store.read(path)).toEqual(after);
    expect(temporariesIn(path)).toEqual([]);
  });

  it('keeps what it had when the disk is full after any byte, says so, and is written once there is room', async () => {
    const { bytes, before, after } = await withoutFaults(store);
    expect(bytes).toBeGreaterThan(0);
    for (const room of places(bytes)) {
      const path = await seeded(store);
      const error = await failureOf(store, path, faultyFiles({ room }).calls);
      expect(error).toBeInstanceOf(LumosError);
      expect(error).toMatchObject({ kind: 'missing-dependency' });
      expect((error as LumosError).message).toMatch(/ cannot be written: no space is left on the disk$/);
      expect(await store.read(path)).toEqual(before);
      expect(temporariesIn(path)).toEqual([]);
      await store.write(path, faultyFiles().calls);
      expect(await store.read(path)).toEqual(after);
      rmSync(path, { recursive: true });
    }
  }, 60_000);

  it.each<[string, string, Faults]>([
    ['a quota that is used up', 'the disk quota is used up', { code: 'EDQUOT', room: 1 }],
    ['a broken disk', 'the disk reports an input/output error', { code: 'EIO', room: 1 }],
    ['a disk that reports at the end that it is full', 'no space is left', { failing: ['sync'] }],
    [
      'a disk that is full and cannot cut a file either',
      'no space is left',
      { room: 5, failing: ['truncate'] },
    ],
    ['a disk that is full and removes nothing', 'no space is left', { room: 5, failing: ['remove'] }],
    ['a process with too many open files', 'too many files open', { code: 'EMFILE', failing: ['open'] }],
  ])('reports %s in one sentence and is whole afterwards', async (_what, says, faults) => {
    const { before, after } = await withoutFaults(store);
    const path = await seeded(store);
    const error = await failureOf(store, path, faultyFiles(faults).calls);
    expect(error).toBeInstanceOf(LumosError);
    expect((error as LumosError).message).toContain(says);
    expect((error as LumosError).message.split('\n')).toHaveLength(1);
    const found = await store.read(path);
    // What was appended whole before the disk complained about its end may stay.
    expect([before, after]).toContainEqual(found);
    if (JSON.stringify(found) === JSON.stringify(before)) await store.write(path, faultyFiles().calls);
    expect(await store.read(path)).toEqual(after);
  });

  it('has all or nothing of what was written when the process was killed after any byte', async () => {
    const { bytes, before, after } = await withoutFaults(store);
    for (const room of places(bytes)) {
      const path = await seeded(store);
      const error = await failureOf(store, path, faultyFiles({ room, code: 'killed' }).calls);
      expect(error).toBeDefined();
      // Rows of one level are taken together with its record: torn, they are whole rows of it.
      if (store.name === 'rows of one level') expect([[0], [0, 1]]).toContainEqual(await store.read(path));
      else expect(await store.read(path)).toEqual(before);
      if (store.name === 'rows of one level') continue;
      await store.write(path, faultyFiles().calls);
      expect(await store.read(path)).toEqual(after);
      rmSync(path, { recursive: true });
    }
  }, 60_000);
});

describe('temporary files', () => {
  it('of processes that run no more are removed when a run directory is opened, those of others stay', () => {
    const names = [
      ...['.lumos-4194303-0123abcd.tmp', 'summary.json.4194303.tmp', `.lumos-${process.ppid}-0123abcd.tmp`],
      ...['.lumos-1-0123abcd.tmp', 'mine.tmp', 'notes.12.txt', `manifest.json.${process.pid}.tmp`],
    ];
    for (const name of names) realFiles.close(realFiles.open(join(folder, name), 'w'));
    removeStaleTemporaries(folder);
    expect(readdirSync(folder).sort()).toEqual(
      ['.lumos-1-0123abcd.tmp', `.lumos-${process.ppid}-0123abcd.tmp`, 'mine.tmp', 'notes.12.txt'].sort(),
    );
  });
});
