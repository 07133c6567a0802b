import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  isVerified,
  readVerifiedMark,
  writeVerifiedMark,
  type VerifiedMark,
} from '../../../src/records/verified-marks.js';

let cache = '';
beforeEach(() => (cache = mkdtempSync(join(tmpdir(), 'marks-of-lumos-'))));
afterEach(() => rmSync(cache, { recursive: true, force: true }));

const mark: VerifiedMark = {
  schema: 'lumos/verified@1',
  runtime: 'one-aot',
  version: 'one 1.2.3',
  lumosVersion: '0.1.0',
  at: '2026-11-24T04:00:00.000Z',
  passed: 3,
  failed: [],
  skipped: [{ behaviour: 'it does', reason: 'no limits here' }],
};

describe('the mark of a runtime', () => {
  it('is read as it was written, the last one alone, and nothing lies beside it', () => {
    writeVerifiedMark(cache, { ...mark, passed: 1 });
    writeVerifiedMark(cache, mark);
    expect(readVerifiedMark(cache, 'one-aot')).toEqual(mark);
    expect(readdirSync(join(cache, 'verified'))).toEqual(['one-aot.json']);
  });

  it('is none where the suite has never run, or where nobody can read it', () => {
    expect(readVerifiedMark(cache, 'one-aot')).toBeUndefined();
    writeVerifiedMark(cache, mark);
    writeFileSync(join(cache, 'verified', 'one-aot.json'), '{ "schema": "lumos/ver');
    expect(readVerifiedMark(cache, 'one-aot')).toBeUndefined();
    writeFileSync(join(cache, 'verified', 'one-aot.json'), '{ "schema": "lumos/verified@0" }');
    expect(readVerifiedMark(cache, 'one-aot')).toBeUndefined();
  });

  it('verifies the version that passed everything, and no other', () => {
    expect(isVerified(mark, 'one 1.2.3')).toBe(true);
    expect(isVerified(mark, 'one 1.2.4')).toBe(false);
    expect(isVerified(undefined, 'one 1.2.3')).toBe(false);
    expect(isVerified({ ...mark, failed: [{ behaviour: 'it does', why: 'it did not' }] }, 'one 1.2.3')).toBe(
      false,
    );
    expect(isVerified({ ...mark, passed: 0 }, 'one 1.2.3')).toBe(false);
  });
});
