import { describe, expect, it } from 'vitest';
import { writeFailureSaidIn } from '../../../src/files/write-failure.js';

describe('a tool that could not write', () => {
  it.each([
    ['error: failed to write `a.o`: No space left on device (os error 28)', 'no space is left on the disk'],
    ['write /c/go/b001: disk quota exceeded', 'the disk quota is used up'],
    ['could not create `/c/target`: Read-only file system (os error 30)', 'the file system is read-only'],
  ])('is no error of the sources: %s', (output, reason) => {
    expect(writeFailureSaidIn(`warning: unused\n${output}\n`, '/c')?.message).toBe(
      `/c cannot be written: ${reason}`,
    );
  });

  it('is not suspected where it said nothing of the kind', () => {
    expect(writeFailureSaidIn('error[E0425]: cannot find value `x`', '/c')).toBeUndefined();
  });
});
