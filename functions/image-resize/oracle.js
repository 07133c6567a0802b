/** A picture of gradients, discs and bars as PNG, and the same picture scaled by a bilinear filter of our own. */
import { Buffer } from 'node:buffer';
import { deflateSync, inflateSync } from 'node:zlib';
import { crc32 } from '../../oracles/crc32.js';

/** @typedef {{ width: number, height: number, pixels: Uint8Array }} Picture three bytes a pixel */

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const full = { width: 256, height: 192 };
const small = { width: 16, height: 12 };
/** How far a channel may be from ours: both round, at different places. */
const tolerance = 2;

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  const factor = Buffer.alloc(4);
  factor.writeUInt32LE(Math.round((step.size ?? 1) * 1000));
  return Buffer.concat([factor, encodePng(paint(step.label === 'tiny' ? small : full, random))]);
}

/** @type {import('../../src/domain/function-manifest.js').OracleCheck} */
export function check(input, answer) {
  const thousandths = Buffer.from(input).readUInt32LE(0);
  const from = decodePng(Buffer.from(input).subarray(4));
  /** @type {Picture} */
  let scaled;
  try {
    scaled = decodePng(Buffer.from(answer));
  } catch (error) {
    return `the answer is no PNG image: ${error instanceof Error ? error.message : String(error)}`;
  }
  const width = Math.round((from.width * thousandths) / 1000);
  const height = Math.round((from.height * thousandths) / 1000);
  if (scaled.width !== width || scaled.height !== height) {
    return `an image of ${String(scaled.width)} x ${String(scaled.height)} pixels, expected ${String(width)} x ${String(height)}`;
  }
  return difference(from, scaled);
}

/** @param {Picture} from @param {Picture} scaled */
function difference(from, scaled) {
  const rows = taps(from.height, scaled.height);
  const columns = taps(from.width, scaled.width);
  for (let y = 0; y < scaled.height; y += 1) {
    for (let x = 0; x < scaled.width; x += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        const expected = sample(from, rows[y], columns[x], channel);
        const found = scaled.pixels[3 * (y * scaled.width + x) + channel] ?? -1;
        if (Math.abs(found - expected) > tolerance) {
          return `pixel ${String(x)}, ${String(y)}: channel ${String(channel)} is ${String(found)}, expected ${expected.toFixed(1)}`;
        }
      }
    }
  }
  return undefined;
}

/** @typedef {{ low: number, high: number, share: number }} Tap two neighbours and the second one's share */

/**
 * Where each place of the scaled side lies between two places of the other: centres of pixels on centres.
 * @param {number} from
 * @param {number} to
 * @returns {Tap[]}
 */
const taps = (from, to) =>
  Array.from({ length: to }, (_, index) => {
    const place = ((index + 0.5) * from) / to - 0.5;
    const low = Math.floor(place);
    const inside = (/** @type {number} */ at) => Math.min(from - 1, Math.max(0, at));
    return { low: inside(low), high: inside(low + 1), share: place - low };
  });

/**
 * @param {Picture} picture
 * @param {Tap | undefined} row
 * @param {Tap | undefined} column
 * @param {number} channel
 */
function sample({ width, pixels }, row, column, channel) {
  if (row === undefined || column === undefined) return NaN;
  const at = (/** @type {number} */ y, /** @type {number} */ x) =>
    pixels[3 * (y * width + x) + channel] ?? NaN;
  const along = (/** @type {number} */ y) =>
    at(y, column.low) * (1 - column.share) + at(y, column.high) * column.share;
  return along(row.low) * (1 - row.share) + along(row.high) * row.share;
}

/**
 * @param {{ width: number, height: number }} size
 * @param {() => number} random
 * @returns {Picture}
 */
function paint({ width, height }, random) {
  const discs = Array.from({ length: 8 }, () => ({
    x: random() % width,
    y: random() % height,
    radius: 2 + (random() % Math.ceil(width / 6)),
    color: [random() & 255, random() & 255, random() & 255],
  }));
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const disc = discs.find((one) => (x - one.x) ** 2 + (y - one.y) ** 2 <= one.radius ** 2);
      const grain = random() % 8;
      const color = disc?.color ?? [(255 * x) / width, (255 * y) / height, (x >> 3) % 2 === 0 ? 60 : 180];
      color.forEach((value, channel) => {
        pixels[3 * (y * width + x) + channel] = Math.min(255, Math.floor(value * 0.96) + grain);
      });
    }
  }
  return { width, height, pixels };
}

/** @param {Picture} picture */
function encodePng({ width, height, pixels }) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const lines = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y += 1) {
    lines.set(pixels.subarray(3 * width * y, 3 * width * (y + 1)), y * (1 + 3 * width) + 1);
  }
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** PNG with 8 bits a channel in RGB, not interlaced. @param {Buffer} png @returns {Picture} */
function decodePng(png) {
  if (!png.subarray(0, 8).equals(signature)) throw new Error('it has another signature');
  /** @type {Buffer[]} */
  const parts = [];
  let [width, height] = [0, 0];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (png.readUInt32BE(at + 8 + length) !== crc32(png.subarray(at + 4, at + 8 + length)))
      throw new Error(`the CRC of ${type} is wrong`);
    if (type === 'IHDR') {
      [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
      if (data[8] !== 8 || data[9] !== 2 || data[12] !== 0) throw new Error('it is not 8-bit RGB');
    }
    if (type === 'IDAT') parts.push(data);
    at += 12 + length;
  }
  return { width, height, pixels: unfilter(inflateSync(Buffer.concat(parts)), width, height) };
}

/** @param {Buffer} lines @param {number} width @param {number} height */
function unfilter(lines, width, height) {
  const row = 3 * width;
  if (lines.length !== height * (row + 1)) throw new Error('it has too few or too many bytes');
  const pixels = new Uint8Array(height * row);
  for (let y = 0; y < height; y += 1) {
    const filter = lines[y * (row + 1)] ?? 0;
    for (let i = 0; i < row; i += 1) {
      const left = i < 3 ? 0 : (pixels[y * row + i - 3] ?? 0);
      const up = y === 0 ? 0 : (pixels[(y - 1) * row + i] ?? 0);
      const corner = i < 3 || y === 0 ? 0 : (pixels[(y - 1) * row + i - 3] ?? 0);
      pixels[y * row + i] = (lines[y * (row + 1) + 1 + i] ?? 0) + predicted(filter, left, up, corner);
    }
  }
  return pixels;
}

/** The filters of PNG, section 9. @param {number} filter @param {number} left @param {number} up @param {number} corner */
function predicted(filter, left, up, corner) {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) throw new Error(`there is no filter ${String(filter)}`);
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
