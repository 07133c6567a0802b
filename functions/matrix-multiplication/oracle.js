/** Matrices of small whole numbers, so that their product is exact in any order of summation, and the product. */
import { Buffer } from 'node:buffer';

const ORDER_BYTES = 4;
const ENTRY_BYTES = 8;
const LARGEST_ENTRY = 8;

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  const n = step.size;
  if (n === undefined || !Number.isInteger(n)) throw new RangeError('size: expected the order of a matrix');
  const payload = Buffer.alloc(ORDER_BYTES + 2 * n * n * ENTRY_BYTES);
  payload.writeUInt32LE(n, 0);
  for (let offset = ORDER_BYTES; offset < payload.length; offset += ENTRY_BYTES) {
    payload.writeDoubleLE((random() % (2 * LARGEST_ENTRY + 1)) - LARGEST_ENTRY, offset);
  }
  return payload;
}

/**
 * The product by rows and columns in 32-bit integers, where the function adds up rows in floating point.
 * @type {import('../../src/domain/function-manifest.js').OracleOutput}
 */
export function output(input) {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const n = view.getUint32(0, true);
  /** @param {number} index */
  const entry = (index) => view.getFloat64(ORDER_BYTES + index * ENTRY_BYTES, true);
  const rows = Int32Array.from({ length: n * n }, (_, index) => entry(index));
  const columns = Int32Array.from({ length: n * n }, (_, index) =>
    entry(n * n + (index % n) * n + Math.floor(index / n)),
  );
  const product = Buffer.alloc(n * n * ENTRY_BYTES);
  for (let i = 0; i < n; i += 1) {
    const row = rows.subarray(i * n, (i + 1) * n);
    for (let j = 0; j < n; j += 1) {
      const sum = dot(row, columns.subarray(j * n, (j + 1) * n));
      product.writeDoubleLE(sum, (i * n + j) * ENTRY_BYTES);
    }
  }
  return product;
}

/**
 * @param {Int32Array} a
 * @param {Int32Array} b
 */
function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k += 1) sum += Math.imul(a[k] ?? 0, b[k] ?? 0);
  return sum;
}
