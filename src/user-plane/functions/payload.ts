/** A function's input and the output it must give, made from a seed. */
import { createHash } from 'node:crypto';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { invalidInput, messageOf } from '../../domain/errors.js';
import type { FunctionDefinition, PayloadStep } from '../../domain/function-manifest.js';

export interface Payload {
  readonly input: Uint8Array;
  /** What the function must answer to `input`, by the oracle. */
  readonly expected: Uint8Array;
}

/**
 * Makes the payload of one step of a function's ladder: always the same for the same function name, label and seed,
 * and unrelated for any others.
 * @throws LumosError `invalid-input` if the oracle fails, or gives another size than the step names.
 */
export function makePayload(definition: FunctionDefinition, step: PayloadStep, seed: number): Payload {
  const { manifest, oracle } = definition;
  const where = `The oracle of function ${manifest.name}, payload "${step.label}"`;
  const payload = asking(where, () => {
    const input = oracle.input(step, generator(manifest.name, step.label, seed));
    return { input, expected: oracle.output(input) };
  });
  if (!(payload.input instanceof Uint8Array) || !(payload.expected instanceof Uint8Array)) {
    throw invalidInput(`${where}: expected input() and output() to return a Uint8Array.`);
  }
  if (step.bytes !== undefined && payload.input.length !== step.bytes) {
    throw invalidInput(
      `${where}: the manifest says ${step.bytes} bytes, but input() made ${payload.input.length}.`,
    );
  }
  return payload;
}

function asking(where: string, make: () => Payload): Payload {
  try {
    return make();
  } catch (error) {
    throw invalidInput(`${where}: ${messageOf(error)}`);
  }
}

/** Uniform integers from 0 to 2^32 - 1, by xoroshiro128+ (Blackman and Vigna) from a hash of what names the payload. */
function generator(name: string, label: string, seed: number): () => number {
  const digest = createHash('sha256')
    .update(JSON.stringify([name, label, seed]))
    .digest();
  const state = [0, 4, 8, 12].map((offset) => digest.readInt32LE(offset));
  const random = xoroshiro128plusFromState(state);
  return () => random.next() >>> 0;
}
