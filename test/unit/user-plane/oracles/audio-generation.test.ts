import { describe, expect, it } from 'vitest';
import { check, input } from '../../../../functions/audio-generation/oracle.js';

const request = (text: string): Buffer => Buffer.from(text);
const payload = (size: number, random: () => number): string =>
  Buffer.from(input({ label: 'any', size }, random)).toString('utf8');

/** Of eight samples: byte by byte what the specification of RIFF WAVE says. */
const header = Buffer.from(
  '52494646 34000000 57415645 666d7420 10000000 0100 0100 44ac0000 88580100 0200 1000 64617461 10000000'.replaceAll(
    ' ',
    '',
  ),
  'hex',
);
/** Of 440 Hz, by the sine's series in decimal arithmetic of 50 digits. */
const samples440 = [0, 1642, 3278, 4901, 6505, 8083, 9629, 11138];
const asked = request('frequency=440.00 samples=8');

function fileOf(samples: readonly number[]): Buffer {
  const bytes = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, index) => bytes.writeInt16LE(sample, index * 2));
  return Buffer.concat([header, bytes]);
}

const verdict = (samples: readonly number[]): string | undefined => check(asked, fileOf(samples), {});

describe('the oracle of audio-generation', () => {
  it('takes the file of the tone', () => {
    expect(verdict(samples440)).toBeUndefined();
  });

  it('takes samples that are off by one, either way', () => {
    expect(verdict(samples440.map((sample) => sample + 1))).toBeUndefined();
    expect(verdict(samples440.map((sample) => sample - 1))).toBeUndefined();
  });

  it('refuses a sample that is off by two, and names it', () => {
    for (const index of samples440.keys()) {
      for (const off of [-2, 2]) {
        expect(verdict(samples440.with(index, (samples440[index] ?? 0) + off))).toContain(
          `sample ${index}: `,
        );
      }
    }
    expect(verdict(samples440.with(1, 0))).toBe('sample 1: expected 1642.3 within 1, found 0');
  });

  it('refuses another tone, and silence', () => {
    expect(check(request('frequency=441.00 samples=8'), fileOf(samples440), {})).toContain('sample 1: ');
    expect(verdict(samples440.map(() => 0))).toContain('sample 1: ');
  });

  it('refuses a header with any byte changed', () => {
    for (const offset of header.keys()) {
      const file = fileOf(samples440);
      file.writeUInt8((header[offset] ?? 0) ^ 1, offset);
      expect(check(asked, file, {})).toBe(`the WAV header differs at byte ${offset}`);
    }
  });

  it('refuses a file that is too short, too long or nothing', () => {
    const file = fileOf(samples440);
    expect(check(asked, file.subarray(0, -2), {})).toBe('expected a WAV file of 60 bytes, found 58');
    expect(check(asked, Buffer.concat([file, Buffer.alloc(1)]), {})).toBe(
      'expected a WAV file of 60 bytes, found 61',
    );
    expect(check(asked, Buffer.alloc(0), {})).toBe('expected a WAV file of 60 bytes, found 0');
  });

  it('looks at the answer alone where it is part of a larger buffer', () => {
    const within = Buffer.concat([Buffer.alloc(7, 0xff), fileOf(samples440), Buffer.alloc(3)]);
    expect(check(asked, within.subarray(7, -3), {})).toBeUndefined();
  });

  it('asks for as many samples as the size has room for, at a frequency from the seed', () => {
    expect(payload(1, () => 0)).toBe('frequency=55.00 samples=490');
    expect(payload(1, () => 12_345)).toBe('frequency=178.45 samples=490');
    expect(payload(2048, () => 413_099)).toBe('frequency=4185.99 samples=1048554');
    expect(payload(2048, () => 413_100)).toBe('frequency=55.00 samples=1048554');
  });

  it('refuses a step without a size, or one without room for a sample', () => {
    expect(() => input({ label: 'any' }, () => 0)).toThrow('size: expected the KiB of a WAV file');
    expect(() => payload(44 / 1024, () => 0)).toThrow(RangeError);
  });
});
