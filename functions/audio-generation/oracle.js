/**
 * A tone, and whether an answer is its WAV file. The header must be exact. A sample may be off by one, because the last
 * bit of JavaScript's sine is the engine's own choice.
 */
import { Buffer } from 'node:buffer';

const HEADER_BYTES = 44;
const BYTES_PER_SAMPLE = 2;
const SAMPLES_PER_SECOND = 44100;
const AMPLITUDE = 26214;

const LOWEST_HERTZ = 55;
const HIGHEST_HERTZ = 4186;

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  const samples = ((step.size ?? NaN) * 1024 - HEADER_BYTES) / BYTES_PER_SAMPLE;
  if (!Number.isInteger(samples) || samples < 1) throw new RangeError('size: expected the KiB of a WAV file');
  const hundredths = (HIGHEST_HERTZ - LOWEST_HERTZ) * 100;
  const frequency = (LOWEST_HERTZ + (random() % hundredths) / 100).toFixed(2);
  return Buffer.from(`frequency=${frequency} samples=${samples}`);
}

/** @type {import('../../src/domain/function-manifest.js').OracleCheck} */
export function check(input, answer) {
  const words = Buffer.from(input).toString('utf8').split(/[ =]/);
  const [frequency, samples] = [Number(words[1]), Number(words[3])];
  const length = HEADER_BYTES + samples * BYTES_PER_SAMPLE;
  if (answer.length !== length) return `expected a WAV file of ${length} bytes, found ${answer.length}`;
  const wrongByte = headerOf(samples).findIndex((byte, offset) => byte !== answer[offset]);
  if (wrongByte !== -1) return `the WAV header differs at byte ${wrongByte}`;
  const found = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
  for (let index = 0; index < samples; index += 1) {
    const sample = found.getInt16(HEADER_BYTES + index * BYTES_PER_SAMPLE, true);
    const expected = AMPLITUDE * Math.sin((2 * Math.PI * frequency * index) / SAMPLES_PER_SECOND);
    if (Math.abs(sample - Math.round(expected)) > 1) {
      return `sample ${index}: expected ${expected.toFixed(1)} within 1, found ${sample}`;
    }
  }
  return undefined;
}

/**
 * The header of a file of 16-bit samples of one channel, as the specification of RIFF WAVE has it.
 * @param {number} samples
 */
function headerOf(samples) {
  const header = Buffer.alloc(HEADER_BYTES);
  const dataBytes = samples * BYTES_PER_SAMPLE;
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16); // bytes of the format
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // channels
  header.writeUInt32LE(SAMPLES_PER_SECOND, 24);
  header.writeUInt32LE(SAMPLES_PER_SECOND * BYTES_PER_SAMPLE, 28);
  header.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  header.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}
