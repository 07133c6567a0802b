/** Names to greet, and the greeting. */
import { Buffer } from 'node:buffer';

const words =
  'Ada Grace Zoë Søren Łukasz Björk 太郎 Ольга María Nguyễn Anna Émile Fatima Ravi Chloé Noah of from and the elder'.split(
    ' ',
  );
const lengths = words.map((word) => Buffer.byteLength(word));

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  let left = step.bytes ?? 0;
  const chosen = [];
  while (left > 0) {
    const index = random() % words.length;
    const length = lengths[index] ?? 0;
    // A word and the space after it, or letters up to the last byte.
    const fits = left > length;
    chosen.push(fits ? `${words[index] ?? ''} ` : 'a'.repeat(left));
    left -= fits ? length + 1 : left;
  }
  return Buffer.from(chosen.join(''));
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  const name = input.length === 0 ? Buffer.from('world') : input;
  return Buffer.concat([Buffer.from('Hello, '), name, Buffer.from('!')]);
}
