/**
 * Multiplies two square matrices. The payload is their order n as a 32-bit integer, then both matrices, row by row, as
 * 64-bit floating-point numbers; the response is the product in the same form, without n. Everything is little-endian, as
 * are the typed arrays of every machine that Node and Wasm run on.
 */
import type { Context } from 'lumos-function';

const orderBytes = 4;
const entryBytes = 8;

interface Factors {
  readonly n: number;
  readonly a: Float64Array;
  readonly b: Float64Array;
}

export function handle(context: Context, payload: Uint8Array): Uint8Array {
  const factors = context.deserialize(() => factorsIn(payload));
  const product = context.compute(() => multiply(factors));
  return context.serialize(() => new Uint8Array(product.buffer));
}

function factorsIn(payload: Uint8Array): Factors {
  if (payload.length < orderBytes) throw new Error('the payload ends before the order of the matrices');
  const n = new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);
  const found = payload.length - orderBytes;
  if (2 * n * n * entryBytes !== found) {
    throw new Error(`two matrices of order ${n} do not have ${found} bytes`);
  }
  // A typed array of numbers begins at a multiple of their size, which the payload's entries do not.
  const { buffer } = new Uint8Array(payload.subarray(orderBytes));
  return { n, a: new Float64Array(buffer, 0, n * n), b: new Float64Array(buffer, found / 2, n * n) };
}

function multiply({ n, a, b }: Factors): Float64Array<ArrayBuffer> {
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < n; k += 1) {
      const factor = a[i * n + k] ?? NaN;
      for (let j = 0; j < n; j += 1) {
        product[i * n + j] = (product[i * n + j] ?? NaN) + factor * (b[k * n + j] ?? NaN);
      }
    }
  }
  return product;
}
