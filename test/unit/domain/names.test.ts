import { describe, expect, it } from 'vitest';
import {
  checkedRunId,
  CrateNameSchema,
  FileNameSchema,
  ImageReferenceSchema,
  MeasuredRunIdSchema,
  RunIdSchema,
} from '../../../src/domain/names.js';

const hostile = [
  '',
  '.',
  '..',
  'x/../../victim',
  '../x',
  '/etc',
  'a b',
  'a\n',
  'a\0',
  '*',
  '[a-f]',
  '-rf',
  'a--b',
  'A',
];

describe('the id of a run', () => {
  it.each(hostile)('is not %j', (id) => {
    expect(RunIdSchema.safeParse(id).success).toBe(false);
    expect(() => checkedRunId(id)).toThrow('is not the id of a run: nothing is removed in its name');
  });

  it.each(['0123456789ab', 'import-0123456789ab', 'probe-12', 'conf0123456789ab'])('is %j', (id) => {
    expect(checkedRunId(id)).toBe(id);
  });

  it('that lumos run measured is 12 hexadecimal digits and nothing else', () => {
    expect(MeasuredRunIdSchema.safeParse('0123456789ab').success).toBe(true);
    for (const id of [
      '0123456789a',
      '0123456789abc',
      'import-0123456789ab',
      '0123456789AB',
      '0123456789ab\n',
    ])
      expect(MeasuredRunIdSchema.safeParse(id).success).toBe(false);
  });
});

describe('other names that become paths or arguments', () => {
  it.each(hostile.filter((name) => name !== 'a--b' && name !== 'A'))('are not %j', (name) => {
    expect(FileNameSchema.safeParse(name).success).toBe(false);
    expect(CrateNameSchema.safeParse(name).success).toBe(false);
    expect(ImageReferenceSchema.safeParse(`lumos/${name}:tag`).success).toBe(false);
  });

  it('an image is one under lumos/', () => {
    expect(ImageReferenceSchema.safeParse('lumos/hello-world:native-image-0123456789ab').success).toBe(true);
    for (const other of ['debian:12', 'lumos/a/b:c', 'registry/lumos/a:b', 'lumos/a'])
      expect(ImageReferenceSchema.safeParse(other).success).toBe(false);
  });
});
