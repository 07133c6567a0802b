import { describe, expect, it } from 'vitest';
import {
  expectAbsent,
  expectBytes,
  expectEqual,
  expectMatch,
  expectPresent,
  expectWithin,
  ExpectationError,
} from '../../../src/conformance/expectations.js';

describe('expectations', () => {
  it.each<[string, () => unknown]>([
    ['x: expected 1, found 2', () => expectEqual('x', 2, 1)],
    ['x: expected [ 1 ], found [ 2 ]', () => expectEqual('x', [2], [1])],
    ['x: expected at least 1 and at most 3, found 4', () => expectWithin('x', 4, { least: 1, most: 3 })],
    ['x: expected at least 1, found undefined', () => expectWithin('x', undefined, { least: 1 })],
    ['x: expected at most 3, found NaN', () => expectWithin('x', NaN, { most: 3 })],
    ['x: expected what fits /^a/, found "b"', () => expectMatch('x', 'b', /^a/)],
    ['x: expected what fits /^a/, found undefined', () => expectMatch('x', undefined, /^a/)],
    ['x: expected to be there, found none', () => expectPresent('x', undefined)],
    ['x: expected none, found 0', () => expectAbsent('x', 0)],
    [
      'x: expected 3 bytes, found 3, which differ at byte 1',
      () => expectBytes('x', Buffer.from('abc'), Buffer.from('aXc')),
    ],
    [
      'x: expected 3 bytes, found 2, which differ at byte 2',
      () => expectBytes('x', Buffer.from('ab'), Buffer.from('abc')),
    ],
  ])('say %j', (message, check) => {
    expect(check).toThrow(new ExpectationError(message));
  });

  it('say nothing of what is as expected', () => {
    expectEqual('x', { a: [1] }, { a: [1] });
    expectWithin('x', 3, { least: 3, most: 3 });
    expectMatch('x', 'ab', /^a/);
    expect(expectPresent('x', 0)).toBe(0);
    expectAbsent('x', undefined);
    expectBytes('x', Buffer.alloc(0), new Uint8Array());
  });
});
