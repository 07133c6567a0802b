/** Records as a JSON array, and what JavaScript's own JSON makes of them. */
import { Buffer } from 'node:buffer';
import { checksum, recordsOfSize } from '../../oracles/records.js';

/** @typedef {import('../../oracles/records.js').StoredRecord} StoredRecord */

/** @type {import('../../oracles/filled-list.js').ListFormat<StoredRecord>} */
const format = {
  itemBytes: (record) => Buffer.byteLength(JSON.stringify(record)),
  frameBytes: (count) => '[]'.length + ','.length * Math.max(0, count - 1),
};

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  return Buffer.from(JSON.stringify(recordsOfSize(step.bytes ?? 0, random, format)));
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  const records = /** @type {StoredRecord[]} */ (JSON.parse(Buffer.from(input).toString('utf8')));
  const cents = records.reduce((sum, record) => sum + record.cents, 0);
  const digits = checksum(records).toString(16).padStart(8, '0');
  return Buffer.from(`${records.length} records, ${cents} cents, checksum ${digits}`);
}
