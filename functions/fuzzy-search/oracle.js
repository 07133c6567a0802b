/** A text with a misspelt word of it before it, and the words nearest to that one by a library's distance. */
import { Buffer } from 'node:buffer';
import { distance } from 'fastest-levenshtein';
import { englishText } from '../../oracles/text.js';

const wanted = 10;
const queryBytes = 10;

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  const text = englishText((step.bytes ?? 0) - queryBytes - 1, random);
  const words = wordsOf(text.toString('latin1')).filter((word) => word.length > 4);
  const word = (words[random() % words.length] ?? 'nothing').slice(0, queryBytes - 1);
  const place = 1 + (random() % (word.length - 1));
  const misspelt = `${word.slice(0, place)}x${word.slice(place)}`;
  return Buffer.concat([Buffer.from(`${misspelt.padEnd(queryBytes, 'e')}\n`), text]);
}

/** @param {string} text */
const wordsOf = (text) => text.match(/[A-Za-z0-9]+/g) ?? [];

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  const whole = Buffer.from(input).toString('latin1');
  const end = whole.indexOf('\n');
  const query = whole.slice(0, end);
  /** @type {Map<string, number>} */
  const places = new Map();
  wordsOf(whole.slice(end + 1)).forEach((word, place) => {
    if (!places.has(word)) places.set(word, place);
  });
  const lines = [...places]
    .map(([word, place]) => ({ word, place, distance: distance(query, word) }))
    .sort((a, b) => a.distance - b.distance || a.place - b.place)
    .slice(0, wanted)
    .map(({ word, place, distance: far }) => `${String(far)} ${String(place)} ${word}\n`);
  return Buffer.from(lines.join(''));
}
