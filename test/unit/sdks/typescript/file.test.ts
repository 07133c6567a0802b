import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Folder } from '../../../../sdks/typescript/src/node/file.js';
import { StorageFailure } from '../../../../sdks/typescript/src/storage/session.js';

let path = '';
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'lumos-sdk-'));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

function reasonOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof StorageFailure) return error.reason;
    throw error;
  }
  return 'none';
}

it('an object is the file of its key', () => {
  const folder = new Folder(path);
  writeFileSync(join(path, 'input'), 'hello');
  expect(Buffer.from(folder.get('input', 5)).toString()).toBe('hello');
  folder.put('output', Buffer.from('a longer one'));
  folder.put('output', Buffer.from('short'));
  expect(readFileSync(join(path, 'output'), 'utf8')).toBe('short');
});

it('a file above the limit, one that is not there, a folder as a key and a folder that is gone are told apart', () => {
  const folder = new Folder(path);
  writeFileSync(join(path, 'input'), 'hello');
  mkdirSync(join(path, 'inner'));
  expect(reasonOf(() => folder.get('input', 4))).toBe('too-large');
  expect(reasonOf(() => folder.get('other', 4))).toBe('missing');
  expect(reasonOf(() => folder.get('inner', 4))).toBe('failed');
  expect(reasonOf(() => folder.put('inner', Buffer.from('x')))).toBe('failed');
  rmSync(path, { recursive: true });
  expect(reasonOf(() => folder.get('input', 4))).toBe('unreachable');
  expect(reasonOf(() => folder.put('input', Buffer.from('x')))).toBe('unreachable');
});
