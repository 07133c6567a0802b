import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { invalidInput } from '../../../src/domain/errors.js';
import { explained, explaining } from '../../../src/files/explain.js';

const system = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`${code}: bad`), { code, syscall: 'open', path: '/x', ...more });

describe('any error as one sentence', () => {
  it.each([
    ['EACCES', 'invalid-input', '/x: permission denied'],
    ['EISDIR', 'invalid-input', '/x: this is a folder, not a file'],
    ['EROFS', 'missing-dependency', '/x: the file system is read-only'],
    ['ENOSPC', 'missing-dependency', '/x: no space is left on the disk'],
    ['EDQUOT', 'missing-dependency', '/x: the disk quota is used up'],
    ['EMFILE', 'missing-dependency', '/x: this process has too many files open'],
    ['EIO', 'missing-dependency', '/x: the disk reports an input/output error'],
  ])('%s', (code, kind, message) => {
    expect(explained(system(code))).toMatchObject({ kind, message });
    expect(explained(system(code))?.remedy).toBeTruthy();
  });

  it('names the source where the error has no path', () => {
    expect(explained(system('EIO', { path: undefined }), 'rows.ndjson')?.message).toBe(
      'rows.ndjson: the disk reports an input/output error',
    );
  });

  it('says what is missing of a current folder that was removed, a command, and temporary files', () => {
    expect(explained(system('ENOENT', { syscall: 'uv_cwd', path: undefined }))?.message).toBe(
      'the current folder was removed',
    );
    expect(explained(system('ENOENT', { syscall: 'spawn runc', path: 'runc' }))).toMatchObject({
      kind: 'missing-dependency',
      message: 'runc: there is no such command',
    });
    expect(explained(system('ENOENT', { syscall: 'mkdtemp', path: '/t/x' }))?.remedy).toContain('TMPDIR');
  });

  it.each<[string, () => unknown, string]>([
    ['JSON', () => JSON.parse('{') as unknown, 'f: not JSON: '],
    [
      'deep JSON',
      () => {
        throw new RangeError('Maximum call stack size exceeded');
      },
      'f: it is nested too deeply',
    ],
    ['an undefined alias', () => parse('a: *x') as unknown, 'f: not YAML: Unresolved alias'],
    ['a schema', () => z.object({ a: z.object({ b: z.number() }) }).parse({ a: { b: 'x' } }), 'f: a.b: '],
  ])('what a parser throws: %s', (_what, read, message) => {
    expect(() => explaining('f', read)).toThrow(
      expect.objectContaining({ kind: 'invalid-input', message: expect.stringContaining(message) as string }),
    );
  });

  it('leaves ours as they are, and knows nothing of a defect', () => {
    const own = invalidInput('no');
    expect(explained(own, 'f')).toBe(own);
    expect(explained(new TypeError('x is not a function'), 'f')).toBeUndefined();
    expect(explained('text')).toBeUndefined();
  });
});
