/** Lists that take exactly so many bytes once they are encoded. */

/**
 * How a format encodes a list.
 * @template T
 * @typedef {object} ListFormat
 * @property {(item: T) => number} itemBytes bytes of one encoded item
 * @property {(count: number) => number} frameBytes bytes of all that is not an item in a list of `count` items
 */

/**
 * As many of `next` after `first` as fit into `bytes`, and what is left of `bytes` for padding.
 * @template T
 * @param {number} bytes
 * @param {T} first
 * @param {(index: number) => T} next
 * @param {ListFormat<T>} format
 * @returns {{ items: [T, ...T[]], last: T, left: number }}
 * @throws {RangeError} where not even `first` fits
 */
export function filledList(bytes, first, next, { itemBytes, frameBytes }) {
  /** @type {[T, ...T[]]} */
  const items = [first];
  let last = first;
  let used = itemBytes(first);
  if (used + frameBytes(1) > bytes) throw new RangeError(`bytes: ${bytes} are too few for one item`);
  for (;;) {
    const item = next(items.length);
    const more = used + itemBytes(item);
    if (more + frameBytes(items.length + 1) > bytes) break;
    items.push(item);
    last = item;
    used = more;
  }
  return { items, last, left: bytes - used - frameBytes(items.length) };
}

const paddingText = 'and do call before you come ';

/**
 * English text of `bytes` bytes.
 * @param {number} bytes
 */
export function padding(bytes) {
  return paddingText.repeat(Math.ceil(bytes / paddingText.length)).slice(0, bytes);
}
