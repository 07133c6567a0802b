/** What the manifest of a run must say before the run is taken up again: every name in it is one that Lumos writes. */
import { z } from 'zod';
import { invalidInput } from './errors.js';
import {
  DigestSchema,
  MeasuredRunIdSchema,
  NamePatternSchema,
  NameSchema,
  PayloadLabelSchema,
  RuntimeIdSchema,
} from './names.js';
import type { RunManifest } from './run-manifest.js';

/** So that the numbers of sandboxes, which follow from both counts, stay exact. */
const CountSchema = z.number().int().nonnegative().max(100_000_000);

const CellNamesSchema = z.object({
  function: NameSchema,
  payload: PayloadLabelSchema,
  runtime: RuntimeIdSchema,
  environment: NameSchema,
});

const LoadNamesSchema = z.object({
  /** The trace is read again: a path without control characters. */
  trace: z
    .string()
    .regex(/^[^\p{Cc}]+$/u, 'a path without control characters')
    .optional(),
  mapping: z.array(CellNamesSchema.pick({ function: true, payload: true })).optional(),
});

/**
 * The names in a manifest that become paths, labels, or names of what is started, removed or killed. Reading a run for a
 * report needs none of this: there a name is text.
 */
const ResumableRunSchema = z.object({
  runId: MeasuredRunIdSchema,
  experiment: z.object({
    name: NameSchema,
    functions: z.array(NamePatternSchema),
    runtimes: z.array(NamePatternSchema),
    payloads: z.array(NamePatternSchema),
    baseline: RuntimeIdSchema.optional(),
    environment: NameSchema,
    environments: z.array(NameSchema).optional(),
    options: z.record(RuntimeIdSchema, z.unknown()),
    load: LoadNamesSchema.optional(),
  }),
  cells: z.array(CellNamesSchema),
  functions: z
    .array(
      z.object({ name: NameSchema, payloads: z.array(z.object({ label: PayloadLabelSchema })).optional() }),
    )
    .optional(),
  runtimes: z.array(z.object({ id: RuntimeIdSchema })),
  artifacts: z.array(z.object({ function: NameSchema, runtime: RuntimeIdSchema, digest: DigestSchema })),
  environments: z.array(z.object({ environment: z.object({ name: NameSchema }) })).optional(),
  trace: z
    .object({
      file: z.string().regex(/^[^/\p{Cc}]+$/u, 'the name of a file, without its folder'),
      standIns: z.array(CellNamesSchema.pick({ function: true, payload: true })),
      mapping: z.array(CellNamesSchema.pick({ function: true, payload: true })),
    })
    .optional(),
  trials: CountSchema,
  resumed: CountSchema,
});

/**
 * Refuses a manifest from which no run can be taken up again. @param path the manifest's file, for the message
 * @throws LumosError `invalid-input` that names the first key with something that Lumos does not write
 */
export function checkForResume(manifest: RunManifest, path: string): void {
  const parsed = ResumableRunSchema.safeParse(manifest);
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  throw invalidInput(
    `${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a name that Lumos writes'}`,
    'The manifest was changed since lumos run wrote it. Nothing was touched; start a new run.',
  );
}
