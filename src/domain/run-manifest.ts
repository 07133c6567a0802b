/** `manifest.json` of a run directory: what was asked, with what, on which machine. */
import { z } from 'zod';
import { EnvironmentRecordSchema } from './environment.js';
import { ExperimentSchema } from './experiment.js';
import { AccessSchema, CellSchema, LanguageSchema, RuntimeClassSchema, StorageSchema } from './factors.js';
import { FunctionClassSchema, PayloadStepSchema } from './function-manifest.js';
import { BytesSchema, MillisecondsSchema } from './units.js';

export const runManifestSchemaId = 'lumos/run@1';

export const HostSchema = z.object({
  kernel: z.string(),
  operatingSystem: z.string(),
  architecture: z.string(),
  cpuModel: z.string(),
  cores: z.number().int().positive(),
  memoryBytes: BytesSchema,
  /** Version of the cgroup hierarchy the counters are read from; absent where none could be used. */
  cgroupVersion: z.union([z.literal(1), z.literal(2)]).optional(),
  virtualization: z.string().optional(),
  cpuGovernor: z.string().optional(),
  /** 1-minute load average when the run (or its resumed part) began: what else was running. */
  loadAverage: z.number().optional(),
  /** Share of the CPU that the machine's neighbours took during the run (steal), 0 to 1. */
  stealShare: z.number().optional(),
  nodeVersion: z.string(),
  lumosVersion: z.string(),
});
export type Host = z.infer<typeof HostSchema>;

export const RuntimeRecordSchema = z.object({
  id: z.string(),
  engine: z.string(),
  mode: z.string().optional(),
  class: RuntimeClassSchema,
  version: z.string(),
  /** What else the runtime says of itself (storage driver, default isolation, ...). */
  details: z.record(z.string(), z.string()),
  /** The isolation options in force, defaults filled in; of the first set where there are several. */
  options: z.record(z.string(), z.unknown()),
});
export type RuntimeRecord = z.infer<typeof RuntimeRecordSchema>;

/** A service that kept objects. Never its address: that holds credentials. */
export const ServiceRecordSchema = z.object({
  storage: StorageSchema,
  /** The server's name and version. */
  version: z.string(),
  /** `own`: started for the run on the loopback. `given`: somebody else's, by its URL. */
  origin: z.enum(['own', 'given']),
});
export type ServiceRecord = z.infer<typeof ServiceRecordSchema>;

export const ArtifactRecordSchema = z.object({
  function: z.string(),
  runtime: z.string(),
  /** Present for the artefact of functions that open connections themselves, where it is another one. */
  access: AccessSchema.optional(),
  /** Absent in runs of before there was another than `rust`. */
  language: LanguageSchema.optional(),
  /** As in `Cell.options`, where another set of options runs another artefact. */
  options: z.string().optional(),
  kind: z.string(),
  /** How long the engine took to precompile it, once, when it was made; absent for what is not precompiled. */
  precompileMs: MillisecondsSchema.optional(),
  digest: z.string(),
  sizeBytes: BytesSchema,
  imageDigest: z.string(),
  imageCompressedBytes: BytesSchema,
  imageUncompressedBytes: BytesSchema,
});
export type ArtifactRecord = z.infer<typeof ArtifactRecordSchema>;

/** The harness's own share: `native` and `hello-world`, 64 B, measured in the same run before the first trial. */
export const FloorSchema = z.object({
  n: z.object({ cold: z.number().int(), warm: z.number().int() }),
  coldP50Ms: MillisecondsSchema,
  warmP50Ms: MillisecondsSchema,
  /** Median cost of reading the clock twice. */
  clockMs: MillisecondsSchema,
});
export type Floor = z.infer<typeof FloorSchema>;

export const RunManifestSchema = z.object({
  schema: z.literal(runManifestSchemaId),
  runId: z.string(),
  /** The experiment with every default and every option of the command line filled in. */
  experiment: ExperimentSchema,
  seed: z.number().int(),
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  /** Whether the run ended by itself; a resumed run is complete when its last part is. */
  state: z.enum(['running', 'interrupted', 'complete']),
  /** How often the run was taken up again after an end before its time. */
  resumed: z.number().int().nonnegative(),
  /** Every cell of the plan, whether it came to a result or not, with the size of its payload. */
  cells: z.array(CellSchema.extend({ payloadBytes: BytesSchema })),
  /** What the functions of the plan say of themselves; absent in runs of before this was recorded, and in imported ones. */
  functions: z
    .array(
      z.object({
        name: z.string(),
        class: FunctionClassSchema,
        /** The ladder, which is where the model has a function's sizes from; absent in runs of before this was recorded. */
        payloads: z.array(PayloadStepSchema).optional(),
      }),
    )
    .optional(),
  /** Trials in the plan. */
  trials: z.number().int().nonnegative(),
  host: HostSchema,
  runtimes: z.array(RuntimeRecordSchema),
  artifacts: z.array(ArtifactRecordSchema),
  /** Services that kept the functions' objects. */
  services: z.array(ServiceRecordSchema).default([]),
  /** The experiment's environments; absent in runs of before there was another than this machine. */
  environments: z.array(EnvironmentRecordSchema).optional(),
  /** Which counter each figure of a row was read from; absent figures have none. */
  probes: z.record(z.string(), z.string()),
  floor: FloorSchema.optional(),
});
export type RunManifest = z.infer<typeof RunManifestSchema>;
