/** An object of text, and its length and CRC-32. */
import { Buffer } from 'node:buffer';
import { lengthAndCrc } from '../../oracles/crc32.js';
import { englishText } from '../../oracles/text.js';

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export const input = () => Buffer.from('input');

/** @type {import('../../src/domain/function-manifest.js').OracleObjects} */
export const objects = (step, random) => ({ input: englishText(step.bytes ?? 0, random) });

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export const output = (_input, { input: object = new Uint8Array() }) => lengthAndCrc(object);
