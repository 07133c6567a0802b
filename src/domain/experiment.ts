/** An experiment as a person declares it: factors, counts and options, in a file that can be checked in. */
import { z } from 'zod';
import { NameSchema } from './names.js';
import {
  AccessSchema,
  LanguageSchema,
  StartSchema,
  StorageConnectionSchema,
  StorageSchema,
  TransportSchema,
} from './factors.js';
import { CostSchema, scopedObjective, SloSchema, type Objective, type Slo } from './slo.js';
import { LoadSchema } from './load.js';
import { listOf, namesOf, otherNames, shortOr, textOf, withOtherName, WordSchema } from './short-forms.js';
import { MillisecondsSchema } from './units.js';

export const experimentSchemaId = 'lumos/experiment@1';

const count = z.number().int().positive();

/** One number stands for cold and warm alike. */
const repetitionsOf = <Full extends z.ZodType>(full: Full): z.ZodType<z.output<Full>> =>
  shortOr(full, count, (value) => (typeof value === 'number' ? { cold: value, warm: value } : value));

/** What is there in place of the map or number, in the words of a person. */
const repetitionsError: z.core.$ZodErrorMap = ({ code, input }) =>
  code === 'invalid_type'
    ? `expected a number, or { cold: number, warm: number }, found ${JSON.stringify(input)}`
    : undefined;

/** Samples a cell is to have. */
const RepetitionsSchema = z.strictObject({ cold: count, warm: count }, { error: repetitionsError });

const nonEmptyNames = namesOf(WordSchema);

/**
 * Among `payloads`: a function that has none of the labels is measured at its smallest step. It stands there where nobody
 * asked for labels, and not where somebody did: then a function without them is an error.
 */
export const otherwiseSmallest = 'otherwise-smallest';

/** Cells that get other repetitions than the rest; a list that is absent stands for all. */
const ExceptionSchema = z.strictObject({
  functions: nonEmptyNames.optional(),
  runtimes: nonEmptyNames.optional(),
  payloads: nonEmptyNames.optional(),
  repetitions: repetitionsOf(RepetitionsSchema.partial()),
});

/** A timer of the machine cannot be set for more than 24 days; an invocation of more than one is a mistake. */
export const longestTimeLimitMs = 86_400_000;

const OptionsSchema = z.record(z.string(), z.unknown());

/**
 * The state of the page cache before a cold start. `warm`: every artefact was read once before measuring. `dropped`:
 * the kernel's page cache is dropped before each cold start (needs root). `as-is`: nothing is done about it.
 */
export const PageCacheSchema = z.enum(['warm', 'dropped', 'as-is']);
export type PageCache = z.infer<typeof PageCacheSchema>;

/** Milliseconds, at most a minute. */
const PauseSchema = z.number().nonnegative().max(60_000).default(0);

