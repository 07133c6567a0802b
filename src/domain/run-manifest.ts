/** `manifest.json` of a run directory: what was asked, with what, on which machine. */
import { z } from 'zod';
import { EnvironmentRecordSchema } from './environment.js';
import { ExperimentSchema } from './experiment.js';
import { AccessSchema, CellSchema, LanguageSchema, RuntimeClassSchema, StorageSchema } from './factors.js';
import { FunctionClassSchema, PayloadStepSchema } from './function-manifest.js';
import { RunIdSchema } from './names.js';
import { BytesSchema, MillisecondsSchema } from './units.js';
import { ValidityFindingSchema } from './validity.js';

export const runManifestSchemaId = 'lumos/run@1';

/** The machine. Of an imported run, only what its files say of theirs. */
export const HostSchema = z.object({
  kernel: z.string().optional(),
  operatingSystem: z.string().optional(),
  architecture: z.string().optional(),
  cpuModel: z.string().optional(),
  cores: z.number().int().positive().optional(),
  memoryBytes: BytesSchema.optional(),
  /** Version of the cgroup hierarchy the counters are read from; absent where none could be used. */
  cgroupVersion: z.union([z.literal(1), z.literal(2)]).optional(),
  virtualization: z.string().optional(),
  cpuGovernor: z.string().optional(),
  /** 1-minute load average when the run (or its resumed part) began: what else was running. */
  loadAverage: z.number().optional(),
  /** Share of the CPU that the machine's neighbours took during the run (steal), 0 to 1. */
  stealShare: z.number().optional(),
  nodeVersion: z.string().optional(),
  /** Of an imported run: that of whoever imported it. */
  lumosVersion: z.string(),
});
export type Host = z.infer<typeof HostSchema>;

/** A machine that Lumos runs on: all of it is known. */
export type Fingerprint = Host & {
  [
    Fact in
      'kernel' | 'operatingSystem' | 'architecture' | 'cpuModel' | 'cores' | 'memoryBytes' | 'nodeVersion'
  ]: NonNullable<Host[Fact]>;
};

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
  /** Present for the artefact that starts from a snapshot. */
  start: z.literal('snapshot').optional(),
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

/** Whose CPUs were whose, as the kernel lists them. */
export const PinningSchema = z.object({
  harness: z.string(),
  /** An instance has one of them: the one with the fewest instances. */
  sandboxes: z.array(z.string()).min(1),
});
export type Pinning = z.infer<typeof PinningSchema>;

/** The trace that a run replays, and what stands in for its functions. */
export const TraceRecordSchema = z.object({
  /** The file's name, without its folder. */
  file: z.string(),
  /** SHA-256 of the arrivals that are replayed: times and functions. */
  digest: z.string(),
  /** Invocations that are replayed, and those that come after the longest time of a level. */
  invocations: z.number().int().nonnegative(),
  leftOut: z.number().int().nonnegative(),
  badRows: z.number().int().nonnegative(),
  /** From the first arrival to the last, time scale included. */
  lengthMs: MillisecondsSchema,
  /** What could stand in, with the duration and memory it was chosen by. */
  standIns: z.array(
    z.object({
      function: z.string(),
      payload: z.string(),
      durationMs: MillisecondsSchema,
      memoryBytes: BytesSchema.optional(),
      origin: z.enum(['declared', 'measured']),
    }),
  ),
  /** The trace's functions, with their typical duration and memory there, and what stood in. */
  mapping: z.array(
    z.object({
      name: z.string(),
      invocations: z.number().int().positive(),
      durationMs: MillisecondsSchema.optional(),
      memoryBytes: BytesSchema.optional(),
      function: z.string(),
      payload: z.string(),
    }),
  ),
});
export type TraceRecord = z.infer<typeof TraceRecordSchema>;

/** Where the rows of a run are from that Lumos did not measure. */
export const ImportSchema = z.object({
  /** The format it was read from, as given to `lumos import`. */
  format: z.string().min(1),
  /** The name of the file or folder, without the path to it. */
  source: z.string().min(1),
  importedAt: z.string(),
  /** The machines that served, by their names there, and how many invocations of the rows each; empty where nobody said. */
  nodes: z.array(z.object({ name: z.string(), invocations: z.number().int().nonnegative() })),
  /** What the importer found that the rows do not show: files that are missing, failures that are in a log only. */
  findings: z.array(ValidityFindingSchema),
});
export type Import = z.infer<typeof ImportSchema>;

export const RunManifestSchema = z.object({
  schema: z.literal(runManifestSchemaId),
  runId: RunIdSchema,
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
  cells: z.array(CellSchema.extend({ payloadBytes: BytesSchema.optional() })),
  /** What the functions of the plan say of themselves; absent in runs of before this was recorded. */
  functions: z
    .array(
      z.object({
        name: z.string(),
        /** Absent in imported runs: nobody says. */
        class: FunctionClassSchema.optional(),
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
  /** Of a load that kept harness and sandboxes on different CPUs. */
  pinning: PinningSchema.optional(),
  /** Of a load by a trace. */
  trace: TraceRecordSchema.optional(),
  /** Only of a run that was imported. */
  imported: ImportSchema.optional(),
});
export type RunManifest = z.infer<typeof RunManifestSchema>;
