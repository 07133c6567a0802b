/** What an answer or error says of its invocation: the 64-byte head of `docs/protocol.md`. */

/** The phases of a function in the order of the wire. */
export const phases = ['deserialize', 'fetch', 'compute', 'store', 'serialize'] as const;
export type Phase = (typeof phases)[number];

/** What went between a function and its storage in one invocation. */
export interface Counts {
  /** Requests of which the answer was waited for. */
  readonly roundTrips: number;
  /** Bytes of the objects fetched. */
  readonly fetched: number;
  /** Bytes of the objects stored. */
  readonly stored: number;
}

export interface Head {
  /** Which invocation of this instance it is; the first is 1. */
  readonly sequence: number;
  /** Nanoseconds in each phase that was entered. */
  readonly nanoseconds: Readonly<Partial<Record<Phase, number>>>;
  /** Absent without a storage. */
  readonly counts: Counts | undefined;
}

/** Bytes of a head. */
export const headBytes = 4 + 8 * phases.length + 4 + 8 + 8;

/** On the wire: this was not measured, which is not 0. */
const notMeasured = 2n ** 64n - 1n;
const notMeasured32 = 0xffff_ffff;

/** Writes a head into `view`, `at` bytes from its beginning. */
export function writeHead(view: DataView, at: number, { sequence, nanoseconds, counts }: Head): void {
  view.setUint32(at, sequence, true);
  let field = at + 4;
  for (const phase of phases) {
    view.setBigUint64(field, wide(nanoseconds[phase]), true);
    field += 8;
  }
  view.setUint32(field, counts?.roundTrips ?? notMeasured32, true);
  view.setBigUint64(field + 4, wide(counts?.fetched), true);
  view.setBigUint64(field + 12, wide(counts?.stored), true);
}

const wide = (value: number | undefined): bigint =>
  value === undefined ? notMeasured : BigInt(Math.round(value));

/** The value of HTTP's header `lumos-head`. */
export function encodeHead(head: Head): string {
  const bytes = new Uint8Array(headBytes);
  writeHead(new DataView(bytes.buffer), 0, head);
  return btoa(String.fromCharCode(...bytes));
}
