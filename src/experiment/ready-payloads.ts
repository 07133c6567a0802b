/** The payloads of a plan, each made once and kept in the form in which it is sent. */
import { encodeInvoke } from '../control-plane/invoke/frames.js';
import { invalidInput } from '../domain/errors.js';
import type { FunctionDefinition } from '../domain/function-manifest.js';
import { bytes } from '../domain/units.js';
import { makePayload } from '../user-plane/functions/payload.js';
import type { ReadyPayload } from './trial-runner.js';

/** @throws LumosError when the function's ladder has no such label, or its oracle fails. */
export function readyPayload(definition: FunctionDefinition, label: string, seed: number): ReadyPayload {
  const step = definition.manifest.payloads.find((candidate) => candidate.label === label);
  if (step === undefined) throw invalidInput(`${definition.manifest.name} has no payload "${label}"`);
  const { input, expected } = makePayload(definition, step, seed);
  return { frame: encodeInvoke(input), payloadBytes: bytes(input.length), expected };
}
