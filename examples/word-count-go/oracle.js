/** A text of words as frequent as a language's (Zipf's law), and the report on it by regular expressions. */
import { Buffer } from 'node:buffer';

const words =
  'the of and to in a is that It was for on are With as his they be at One have this from or had by not but some What there we can out Other were all your when up use word how said an each She which do their time if will way about many then them would like so these her long make thing see him two has look more day could go come did my sound no most number who over know water than call first people may down side been now find'.split(
    ' ',
  );
const ends = [' ', ' ', ' ', ' ', ' ', ' ', ', ', '. ', '; ', '\n', ' 42 ', ' \u2013 ', "'s "];
const mostFrequent = 100;

/**
 * @param {{ bytes?: number }} step
 * @param {() => number} random
 */
export function input(step, random) {
  const wanted = step.bytes ?? 0;
  /** @type {string[]} */
  const parts = [];
  for (let size = 0; size < wanted;) {
    // The rank of a word by Zipf's law: the logarithm of the rank is uniform.
    const rank = Math.floor(Math.exp((random() / 2 ** 32) * Math.log(words.length)));
    const part = `${String(words[rank - 1])}${String(ends[random() % ends.length])}`;
    parts.push(part);
    size += Buffer.byteLength(part);
  }
  const text = Buffer.from(parts.join('')).subarray(0, wanted);
  // Nothing may be cut within a character: what would be is taken off and the rest filled up.
  const whole = Buffer.from(text.toString('utf8').replace(/\uFFFD+$/, ''));
  return Buffer.concat([whole, Buffer.alloc(wanted - whole.length, '.')]);
}

/** @param {Uint8Array} input */
export function output(input) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  const found =
    Buffer.from(input)
      .toString('utf8')
      .match(/[A-Za-z]+/g) ?? [];
  for (const word of found.map((each) => each.toLowerCase())) counts.set(word, (counts.get(word) ?? 0) + 1);
  const top = [...counts]
    .map(([word, count]) => ({ word, count }))
    .sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1))
    .slice(0, mostFrequent);
  return Buffer.from(JSON.stringify({ words: found.length, top }));
}
