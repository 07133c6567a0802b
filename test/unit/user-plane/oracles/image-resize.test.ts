import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { check } from '../../../../functions/image-resize/oracle.js';
import { crc32 } from '../../../../oracles/crc32.js';
import { payloadOf } from './ladder.js';

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** PNG of 8-bit RGB, its rows unfiltered. */
function png({ width, height, rgb }: Picture): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const framed = Buffer.alloc(data.length + 12);
    framed.writeUInt32BE(data.length);
    framed.write(type, 4, 'latin1');
    framed.set(data, 8);
    framed.writeUInt32BE(crc32(framed.subarray(4, -4)), data.length + 8);
    return framed;
  };
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  const row = (y: number) => [Buffer.from([0]), rgb.subarray(3 * width * y, 3 * width * (y + 1))];
  const rows = Buffer.concat(Array.from({ length: height }, (_, y) => row(y)).flat());
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The picture of a payload, whose PNG has one IDAT right after its IHDR and rows that are not filtered. */
function pictureOf(payload: Uint8Array): Picture {
  const file = Buffer.from(payload).subarray(4);
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const rows = inflateSync(file.subarray(41, 41 + file.readUInt32BE(33)));
  return painted(width, height, (x, y, c) => rows[y * (1 + 3 * width) + 1 + 3 * x + c] ?? 0);
}

/** A picture of this size, each channel by its own rule. */
function painted(
  width: number,
  height: number,
  channel: (x: number, y: number, c: number) => number,
): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < rgb.length; at += 1) {
    const pixel = Math.floor(at / 3);
    const value = channel(pixel % width, Math.floor(pixel / width), at % 3);
    rgb[at] = Math.max(0, Math.min(255, Math.round(value)));
  }
  return { width, height, rgb };
}

/** A channel of a picture; beyond its edge the edge goes on. */
const channelOf = (picture: Picture) => (x: number, y: number, c: number) => {
  const column = Math.max(0, Math.min(picture.width - 1, x));
  const row = Math.max(0, Math.min(picture.height - 1, y));
  return picture.rgb[(row * picture.width + column) * 3 + c] ?? 0;
};

const centred = (index: number, from: number, to: number) => ((index + 0.5) * from) / to - 0.5;

/** Scaled by the hat function of the four pixels around each place. */
function scaled(picture: Picture, width: number, height: number, place = centred): Picture {
  const at = channelOf(picture);
  return painted(width, height, (x, y, c) => {
    const [sx, sy] = [place(x, picture.width, width), place(y, picture.height, height)];
    let sum = 0;
    for (const row of [Math.floor(sy), Math.floor(sy) + 1]) {
      for (const column of [Math.floor(sx), Math.floor(sx) + 1]) {
        sum += (1 - Math.abs(sx - column)) * (1 - Math.abs(sy - row)) * at(column, row, c);
      }
    }
    return sum;
  });
}

/** 2 x 2 pixels and the factor 2, in thousandths. */
const four = painted(
  2,
  2,
  (x, y, c) => [0, 10, 20, 100, 110, 120, 200, 60, 40, 40, 80, 240][6 * y + 3 * x + c] ?? 0,
);
const twice = Buffer.concat([Buffer.from('d0070000', 'hex'), png(four)]);

describe('the input of image-resize', () => {
  it('is the factor in thousandths and a picture, a small one for the step "tiny"', async () => {
    const { input } = await payloadOf('image-resize', '2.5');
    expect(Buffer.from(input).readUInt32LE()).toBe(2500);
    expect(pictureOf(input)).toMatchObject({ width: 256, height: 192 });
    expect(pictureOf((await payloadOf('image-resize', 'tiny')).input)).toMatchObject({
      width: 16,
      height: 12,
    });
  });

  it('is another picture for another seed', async () => {
    const one = (await payloadOf('image-resize', '1.5', 1)).input;
    expect(one).toEqual((await payloadOf('image-resize', '1.5', 1)).input);
    expect(one).not.toEqual((await payloadOf('image-resize', '1.5', 2)).input);
  });
});

