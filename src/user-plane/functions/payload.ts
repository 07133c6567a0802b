/** A function's input and what must come of it, made from a seed. */
import { createHash } from 'node:crypto';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { invalidInput, messageOf } from '../../domain/errors.js';
import type { FunctionDefinition, PayloadStep, StoredObjects } from '../../domain/function-manifest.js';
import { verifyOutput } from './verify.js';

export interface Payload {
  readonly input: Uint8Array;
  /** What the function finds in its storage. Empty for a function without. */
  readonly objects: StoredObjects;
  /** What the function must have stored. Empty for a function that stores nothing. */
  readonly stored: StoredObjects;
  /** The answer by the oracle, where there is only one. */
  readonly expected?: Uint8Array;
  /** What is wrong with an answer, for a person; `undefined` where it is right. */
  readonly verify: (answer: Uint8Array) => string | undefined;
}

/**
 * Makes the payload of one step of a function's ladder: always the same for the same function name, label and seed,
 * and unrelated for any others.
 * @throws LumosError `invalid-input` if the oracle fails, or gives another size than the step names.
 */
export function makePayload(definition: FunctionDefinition, step: PayloadStep, seed: number): Payload {
  const { manifest, oracle } = definition;
  const where = `The oracle of function ${manifest.name}, payload "${step.label}"`;
  const made = asking(where, () => {
    const input = oracle.input(step, generator(manifest.name, step.label, seed));
    const objects = oracle.objects?.(step, generator(manifest.name, step.label, seed, 'objects')) ?? {};
    const stored = oracle.stored?.(input, objects) ?? {};
    return { input, objects, stored, expected: oracle.output?.(input, objects) };
  });
  const { input, objects, stored, expected } = made;
  const parts = [input, ...Object.values(objects), ...Object.values(stored)];
  if (!parts.every((part) => part instanceof Uint8Array)) {
    throw invalidInput(`${where}: expected its functions to return Uint8Arrays.`);
  }
  checkSize(where, step, made);
  if (expected === undefined) {
    return { input, objects, stored, verify: onceEach((answer) => oracle.check?.(input, answer, objects)) };
  }
  if (!(expected instanceof Uint8Array))
    throw invalidInput(`${where}: expected output() to return a Uint8Array.`);
  return { input, objects, stored, expected, verify: (answer) => verifyOutput(expected, answer) };
}

/**
 * An answer that is byte for byte the last one that was right is right: a check may take milliseconds of the event loop, in
 * which nothing that is due is sent.
 */
function onceEach(check: (answer: Uint8Array) => string | undefined): Payload['verify'] {
  let right: Buffer | undefined;
  return (answer) => {
    if (right?.equals(answer) === true) return undefined;
    const wrong = check(answer);
    if (wrong === undefined) right = Buffer.from(answer);
    return wrong;
  };
}

/** The bytes of a step are those of the objects the function works on, or of its payload where it finds none. */
function checkSize(where: string, step: PayloadStep, made: Pick<Payload, 'input' | 'objects'>): void {
  if (step.bytes === undefined) return;
  const found = Object.values(made.objects);
  const size = found.length === 0 ? made.input.length : found.reduce((sum, object) => sum + object.length, 0);
  if (size === step.bytes) return;
  const maker = found.length === 0 ? 'input()' : 'objects()';
  throw invalidInput(`${where}: the manifest says ${step.bytes} bytes, but ${maker} made ${size}.`);
}

function asking<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw invalidInput(`${where}: ${messageOf(error)}`);
  }
}

/** Uniform integers from 0 to 2^32 - 1, by xoroshiro128+ (Blackman and Vigna) from a hash of what they are for. */
function generator(...purpose: (string | number)[]): () => number {
  const digest = createHash('sha256').update(JSON.stringify(purpose)).digest();
  const state = [0, 4, 8, 12].map((offset) => digest.readInt32LE(offset));
  const random = xoroshiro128plusFromState(state);
  return () => random.next() >>> 0;
}
