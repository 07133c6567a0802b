import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { bytes, milliseconds } from '../../../src/domain/units.js';
import { chunksOf, isThere, readInput, readText } from '../../../src/files/input.js';
import { completeLines } from '../../../src/files/lines.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-input-'));
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'file'), '\ufefftext');
  symlinkSync('loop', join(folder, 'loop'));
  symlinkSync('nowhere', join(folder, 'dangling'));
  spawnSync('mkfifo', [join(folder, 'pipe')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const impatient = {
  patience: { withoutWriterMs: milliseconds(20), withWriterMs: milliseconds(20) },
};

async function failures(path: string): Promise<unknown[]> {
  const failed: unknown[] = [];
  try {
    readInput(path, impatient);
  } catch (error) {
    failed.push(error);
  }
  try {
    for await (const chunk of chunksOf(path, impatient)) expect(chunk.length).toBeGreaterThan(0);
  } catch (error) {
    failed.push(error);
  }
  return failed;
}

describe('a file that a user names', () => {
  it.each([
    ['missing', 'there is no such file or folder'],
    ['dangling', 'there is no such file or folder'],
    ['file/below', 'a part of the path is a file, not a folder'],
    ['folder', 'this is a folder, not a file'],
    ['loop', 'its symbolic links lead in a circle'],
    ['/dev/zero', 'this is a device, not a file'],
    ['/dev/urandom', 'this is a device, not a file'],
    ['pipe', 'nothing came through this pipe'],
    ['a'.repeat(300), 'the name is too long'],
    ['a\0b', 'the path has a character that no path can have'],
  ])('is refused in one sentence, read whole or in pieces: %.20s', async (name, reason) => {
    const path = name.startsWith('/') ? name : `${folder}/${name}`;
    const failed = await failures(path);
    expect(failed).toHaveLength(2);
    for (const error of failed) {
      expect(error).toBeInstanceOf(LumosError);
      expect(error).toMatchObject({ kind: 'invalid-input', message: `${path}: ${reason}` });
      expect((error as LumosError).remedy).toBeTruthy();
    }
  });

  it('is read without its byte order mark; /dev/null is empty', () => {
    expect(readText(join(folder, 'file'))).toBe('text');
    expect(readText('/dev/null')).toBe('');
  });

  it('may be a pipe with a writer', async () => {
    const path = join(folder, 'pipe');
    const writer = openSync(path, 'r+');
    writeSync(writer, 'one\ntwo');
    const reading = chunksOf(path);
    expect((await reading.next()).value?.toString()).toBe('one\ntwo');
    await reading.return();
    closeSync(writer);
  });

  it('above the largest size is refused without being read', () => {
    const path = join(folder, 'large');
    writeFileSync(path, '');
    truncateSync(path, 600 * 2 ** 20);
    expect(() => readText(path)).toThrow('the file is larger than 16 MiB');
    expect(() => readInput(path, { maximumBytes: bytes(2 ** 20) })).toThrow('larger than 1 MiB');
  });

  it('with a line of 600 MB is refused at that line', async () => {
    const path = join(folder, 'line');
    writeFileSync(path, 'first\n');
    truncateSync(path, 600 * 2 ** 20);
    const read = async (): Promise<void> => {
      for await (const { lines } of completeLines(path)) expect(lines).toEqual(['first']);
    };
    await expect(read()).rejects.toThrow(`${path}:2: a line above 16 MiB`);
  });

  it('is there although it cannot be read', () => {
    expect(['file', 'folder', 'loop', 'dangling', 'pipe'].map((name) => isThere(join(folder, name)))).toEqual(
      Array(5).fill(true),
    );
    expect(isThere(join(folder, 'missing'))).toBe(false);
  });
});
