/** A function's manifest: what a folder under functions/ says about the function in it. */
import { z } from 'zod';
import { BytesSchema } from './units.js';

/** Names that are safe as file names, image names and labels, and never reach a shell. */
export const NameSchema = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens, e.g. "hello-world"')
  .max(60);

export const FunctionClassSchema = z.enum(['compute', 'data', 'mixed']);
export type FunctionClass = z.infer<typeof FunctionClassSchema>;

export const PayloadStepSchema = z.strictObject({
  label: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dots and hyphens, e.g. "small"'),
  /** The payload's size in bytes, for functions whose payload is a number of bytes. */
  bytes: BytesSchema.optional(),
  /** The function's own size parameter (e.g. the order of a matrix), for all others. */
  size: z.number().positive().optional(),
});
export type PayloadStep = z.infer<typeof PayloadStepSchema>;

export const functionManifestSchemaId = 'lumos/function@1';

export const FunctionManifestSchema = z.strictObject({
  schema: z.literal(functionManifestSchemaId),
  name: NameSchema,
  class: FunctionClassSchema,
  description: z.string().min(1),
  /** Where each language's source is: for Rust, the Cargo package of the workspace in functions/. */
  languages: z.strictObject({ rust: z.strictObject({ package: z.string().min(1) }) }),
  storage: z.array(z.enum(['inline', 'file', 'redis', 's3'])).min(1),
  /** The crates that do the function's work, for `lumos list functions`. */
  crates: z.array(z.string()).default([]),
  /** An ES module in the function's folder: makes inputs from a seed and computes the expected output by other means. */
  oracle: z
    .string()
    .regex(/^[A-Za-z0-9._-]+\.m?js$/, 'a file name in the folder of the function, e.g. "oracle.js"'),
  payloads: z
    .array(PayloadStepSchema)
    .min(1)
    .refine((steps) => new Set(steps.map((s) => s.label)).size === steps.length, 'payload labels must differ')
    .refine(
      (steps) => steps.every((s) => (s.bytes === undefined) !== (s.size === undefined)),
      'each payload has either "bytes" or "size"',
    ),
});
export type FunctionManifest = z.infer<typeof FunctionManifestSchema>;

/** What a function's oracle module exports. */
export interface Oracle {
  /** The payload of one step of the ladder, the same for the same seed. `random` gives uniform 32-bit integers. */
  input(step: PayloadStep, random: () => number): Uint8Array;
  /** The bytes the function must answer to `input`, computed by another implementation than the function's. */
  output(input: Uint8Array): Uint8Array;
}

/** A function as the rest of the house knows it: its manifest, its folder and its oracle, loaded. */
export interface FunctionDefinition {
  readonly manifest: FunctionManifest;
  readonly folder: string;
  readonly oracle: Oracle;
}
