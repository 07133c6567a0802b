import { describe, expect, it } from 'vitest';
import { CpuListSchema, formatCpuList, parseCpuList } from '../../../src/domain/cpu-list.js';

describe('a list of CPUs', () => {
  it.each([
    ['0', [0], '0'],
    ['0-3', [0, 1, 2, 3], '0-3'],
    ['7,2-3,3', [2, 3, 7], '2-3,7'],
    ['0,1,2,4', [0, 1, 2, 4], '0-2,4'],
  ])('%s is read and written as the kernel does', (text, cpus, written) => {
    expect(parseCpuList(text)).toEqual(cpus);
    expect(formatCpuList(cpus)).toBe(written);
  });

  it.each(['', '1-', 'a', '1;2', '-1', '0 1'])('"%s" is none', (text) => {
    expect(() => parseCpuList(text)).toThrow('no list of CPUs');
    expect(CpuListSchema.safeParse(text).success).toBe(false);
  });
});
