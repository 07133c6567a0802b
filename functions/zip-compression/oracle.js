/**
 * English text, and a reader of ZIP archives (PKWARE's APPNOTE.TXT, sections 4.3 and 4.4) on Node's zlib. Any archive of
 * the text is right, as two compressors seldom agree on the bytes.
 */
import { Buffer } from 'node:buffer';
import { inflateRawSync } from 'node:zlib';
import { crc32 } from '../../oracles/crc32.js';
import { englishText } from '../../oracles/text.js';

const ENTRY = 'payload.txt';
const DEFLATED = 8;
const LOCAL = { signature: 0x04034b50, length: 30 };
const CENTRAL = { signature: 0x02014b50, length: 46 };
const END = { signature: 0x06054b50, length: 22 };
/** The text of a step this large compresses 2:1 by any real compressor. */
const LARGE = 51_200;

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  return englishText(step.bytes ?? 0, random);
}

/** @type {import('../../src/domain/function-manifest.js').OracleCheck} */
export function check(input, answer) {
  try {
    const { compressed, size, crc } = onlyEntry(Buffer.from(answer));
    const content = inflated(compressed, input.length);
    if (size !== content.length)
      return `the entry says ${String(size)} bytes, but has ${String(content.length)}`;
    if (crc !== crc32(content)) return 'the CRC-32 of the entry is not that of its content';
    if (!content.equals(input)) return 'the content of the entry is not the payload';
    const largest = input.length < LARGE ? input.length : input.length / 2;
    return compressed.length < largest
      ? undefined
      : `${String(input.length)} bytes of text are compressed to ${String(compressed.length)}, which is hardly at all`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * What the archive's directory and the entry's own header say of it, where both agree and nothing else is there.
 * @param {Buffer} archive
 */
function onlyEntry(archive) {
  const end = header(archive, archive.length - END.length, END, 'end of the central directory');
  if (end.readUInt16LE(8) !== 1 || end.readUInt16LE(10) !== 1)
    throw new Error('the archive has not one entry');
  const directory = end.readUInt32LE(16);
  const central = header(archive, directory, CENTRAL, 'header in the central directory');
  const variable = [28, 30, 32].reduce((sum, at) => sum + central.readUInt16LE(at), 0);
  const directoryEnd = directory + CENTRAL.length + variable;
  if (end.readUInt32LE(12) !== CENTRAL.length + variable || directoryEnd !== archive.length - END.length) {
    throw new Error('the central directory has not the size it says');
  }
  const offset = central.readUInt32LE(42);
  const local = header(archive, offset, LOCAL, 'header of the entry');
  const name = local.readUInt16LE(26);
  if (central.readUInt16LE(10) !== DEFLATED || local.readUInt16LE(8) !== DEFLATED) {
    throw new Error('the entry is not compressed by Deflate');
  }
  requireName(archive, directory + CENTRAL.length, central.readUInt16LE(28));
  requireName(archive, offset + LOCAL.length, name);
  // CRC-32 and both sizes stand in both headers, in the same order.
  if (!central.subarray(16, 28).equals(local.subarray(14, 26))) {
    throw new Error('the two headers of the entry say different things of it');
  }
  const data = offset + LOCAL.length + name + local.readUInt16LE(28);
  const compressedLength = central.readUInt32LE(20);
  if (offset !== 0 || data + compressedLength !== directory) {
    throw new Error('the entry does not fill the archive up to the central directory');
  }
  return {
    compressed: archive.subarray(data, directory),
    size: central.readUInt32LE(24),
    crc: central.readUInt32LE(16),
  };
}

/**
 * The fixed part of a header.
 * @param {Buffer} archive
 * @param {number} offset
 * @param {{ signature: number, length: number }} kind
 * @param {string} what
 */
function header(archive, offset, kind, what) {
  const inside = offset >= 0 && offset + kind.length <= archive.length;
  if (!inside || archive.readUInt32LE(offset) !== kind.signature) {
    throw new Error(`there is no ${what} at byte ${String(offset)}`);
  }
  return archive.subarray(offset, offset + kind.length);
}

/**
 * @param {Buffer} archive
 * @param {number} offset
 * @param {number} length
 */
function requireName(archive, offset, length) {
  const name = archive.toString('latin1', offset, offset + length);
  if (name !== ENTRY) throw new Error(`the entry is named ${JSON.stringify(name)}, expected "${ENTRY}"`);
}

/**
 * @param {Buffer} compressed
 * @param {number} expected bytes
 */
function inflated(compressed, expected) {
  try {
    return inflateRawSync(compressed, { maxOutputLength: expected + 1 });
  } catch (error) {
    throw new Error(
      `the entry cannot be decompressed: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
