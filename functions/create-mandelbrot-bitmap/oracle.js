/**
 * The side of a bitmap, and the Mandelbrot set on it. Where the function iterates every point, this takes the points of
 * the set's two large bodies from their equations, and iterates the others: with the function's own order of operations,
 * because what lies on the edge depends on how each is rounded.
 */
import { Buffer } from 'node:buffer';

const ITERATIONS = 50;
const LIMIT_SQUARED = 4;

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step) {
  const side = step.size;
  if (side === undefined || !Number.isInteger(side))
    throw new RangeError('size: expected the side of a bitmap');
  return Buffer.from(String(side));
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  const side = Number(Buffer.from(input).toString('utf8'));
  const bytesPerRow = Math.ceil(side / 8);
  const rows = Buffer.alloc(bytesPerRow * side);
  for (let pixel = 0; pixel < side * side; pixel += 1) {
    const [x, y] = [pixel % side, Math.floor(pixel / side)];
    const [a, b] = [(2 * x) / side - 1.5, (2 * y) / side - 1];
    if (!inLargeBody(a, b) && escapes(a, b)) continue;
    const at = y * bytesPerRow + (x >> 3);
    rows.writeUInt8(rows.readUInt8(at) | (128 >> (x & 7)), at);
  }
  return Buffer.concat([Buffer.from(`P4\n${side} ${side}\n`), rows]);
}

/**
 * Whether a + bi lies within the main cardioid or the disc of radius 1/4 about -1.
 * @param {number} a
 * @param {number} b
 */
function inLargeBody(a, b) {
  const q = (a - 0.25) ** 2 + b ** 2;
  return q * (q + (a - 0.25)) < b ** 2 / 4 || (a + 1) ** 2 + b ** 2 < 1 / 16;
}

/**
 * @param {number} a
 * @param {number} b
 */
function escapes(a, b) {
  let [x, y, xx, yy] = [0, 0, 0, 0];
  for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
    y = 2 * x * y + b;
    x = xx - yy + a;
    xx = x * x;
    yy = y * y;
    if (xx + yy > LIMIT_SQUARED) return true;
  }
  return false;
}
