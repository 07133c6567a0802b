import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeFolders } from '../../../src/files/make-folders.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lumos-folders-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

describe('folders', () => {
  it('are made with all above them, and may be there already', () => {
    makeFolders(join(root, 'a', 'b'));
    makeFolders(join(root, 'a', 'b'));
    expect(existsSync(join(root, 'a', 'b'))).toBe(true);
  });

  it('by a relative path are refused where the current folder was removed: Node would look for it without end', () => {
    vi.spyOn(process, 'cwd').mockImplementation(() => {
      throw Object.assign(new Error('uv_cwd'), { code: 'ENOENT', syscall: 'uv_cwd' });
    });
    expect(() => {
      makeFolders('lumos-results/csv-1');
    }).toThrow('lumos-results/csv-1 cannot be made: the current folder was removed');
  });
});
