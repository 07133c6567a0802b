/**
 * Records in a plain binary form, and JavaScript's own JSON of them. The form: a 32-bit count; for each record its id
 * (unsigned) and its cents (signed) in 64 bits each, then its name, its city and its text, each as a 16-bit length in
 * bytes and UTF-8. Everything is little-endian.
 */
import { Buffer } from 'node:buffer';
import { recordsOfSize } from '../../oracles/records.js';

/** @typedef {import('../../oracles/records.js').StoredRecord} StoredRecord */

const COUNT_BYTES = 4;
const NUMBER_BYTES = 8;
const LENGTH_BYTES = 2;

/** @type {import('../../oracles/filled-list.js').ListFormat<StoredRecord>} */
const format = {
  itemBytes: ({ name, city, text }) =>
    2 * NUMBER_BYTES +
    [name, city, text].reduce((sum, string) => sum + LENGTH_BYTES + Buffer.byteLength(string), 0),
  frameBytes: () => COUNT_BYTES,
};

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  return encode(step.bytes ?? 0, recordsOfSize(step.bytes ?? 0, random, format));
}

/**
 * @param {number} bytes
 * @param {readonly StoredRecord[]} records
 */
function encode(bytes, records) {
  const payload = Buffer.alloc(bytes);
  let offset = payload.writeUInt32LE(records.length, 0);
  for (const { id, cents, name, city, text } of records) {
    offset = payload.writeBigUInt64LE(BigInt(id), offset);
    offset = payload.writeBigInt64LE(BigInt(cents), offset);
    for (const string of [name, city, text]) {
      const length = payload.write(string, offset + LENGTH_BYTES);
      offset = payload.writeUInt16LE(length, offset) + length;
    }
  }
  return payload;
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  const payload = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  let offset = COUNT_BYTES;
  const string = () => {
    const begin = offset + LENGTH_BYTES;
    offset = begin + payload.readUInt16LE(offset);
    return payload.toString('utf8', begin, offset);
  };
  const records = Array.from({ length: payload.readUInt32LE(0) }, () => {
    const id = Number(payload.readBigUInt64LE(offset));
    const cents = Number(payload.readBigInt64LE(offset + NUMBER_BYTES));
    offset += 2 * NUMBER_BYTES;
    return { id, cents, name: string(), city: string(), text: string() };
  });
  return Buffer.from(JSON.stringify(records));
}
