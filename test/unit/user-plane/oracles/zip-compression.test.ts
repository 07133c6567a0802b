import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { check, input } from '../../../../functions/zip-compression/oracle.js';
import { crc32 } from '../../../../oracles/crc32.js';
import { numbers } from './numbers.js';

const text = (bytes: number) =>
  Buffer.from(input({ label: 'x', bytes } as Parameters<typeof input>[0], numbers(1)));

/** An archive of one entry by this test's own hand. */
function zip(
  content: Uint8Array,
  compressed: Buffer = deflateRawSync(content),
  name = 'payload.txt',
): Buffer {
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0); // version needed
  shared.writeUInt16LE(8, 4); // Deflate
  shared.writeUInt16LE(0x21, 8); // 1980-01-01
  shared.writeUInt32LE(crc32(content), 10);
  shared.writeUInt32LE(compressed.length, 14);
  shared.writeUInt32LE(content.length, 18);
  shared.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, Buffer.from(name), compressed]);
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\x03', 'latin1'),
    shared,
    Buffer.alloc(14), // no comment, first disk, attributes, offset 0
    Buffer.from(name),
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

const payload = text(1024);
const archive = zip(payload);
const verdict = (answer: Uint8Array, of = payload) => check(of, answer, {});

describe('the check of zip-compression', () => {
  it('accepts an archive of the payload, of every level of compression', () => {
    for (const bytes of [256, 1024, 51_200, 524_288]) {
      const content = text(bytes);
      for (const level of [1, 6, 9]) {
        expect(verdict(zip(content, deflateRawSync(content, { level })), content)).toBeUndefined();
      }
    }
  });

  it('refuses an archive of another text', () => {
    const other = Buffer.from(payload);
    other[500] = (other[500] ?? 0) ^ 1;
    expect(verdict(zip(other))).toBe('the content of the entry is not the payload');
    expect(verdict(zip(payload.subarray(1)))).toBe('the content of the entry is not the payload');
  });

  it('refuses a text that is only stored', () => {
    const stored = deflateRawSync(payload, { level: 0 });
    expect(verdict(zip(payload, stored))).toMatch(
      /^1024 bytes of text are compressed to 1029, which is hardly/,
    );
  });

  it('refuses a large text that is compressed less than 2:1', () => {
    const large = text(51_200);
    const poor = deflateRawSync(large, { strategy: 2 }); // Huffman codes alone
    expect(verdict(zip(large, poor), large)).toMatch(
      /^51200 bytes of text are compressed to \d+, which is hardly/,
    );
  });

  it('refuses an entry of another name', () => {
    expect(verdict(zip(payload, undefined, 'payload.doc'))).toBe(
      'the entry is named "payload.doc", expected "payload.txt"',
    );
  });

  it('refuses what is no archive, or not a whole one', () => {
    expect(verdict(Buffer.alloc(0))).toBe('there is no end of the central directory at byte -22');
    expect(verdict(payload)).toBe('there is no end of the central directory at byte 1002');
    expect(verdict(archive.subarray(0, -1))).toMatch(/^there is no end of the central directory/);
    expect(verdict(archive.subarray(1))).toMatch(/^there is no header in the central directory/);
    expect(verdict(Buffer.concat([archive, Buffer.alloc(1)]))).toMatch(/^there is no end of the/);
  });

  it('refuses an archive with any byte of the compressed text changed', () => {
    const begin = 30 + 'payload.txt'.length;
    const end = archive.readUInt32LE(18) + begin;
    for (let at = begin; at < end; at += 1) {
      const damaged = Buffer.from(archive);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      expect(verdict(damaged), `byte ${at}`).toBeTypeOf('string');
    }
  });

  it('refuses an archive with a wrong CRC-32 or a wrong size, in one header or in both', () => {
    const directory = archive.readUInt32LE(archive.length - 6);
    const changed = (...places: number[]) => {
      const damaged = Buffer.from(archive);
      for (const at of places) damaged[at] = (damaged[at] ?? 0) ^ 1;
      return verdict(damaged);
    };
    expect(changed(14)).toBe('the two headers of the entry say different things of it');
    expect(changed(14, directory + 16)).toBe('the CRC-32 of the entry is not that of its content');
    expect(changed(22, directory + 24)).toBe('the entry says 1025 bytes, but has 1024');
    expect(changed(18, directory + 20)).toBe(
      'the entry does not fill the archive up to the central directory',
    );
    expect(changed(8)).toBe('the entry is not compressed by Deflate');
    expect(changed(archive.length - 12)).toBe('the archive has not one entry');
    expect(changed(archive.length - 10)).toBe('the central directory has not the size it says');
  });

  it('refuses an archive that grows beyond the payload, without unpacking it all', () => {
    expect(verdict(zip(Buffer.alloc(100_000_000)))).toMatch(/^the entry cannot be decompressed/);
  });
});
