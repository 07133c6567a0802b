/** A text to store, and its length and CRC-32. */
import { lengthAndCrc } from '../../oracles/crc32.js';
import { englishText } from '../../oracles/text.js';

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export const input = (step, random) => englishText(step.bytes ?? 0, random);

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export const output = (input) => lengthAndCrc(input);

/** @type {import('../../src/domain/function-manifest.js').OracleStored} */
export const stored = (input) => ({ output: input });
