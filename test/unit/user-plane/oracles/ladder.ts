/** A function of the repository with its ladder and its payloads, for the tests of its oracle. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FunctionDefinition, Oracle } from '../../../../src/domain/function-manifest.js';
import { parseManifest } from '../../../../src/user-plane/functions/manifest-file.js';
import { makePayload } from '../../../../src/user-plane/functions/payload.js';
import type { Payload } from '../../../../src/user-plane/functions/payload.js';

/** Loads one function alone, so that a function beside it that is being worked on does not matter. */
export async function functionOf(name: string): Promise<FunctionDefinition> {
  const folder = resolve('functions', name);
  const file = resolve(folder, 'function.yaml');
  const manifest = parseManifest(file, await readFile(file, 'utf8'));
  const oracle = (await import(pathToFileURL(resolve(folder, manifest.oracle)).href)) as Oracle;
  return { manifest, folder, oracle };
}

/** Labels and bytes of a function's ladder, in its order. */
export async function ladder(name: string): Promise<(readonly [string, number | undefined])[]> {
  const { manifest } = await functionOf(name);
  return manifest.payloads.map(({ label, bytes }) => [label, bytes] as const);
}

/** The payload of one step; it throws unless it has the bytes that the step names. */
export async function payloadOf(name: string, label: string, seed = 1): Promise<Payload> {
  const definition = await functionOf(name);
  const step = definition.manifest.payloads.find((candidate) => candidate.label === label);
  if (step === undefined) throw new Error(`function ${name} has no payload ${label}`);
  return makePayload(definition, step, seed);
}
