/** A function's manifest: what a folder under functions/ says about the function in it. */
import { z } from 'zod';
import { StorageSchema } from './factors.js';
import { CrateNameSchema, NameSchema, PathInFolderSchema, PayloadLabelSchema } from './names.js';
import { namesOf, textOf } from './short-forms.js';
import { BytesSchema } from './units.js';

export const FunctionClassSchema = z.enum(['compute', 'data', 'mixed']);
export type FunctionClass = z.infer<typeof FunctionClassSchema>;

export const PayloadStepSchema = z.strictObject({
  label: textOf(PayloadLabelSchema),
  /** Bytes of the function's data: of its objects where it has any, else of its payload. */
  bytes: BytesSchema.optional(),
  /** The function's own size parameter (e.g. the order of a matrix), for all others. */
  size: z.number().positive().optional(),
});
export type PayloadStep = z.infer<typeof PayloadStepSchema>;

const FolderSchema = z.union([z.literal('.'), PathInFolderSchema]);

const LanguagesSchema = z
  .strictObject({
    /** The Cargo package whose binary is the function. */
    rust: z.strictObject({ package: CrateNameSchema }).optional(),
    /** The Go package whose `main` is the function. */
    go: z
      .strictObject({
        /** Where its go.mod is, below the function's folder. */
        folder: FolderSchema.default('.'),
        package: z
          .string()
          .regex(
            /^\.(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/,
            'a package below that folder, e.g. "." or "./cmd/function"',
          )
          .default('.'),
      })
      .optional(),
    /** The module whose `handle` is the function, for the SDK of `sdks/typescript`. */
    typescript: z.strictObject({ entry: PathInFolderSchema }).optional(),
    /** Files that were built by other means, from any language that speaks the protocol. */
    prebuilt: z
      .strictObject({
        /** A Linux executable for this machine's processor. It runs FROM scratch only if it is static. */
        native: PathInFolderSchema.optional(),
        /** A WASI 0.1 command. */
        module: PathInFolderSchema.optional(),
      })
      .refine(
        ({ native, module }) => native !== undefined || module !== undefined,
        'at least one of "native" and "module"',
      )
      .optional(),
  })
  .refine(
    (languages) => Object.values(languages).some((language) => language !== undefined),
    'at least one of "rust", "go", "typescript" and "prebuilt"',
  );
export type Languages = z.infer<typeof LanguagesSchema>;

export const functionManifestSchemaId = 'lumos/function@1';

export const FunctionManifestSchema = z.strictObject({
  schema: z.literal(functionManifestSchemaId),
  name: NameSchema,
  class: FunctionClassSchema,
  description: z.string().min(1),
  /** What the function is built from. Where several can give a kind of artefact, the first of this order does. */
  languages: LanguagesSchema,
  /**
   * Where the function's objects may lie; the first is taken where an experiment names none. A function that has no
   * objects besides its payload says `[inline]` and its oracle makes none.
   */
  storage: namesOf(StorageSchema),
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

/** Objects by the key under which the function asks for them. */
export type StoredObjects = Readonly<Record<string, Uint8Array>>;

/** The payload of one step of the ladder, the same for the same seed. `random` gives uniform 32-bit integers. */
export type OracleInput = (step: PayloadStep, random: () => number) => Uint8Array;
/** The bytes the function must answer, computed by another implementation than the function's. */
export type OracleOutput = (input: Uint8Array, objects: StoredObjects) => Uint8Array;
/**
 * For functions with more than one right answer (a compressor, rounding of floats): what is wrong with `answer`, for a
 * person; `undefined` where it is right.
 */
export type OracleCheck = (
  input: Uint8Array,
  answer: Uint8Array,
  objects: StoredObjects,
) => string | undefined;
/** The objects a function with storage finds there before it is invoked, by key. */
export type OracleObjects = (step: PayloadStep, random: () => number) => StoredObjects;
/** The objects a function with storage must have stored, byte for byte. */
export type OracleStored = (input: Uint8Array, objects: StoredObjects) => StoredObjects;

/**
 * What a function's oracle module exports: its inputs, and what must come of them, by other means than the function's.
 * It exports `output` or `check`; `objects` and `stored` where the function has storage.
 */
export interface Oracle {
  readonly input: OracleInput;
  readonly output?: OracleOutput;
  readonly check?: OracleCheck;
  readonly objects?: OracleObjects;
  readonly stored?: OracleStored;
}

/** A function as the rest of the house knows it: its manifest, its folder and its oracle, loaded. */
export interface FunctionDefinition {
  readonly manifest: FunctionManifest;
  readonly folder: string;
  readonly oracle: Oracle;
}
