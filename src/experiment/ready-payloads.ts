/** The payloads of a plan, each made once and kept in the form in which it is sent. */
import { encodeInvoke, ProtocolError } from '../control-plane/invoke/frames.js';
import { decodeInline, encodeInline } from '../control-plane/invoke/storage-frames.js';
import { invalidInput } from '../domain/errors.js';
import type { Storage } from '../domain/factors.js';
import type { FunctionDefinition, StoredObjects } from '../domain/function-manifest.js';
import { bytes, type Bytes } from '../domain/units.js';
import { makePayload, type Payload } from '../user-plane/functions/payload.js';
import { verifyOutput } from '../user-plane/functions/verify.js';

/** A payload made ready to be sent, and what must come of it. */
export interface ReadyPayload {
  /** The payload as a function sees it on the wire. */
  readonly input: Uint8Array;
  /** The frame that sends it on standard streams. */
  readonly frame: Buffer;
  /** What crosses the boundary: with `inline` storage the objects too. */
  readonly payloadBytes: Bytes;
  /** What is wrong with an answer, for a person; `undefined` where it is right. */
  readonly verify: (answer: Buffer) => string | undefined;
  /** What the function finds in its storage, if that is outside the payload. */
  readonly objects: StoredObjects;
  /** What the function must have stored there. */
  readonly stored: StoredObjects;
}

/** @throws LumosError when the function's ladder has no such label, or its oracle fails. */
export function readyPayload(
  definition: FunctionDefinition,
  label: string,
  seed: number,
  storage?: Storage,
): ReadyPayload {
  const step = definition.manifest.payloads.find((candidate) => candidate.label === label);
  if (step === undefined) throw invalidInput(`${definition.manifest.name} has no payload "${label}"`);
  const payload = makePayload(definition, step, seed);
  const input = storage === 'inline' ? encodeInline(payload.objects, payload.input) : payload.input;
  const inside = storage === 'inline' ? {} : { objects: payload.objects, stored: payload.stored };
  return {
    input,
    frame: encodeInvoke(input),
    payloadBytes: bytes(input.length),
    verify: storage === 'inline' ? (answer) => verifyInline(payload, answer) : payload.verify,
    objects: {},
    stored: {},
    ...inside,
  };
}

/** With `inline` storage the objects that were stored come back in the answer. */
function verifyInline(payload: Payload, answer: Buffer): string | undefined {
  try {
    const { objects, rest } = decodeInline(answer);
    for (const [key, object] of Object.entries(payload.stored)) {
      const found = objects.get(key);
      const wrong = found === undefined ? 'it is not in the answer' : verifyOutput(object, found);
      if (wrong !== undefined) return `object "${key}": ${wrong}`;
    }
    const strange = [...objects.keys()].find((key) => payload.stored[key] === undefined);
    if (strange !== undefined) return `object "${strange}" should not have been stored`;
    return payload.verify(rest);
  } catch (error) {
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
}
