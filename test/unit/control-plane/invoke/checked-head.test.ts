import { describe, expect, it } from 'vitest';
import { checkedHead } from '../../../../src/control-plane/invoke/checked-head.js';
import { decodeHead, ProtocolError, type AnswerHead } from '../../../../src/control-plane/invoke/frames.js';
import { milliseconds } from '../../../../src/domain/units.js';

interface HeadBytes {
  readonly sequence?: number;
  readonly compute?: bigint;
  readonly store?: bigint;
  readonly fetched?: bigint;
  readonly stored?: bigint;
}

function headOf({ sequence = 1, compute, store, fetched, stored }: HeadBytes): AnswerHead {
  const bytes = Buffer.alloc(64, 0xff);
  bytes.writeUInt32LE(sequence, 0);
  if (compute !== undefined) bytes.writeBigUInt64LE(compute, 20);
  if (store !== undefined) bytes.writeBigUInt64LE(store, 28);
  if (fetched !== undefined) bytes.writeBigUInt64LE(fetched, 48);
  if (stored !== undefined) bytes.writeBigUInt64LE(stored, 56);
  return decodeHead(bytes);
}

/** Checked as the head of a response that came 10 ms after its request. */
const checked = (bytes: HeadBytes): AnswerHead =>
  checkedHead(headOf(bytes), milliseconds(100), milliseconds(110));

describe('the head of a response', () => {
  it.each<[string, HeadBytes, string]>([
    ['a sequence of 0', { sequence: 0 }, 'sequence 0'],
    ['2^53 bytes stored', { stored: 2n ** 53n }, 'storedBytes 9007199254740992'],
    ['2^63 bytes fetched', { fetched: 2n ** 63n }, 'fetchedBytes 9223372036854776000'],
    ['a phase of nearly 2^64 ns', { compute: 2n ** 64n - 2n }, 'its phases took 18450000000000 ms'],
    ['a phase longer than the wait for the response', { compute: 500_000_000n }, 'its phases took 500 ms'],
    ['phases that only together are longer', { compute: 30_000_000n, store: 30_000_000n }, 'took 60 ms'],
  ])('is refused for %s', (_, bytes, reason) => {
    expect(() => checked(bytes)).toThrow(ProtocolError);
    expect(() => checked(bytes)).toThrow(reason);
  });

  it('is taken with the largest count that a row holds', () => {
    expect(checked({ stored: 2n ** 53n - 1n }).storage.storedBytes).toBe(2 ** 53 - 1);
  });

  it('is taken where a coarse clock makes the phases a little longer than the wait', () => {
    expect(checked({ compute: 16_000_000n }).phases.compute).toBe(16);
  });
});
