/** Objects in the payload, and in the response. */
import { decode, encode } from '../text.js';
import { StorageFailure, type Store } from './session.js';

/** The objects of one invocation. */
export class InlineObjects implements Store {
  readonly roundTrips = 0;
  private readonly stored = new Map<string, Uint8Array>();

  private constructor(
    private readonly found: ReadonlyMap<string, Uint8Array>,
    /** What follows the objects: the payload that the function sees. */
    readonly payload: Uint8Array,
  ) {}

  /** @throws Error with the protocol's message where `payload` does not begin with whole objects */
  static open(payload: Uint8Array): InlineObjects {
    const found = new Map<string, Uint8Array>();
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    let at = 0;
    const take = (length: number): number => {
      const begin = at;
      at += length;
      if (at > payload.length) throw new Error('storage: the payload does not begin with whole objects');
      return begin;
    };
    const count = number(view, take(4), 4);
    for (let index = 0; index < count; index += 1) {
      const key = payload.subarray(take(number(view, take(2), 2)), at);
      const object = payload.subarray(take(number(view, take(4), 4)), at);
      const name = decode(key);
      if (!found.has(name)) found.set(name, object);
    }
    return new InlineObjects(found, payload.subarray(at));
  }

  get(key: string): Uint8Array {
    const object = this.stored.get(key) ?? this.found.get(key);
    if (object === undefined) throw new StorageFailure('missing');
    return object;
  }

  put(key: string, object: Uint8Array): void {
    // A Map keeps the place of a key that is set again. The function may change its bytes afterwards.
    this.stored.set(key, new Uint8Array(object));
  }

  /** What the response begins with: the objects that were put. */
  objectsPut(): Uint8Array[] {
    const count = new Uint8Array(4);
    new DataView(count.buffer).setUint32(0, this.stored.size, true);
    const parts: Uint8Array[] = [count];
    for (const [key, object] of this.stored) {
      const name = encode(key);
      const head = new Uint8Array(2 + name.length + 4);
      const view = new DataView(head.buffer);
      view.setUint16(0, name.length, true);
      head.set(name, 2);
      view.setUint32(2 + name.length, object.length, true);
      parts.push(head, object);
    }
    return parts;
  }
}

const number = (view: DataView, at: number, bytes: 2 | 4): number =>
  bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