describe('the check of image-resize', () => {
  it('accepts four pixels scaled as on paper, and refuses one that is 3 off', () => {
    const red = [
      [0, 25, 75, 100],
      [50, 59, 76, 85],
      [150, 126, 79, 55],
      [200, 160, 80, 40],
    ];
    const others = channelOf(scaled(four, 4, 4));
    const answer = painted(4, 4, (x, y, c) => (c === 0 ? (red[y]?.[x] ?? 0) : others(x, y, c)));
    expect(check(twice, png(answer), {})).toBeUndefined();
    answer.rgb[(2 * 4 + 1) * 3] = 129;
    expect(check(twice, png(answer), {})).toBe('pixel 1, 2: channel 0 is 129, expected 126.3');
  });

  for (const [label, width, height] of [
    ['tiny', 20, 15],
    ['1.5', 384, 288],
    ['3.0', 768, 576],
  ] as const) {
    it(`accepts the scaled picture of ${label}, and none of another size`, async () => {
      const { input } = await payloadOf('image-resize', label);
      const picture = pictureOf(input);
      expect(check(input, png(scaled(picture, width, height)), {})).toBeUndefined();
      for (const other of [picture, scaled(picture, width + 1, height), scaled(picture, width, height - 1)]) {
        expect(check(input, png(other), {})).toBe(
          `an image of ${other.width} x ${other.height} pixels, expected ${width} x ${height}`,
        );
      }
    });
  }

  for (const [label, width, height] of [
    ['tiny', 20, 15],
    ['2.0', 512, 384],
  ] as const) {
    type Wrong = (at: (x: number, y: number, c: number) => number, picture: Picture) => Picture;
    const moved =
      (
        rule: (at: (x: number, y: number, c: number) => number, x: number, y: number, c: number) => number,
      ): Wrong =>
      (at) =>
        painted(width, height, (x, y, c) => rule(at, x, y, c));
    const wrong: Record<string, Wrong> = {
      'shifted to the right by a pixel': moved((at, x, y, c) => at(x - 1, y, c)),
      'shifted down by a pixel': moved((at, x, y, c) => at(x, y - 1, c)),
      'flipped from left to right': moved((at, x, y, c) => at(width - 1 - x, y, c)),
      'flipped from top to bottom': moved((at, x, y, c) => at(x, height - 1 - y, c)),
      'with red and blue exchanged': moved((at, x, y, c) => at(x, y, 2 - c)),
      'a little darker': moved((at, x, y, c) => at(x, y, c) - 3),
      'scaled to the nearest pixel': (_, picture) =>
        scaled(picture, width, height, (index, from, to) => Math.round(centred(index, from, to))),
      'scaled from corner to corner': (_, picture) =>
        scaled(picture, width, height, (index, from, to) => (index * (from - 1)) / (to - 1)),
    };
    for (const [what, make] of Object.entries(wrong)) {
      it(`refuses the picture of ${label} ${what}`, async () => {
        const { input } = await payloadOf('image-resize', label);
        const picture = pictureOf(input);
        const answer = make(channelOf(scaled(picture, width, height)), picture);
        expect(check(input, png(answer), {})).toMatch(/^pixel \d+, \d+: channel \d is \d+, expected/);
      });
    }
  }

  it('refuses an image that is damaged, cut short or none', () => {
    const answer = png(scaled(four, 4, 4));
    const damaged = Buffer.from(answer);
    damaged[45] = (damaged[45] ?? 0) ^ 1;
    expect(check(twice, damaged, {})).toBe('the answer is no PNG image: the CRC of IDAT is wrong');
    expect(check(twice, answer.subarray(0, -20), {})).toMatch(/^the answer is no PNG image: /);
    expect(check(twice, Buffer.alloc(0), {})).toBe('the answer is no PNG image: it has another signature');
  });
});
