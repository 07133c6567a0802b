import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolderIn, pathIn, removeFolderIn, removeFolderInNow } from '../../../src/files/contained.js';

let scratch = '';
let parent = '';
let victim = '';
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'contained-'));
  parent = join(scratch, 'parent');
  victim = join(scratch, 'victim');
  mkdirSync(join(parent, 'ours', 'below'), { recursive: true });
  mkdirSync(victim);
  writeFileSync(join(victim, 'precious'), 'x');
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const escapes = ['', '.', '..', '../victim', 'ours/../../victim', '/', 'a/b', 'a\\b', 'a\0b'];

describe('a path in a folder', () => {
  it.each(escapes)('is refused for %j, which is not one name', (name) => {
    expect(() => pathIn(parent, name)).toThrow('is not the name of a file in');
    expect(() => makeFolderIn(parent, name)).toThrow('is not the name of a file in');
    expect(() => removeFolderInNow(parent, name)).toThrow('is not the name of a file in');
  });

  it('is the name below the folder', () => {
    expect(pathIn(parent, 'lumos-objects-ab')).toBe(join(parent, 'lumos-objects-ab'));
  });
});

describe('removing a folder', () => {
  it('removes it with what is in it, once', async () => {
    expect(await removeFolderIn(parent, 'ours')).toBe(true);
    expect(await removeFolderIn(parent, 'ours')).toBe(false);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('leaves a link of that name and what it leads to', async () => {
    symlinkSync(victim, join(parent, 'link'));
    expect(await removeFolderIn(parent, 'link')).toBe(false);
    expect(removeFolderInNow(parent, 'link')).toBe(false);
    expect(readdirSync(victim)).toEqual(['precious']);
  });

  it('removes links in the folder and leaves what they lead to', async () => {
    symlinkSync(victim, join(parent, 'ours', 'below', 'link'));
    symlinkSync('../../../victim', join(parent, 'ours', 'relative'));
    expect(await removeFolderIn(parent, 'ours')).toBe(true);
    expect(existsSync(join(parent, 'ours'))).toBe(false);
    expect(readdirSync(victim)).toEqual(['precious']);
  });

  it('leaves a file of that name', () => {
    writeFileSync(join(parent, 'file'), '');
    expect(removeFolderInNow(parent, 'file')).toBe(false);
    expect(existsSync(join(parent, 'file'))).toBe(true);
  });
});

describe('making a folder', () => {
  it('takes the one that is there', () => {
    expect(makeFolderIn(parent, 'ours')).toBe(join(parent, 'ours'));
    expect(existsSync(join(parent, 'ours', 'below'))).toBe(true);
  });

  it('refuses a link of that name', () => {
    symlinkSync(victim, join(parent, 'link'));
    expect(() => makeFolderIn(parent, 'link')).toThrow('is a link, a file or another user');
  });
});
