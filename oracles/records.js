/** The records that json-serialize writes and json-deserialize reads, and their checksum. */
import { Buffer } from 'node:buffer';
import { filledList, padding } from './filled-list.js';
import { englishText } from './text.js';

/**
 * `cents` is negative where money was given back.
 * @typedef {{ id: number, cents: number, name: string, city: string, text: string }} StoredRecord
 */

const names = [
  'Ada Lovelace',
  'Grace Hopper',
  'Zoë Ångström',
  'Łukasz Żak',
  'Sinéad O\u2019Brien',
  'Robert "Bob" Null',
  '山田 太郎',
  'Ольга Смирнова',
  'DOMAIN\\guest',
  'فاطمة',
];
const cities = ['Amsterdam', 'Kraków', 'København', 'Αθήνα', 'New York', 'São Paulo', '東京', 'Zürich'];
/** What JSON has to escape, and what it must not. */
const endings = [
  '',
  '',
  '',
  '',
  '\n',
  ' "sic"',
  '\ttab',
  ' 🍵',
  ' del\u007f',
  ' bell\u0007',
  ' \u2028',
  ' C:\\',
];

const largestCents = 10_000_000;
/** Bytes of English in a record's text. */
const shortestText = 20;
const longestText = 220;

/**
 * Records that take exactly `bytes` bytes in a format. Most of their text is English.
 * @param {number} bytes
 * @param {() => number} random uniform 32-bit integers
 * @param {import('./filled-list.js').ListFormat<StoredRecord>} format one in which each byte of `text` takes one byte
 * @returns {[StoredRecord, ...StoredRecord[]]}
 */
export function recordsOfSize(bytes, random, format) {
  const prose = englishText(bytes, random).toString('latin1');
  let used = 0;
  const next = () => {
    const record = anyRecord(random);
    const begin = used;
    used += shortestText + ((random() >>> 0) % (longestText - shortestText));
    record.text = prose.slice(begin, used) + record.text;
    return record;
  };
  const first = { id: 7, cents: 250, name: 'Ada', city: 'Rome', text: '' };
  const { items, last, left } = filledList(bytes, first, next, format);
  last.text += padding(left);
  return items;
}

/**
 * A record of which the text has only its ending.
 * @param {() => number} random
 * @returns {StoredRecord}
 */
function anyRecord(random) {
  return {
    // Below 2^53, so that JavaScript has the number too, and above 2^32 as a rule.
    id: (random() >>> 11) * 2 ** 32 + (random() >>> 0),
    cents: ((random() >>> 0) % largestCents) - largestCents / 10,
    name: oneOf(names, random),
    city: oneOf(cities, random),
    text: oneOf(endings, random),
  };
}

/**
 * @template T
 * @param {readonly T[]} values
 * @param {() => number} random
 * @returns {T}
 */
function oneOf(values, random) {
  return /** @type {T} */ (values[(random() >>> 0) % values.length]);
}

const fnvOffsetBasis = 0x811c9dc5;
const fnvPrime = 0x01000193;
/** A byte that no UTF-8 has: it stands after each string, so that strings cannot run into each other unnoticed. */
const endOfString = 0xff;

/**
 * The 32-bit FNV-1a of bytes, after Fowler, Noll and Vo.
 * @param {Uint8Array} bytes
 * @param {number} [hash] what came of the bytes before
 * @returns {number} an unsigned 32-bit integer
 */
export function fnv1a(bytes, hash = fnvOffsetBasis) {
  let current = hash;
  for (let index = 0; index < bytes.length; index += 1) {
    current = Math.imul(current ^ (bytes[index] ?? 0), fnvPrime);
  }
  return current >>> 0;
}

/**
 * The FNV-1a of every record's name, city and text in UTF-8, each followed by the byte 0xFF.
 * @param {readonly StoredRecord[]} records
 */
export function checksum(records) {
  const end = Uint8Array.of(endOfString);
  return records.reduce(
    (hash, { name, city, text }) =>
      [name, city, text].reduce((before, string) => fnv1a(end, fnv1a(Buffer.from(string), before)), hash),
    fnvOffsetBasis,
  );
}
