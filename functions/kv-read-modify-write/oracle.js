/** A counter and a text, and the same counted up and in capitals. */
import { Buffer } from 'node:buffer';
import { englishText } from '../../oracles/text.js';

const counterBytes = 8;

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export const input = () => Buffer.from('input');

/** @type {import('../../src/domain/function-manifest.js').OracleObjects} */
export function objects(step, random) {
  const counter = Buffer.alloc(counterBytes);
  counter.writeUInt32LE(random() >>> 1);
  return { input: Buffer.concat([counter, englishText((step.bytes ?? 0) - counterBytes, random)]) };
}

/** @param {import('../../src/domain/function-manifest.js').StoredObjects} objects */
const countOf = ({ input: object = Buffer.alloc(counterBytes) }) =>
  Buffer.from(object).readBigUInt64LE() + 1n;

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export const output = (_input, objects) => Buffer.from(String(countOf(objects)));

/** @type {import('../../src/domain/function-manifest.js').OracleStored} */
export function stored(_input, objects) {
  const counter = Buffer.alloc(counterBytes);
  counter.writeBigUInt64LE(countOf(objects));
  const text = Buffer.from(objects['input'] ?? [])
    .subarray(counterBytes)
    .toString('latin1');
  return { input: Buffer.concat([counter, Buffer.from(text.toUpperCase(), 'latin1')]) };
}