const ExperimentKeysSchema = z.strictObject({
  schema: z.literal(experimentSchemaId).default(experimentSchemaId),
  name: textOf(NameSchema),
  description: textOf(z.string()).default(''),
  /** Names, classes or globs of functions. */
  functions: nonEmptyNames,
  /** Runtime ids, globs of them (`wasmtime-*`), or `installed`: every one that can run here. */
  runtimes: nonEmptyNames,
  /** Labels of the functions' ladders. Absent: `small`, and of a function without it the smallest. */
  payloads: nonEmptyNames.default(['small', otherwiseSmallest]),
  /** A runtime takes part with those of them that it has. */
  starts: namesOf(StartSchema).default(['cold', 'warm']),
  /** How requests come in. Absent: for each runtime its usual way. */
  transport: namesOf(TransportSchema).optional(),
  /** What the functions are written in. Absent: for each runtime the first of a function's languages that it can run. */
  languages: namesOf(LanguageSchema).optional(),
  /** Where functions with objects have them. Absent: for each function the first its manifest names. */
  storage: namesOf(StorageSchema).optional(),
  /** Who reaches the objects, where they lie outside the payload. */
  access: namesOf(AccessSchema).default(['host']),
  /** Whether connections to Redis and S3 are kept between invocations. */
  connection: namesOf(StorageConnectionSchema).default(['reused']),
  /** Clients of a closed loop; each number is a level. */
  concurrency: listOf(z.number().int().positive().max(1000)).default([1]),
  /** Requests that do not wait for each other. Absent, and with a concurrency of 1: single invocations. */
  load: LoadSchema.optional(),
  /** The runtime all others are compared against, one of `runtimes`. Defaults to `docker`, or the first runtime without it. */
  baseline: WordSchema.optional(),
  /** Where sandboxes run: a built-in environment, or the path of a file with one. */
  environment: WordSchema.default('local'),
  /** Several of them make it a factor; stands in place of `environment`. */
  environments: nonEmptyNames.optional(),
  /** Makes the inputs, the order of the trials and the resampling. */
  seed: z.number().int().nonnegative().max(0xffffffff).default(1),
  /** Measured invocations in each cell. */
  repetitions: repetitionsOf(
    z.strictObject({ cold: count.default(30), warm: count.default(100) }, { error: repetitionsError }),
  ).prefault({}),
  /** Cells with other repetitions, the first that fits; e.g. the largest steps of an interpreter. Said so in the report. */
  exceptions: listOf(ExceptionSchema, 0).default([]),
  warm: z
    .strictObject({
      /** Sandboxes a cell's warm samples come from, if there are that many samples. */
      sandboxes: z.number().int().positive().default(10),
      /** The most measured invocations in one sandbox; more samples than that need more sandboxes. */
      invocationsPerSandbox: z.number().int().positive().default(10),
      /** Invocations before the first measured one: verified, but no samples. */
      warmups: z.number().int().positive().max(100_000).default(3),
      /** Idle before each measured invocation: back to back they find caches and CPU as the last one left them. */
      pauseMs: PauseSchema,
    })
    .prefault({}),
  cold: z
    .strictObject({
      /** Idle before each sandbox is asked for, when all is ready for it: for the same reason. */
      pauseMs: PauseSchema,
    })
    .prefault({}),
  /** The longest an invocation, its launch included, may take before it is ended as `timeout`. */
  timeLimitMs: MillisecondsSchema.refine((ms) => ms > 0, 'must be above 0')
    .refine((ms) => ms <= longestTimeLimitMs, 'must be at most a day: 86400000')
    .default(30_000 as never),
  pageCache: PageCacheSchema.default('warm'),
  /**
   * What the report says beyond the cells. `claims`: the paper's claims, tested. `payload-size`: time against payload
   * size, its slopes, and where one runtime's cost passes another's gain. `league`: all runtimes in one table.
   */
  analyses: listOf(z.enum(['claims', 'payload-size', 'league']), 0).default([]),
  /** Ratios within 1/(1+margin) and 1+margin count as the same. */
  margin: z.number().positive().max(1).default(0.05),
  limits: z
    .strictObject({
      /** The most memory a sandbox may have, in MiB, where the runtime can limit it. */
      memoryMiB: z.number().positive().optional(),
      /** The largest object a function may fetch or store, in MiB. */
      objectMiB: z.number().positive().max(1024).default(64),
      /** The largest answer taken, in MiB; a larger one is `wrong-output`. */
      responseMiB: z.number().positive().max(1024).default(64),
    })
    .prefault({}),
  /**
   * Options of single runtimes, by runtime id, e.g. `docker: { network: none }`. A list makes them a factor: each of its
   * sets of options is measured.
   */
  options: z
    .record(
      z.string(),
      z.union([OptionsSchema, z.array(OptionsSchema).min(1)], {
        error: 'expected options, e.g. { network: none }, or a list of such sets of options',
      }),
    )
    .default({}),
  /**
   * What cells must keep to, e.g. `p95 < 50ms`, each with the cells it is for, or for all. Whether they are met, missed
   * or cannot be told is said in the report, and a miss makes the exit code 1. A file may call it `objectives`.
   */
  slo: listOf(SloSchema, 0).default([]),
  /** Prices, for objectives that speak of cost: of a GiB second (2^30 bytes for a second), and of an invocation besides. */
  cost: CostSchema.optional(),
});

/** Undefined for one that is refused already. */
function objectiveIn(entry: Slo): Objective | undefined {
  try {
    return scopedObjective(entry).objective;
  } catch {
    return undefined;
  }
}

const CheckedExperimentSchema = ExperimentKeysSchema.superRefine(({ slo, cost }, context) => {
  if (cost !== undefined) return;
  for (const [index, entry] of slo.entries()) {
    const objective = objectiveIn(entry);
    if (objective?.metric !== 'cost') continue;
    context.addIssue({
      code: 'custom',
      path: ['slo', index],
      message: `"${objective.text}": the experiment has no prices to compute a cost with`,
      params: {
        remedy:
          'Add to the experiment, with the prices of your provider: cost: { perGibSecond: 0.00001, perRequest: 0.0000001 }.',
      },
    });
  }
});

/** A list under `environment` is one of `environments`. */
function withSeveralEnvironments(value: unknown): unknown {
  const isList =
    typeof value === 'object' && value !== null && Array.isArray(Reflect.get(value, 'environment'));
  return isList ? (withOtherName(value, 'environment', 'environments') ?? value) : value;
}

/** `objectives` is another word for `slo`. */
export const ExperimentSchema: z.ZodType<z.output<typeof ExperimentKeysSchema>> = z.preprocess(
  (value, context) => {
    const renamed = withOtherName(value, 'objectives', 'slo');
    if (renamed !== undefined) return withSeveralEnvironments(renamed);
    context.addIssue({
      code: 'custom',
      path: ['objectives'],
      message: 'is another word for slo, which is there too',
      params: { remedy: 'Put all objectives under one of the two.' },
    });
    return z.NEVER;
  },
  CheckedExperimentSchema,
);
otherNames.set(ExperimentSchema, { name: 'objectives', standsFor: 'slo' });
export type Experiment = z.infer<typeof ExperimentSchema>;

/** The environments of an experiment, each once. */
export const environmentsOf = ({
  environment,
  environments,
}: Pick<Experiment, 'environment' | 'environments'>): readonly string[] => [
  ...new Set(environments ?? [environment]),
];
