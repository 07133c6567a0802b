/**
 * The patterns of the names that Lumos writes. A name that was read from a file (a manifest, a model, an environment, a cache
 * entry) is checked against its pattern before it becomes part of a path, a label or a command line.
 */
import { z } from 'zod';
import { invalidInput } from './errors.js';

const hyphenated = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Names that are safe as file names, image names and labels, and never reach a shell. */
export const NameSchema = z
  .string()
  .regex(hyphenated, 'lower-case letters, digits and single hyphens, e.g. "hello-world"')
  .max(60);

/** The id of a run: part of the names of its control groups, containers, images and temporary folders. */
export const RunIdSchema = z
  .string()
  .regex(hyphenated, 'the id of a run has lower-case letters, digits and single hyphens')
  .max(60);

/** The id of a run that `lumos run` measured. */
export const MeasuredRunIdSchema = z
  .string()
  .regex(/^[0-9a-f]{12}$/, 'the id of a run that lumos run measured is 12 hexadecimal digits');

/** The label of a step of a function's ladder of payloads; it names a folder of objects. */
export const PayloadLabelSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dots and hyphens, e.g. "small"');

/** The id of a runtime, `<engine>` or `<engine>-<mode>`. */
export const RuntimeIdSchema = z
  .string()
  .regex(hyphenated, 'a runtime id has lower-case letters, digits and single hyphens, e.g. "wasmtime-aot"')
  .max(60);

/** A name or glob of functions or runtimes, as an experiment selects them. */
export const NamePatternSchema = z
  .string()
  .regex(/^[A-Za-z0-9*?][A-Za-z0-9*?._-]*$/, 'a name, or a glob of names such as "wasmtime-*"');

/** The name of one file, without a folder. */
export const FileNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, 'a file name without a folder, e.g. "function.wasm"')
  .max(255);

/** A path below a folder; no part of it begins with a dot. */
export const PathInFolderSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/,
    'a file below the folder of the function, e.g. "bin/function"',
  );

/** The name of a Cargo package. */
export const CrateNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_-]*$/, 'the name of a Cargo package, e.g. "hello-world"');

/** A digest as Lumos writes it. */
export const DigestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, '"sha256:" and 64 hexadecimal digits');

/** The name of an image that Lumos made, without a registry. */
export const ImageReferenceSchema = z
  .string()
  .regex(
    /^lumos\/[a-z0-9]+(-[a-z0-9]+)*:[A-Za-z0-9_][A-Za-z0-9._-]*$/,
    'an image under lumos/, with its tag',
  );

/**
 * `runId`, checked again where something is removed or killed by it: whoever handed it on may not have read it through a
 * schema. @throws LumosError `invalid-input`
 */
export function checkedRunId(runId: string): string {
  if (RunIdSchema.safeParse(runId).success) return runId;
  throw invalidInput(
    `${JSON.stringify(runId)} is not the id of a run: nothing is removed in its name`,
    'The id has lower-case letters, digits and single hyphens. Start a new run if the manifest was changed.',
  );
}
