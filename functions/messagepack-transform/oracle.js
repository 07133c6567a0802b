/** Orders of a shop as a MessagePack array, and the report on them by the npm package of MessagePack's authors. */
import { Buffer } from 'node:buffer';
import { decode, Encoder } from '@msgpack/msgpack';
import { ordersOfSize, reportOn } from '../../oracles/orders.js';

/** @typedef {import('../../oracles/orders.js').Order} Order */

const encoder = new Encoder();

// Of these every value takes one byte; what values take more is counted, which is faster than to encode orders twice.
const emptyOrderBytes = encoder.encode({ id: 0, customer: '', country: '', items: [], note: '' }).length;
const emptyItemBytes = encoder.encode({ sku: '', quantity: 0, unitPriceCents: 0 }).length;

/** @type {import('../../oracles/filled-list.js').ListFormat<Order>} */
const format = { itemBytes: orderBytes, frameBytes: (count) => 1 + lengthBytes(count, 16) };

/** @param {Order} order of less than 16 items */
function orderBytes({ id, customer, country, items, note }) {
  const own = emptyOrderBytes + numberBytes(id) + textBytes(customer) + textBytes(country) + textBytes(note);
  return items.reduce(
    (sum, { sku, quantity, unitPriceCents }) =>
      sum + emptyItemBytes + textBytes(sku) + numberBytes(quantity) + numberBytes(unitPriceCents),
    own,
  );
}

/**
 * Bytes of a whole number below 2^32 after the first.
 * @param {number} number
 */
function numberBytes(number) {
  if (number < 2 ** 7) return 0;
  if (number < 2 ** 8) return 1;
  return number < 2 ** 16 ? 2 : 4;
}

/**
 * Bytes of a string after the first.
 * @param {string} text
 */
function textBytes(text) {
  const bytes = Buffer.byteLength(text);
  return bytes + (bytes >= 32 && bytes < 2 ** 8 ? 1 : lengthBytes(bytes, 32));
}

/**
 * Bytes in which a length is written apart from the first: none for a short one.
 * @param {number} length
 * @param {number} firstLong
 */
function lengthBytes(length, firstLong) {
  if (length < firstLong) return 0;
  return length < 2 ** 16 ? 2 : 4;
}

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  return encoder.encode(ordersOfSize(step.bytes ?? 0, random, format));
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  return encoder.encode(reportOn(/** @type {Order[]} */ (decode(input))));
}
