/** An environment as a person declares it: what a sandbox has of a machine, and what lies between it and the others. */
import { z } from 'zod';
import { NameSchema } from './names.js';

export const environmentSchemaId = 'lumos/environment@1';

/** A way between two machines. Whole milliseconds each way: what delays it knows no finer ones. */
const NetworkSchema = z.strictObject({
  /** The time that a request and its answer spend on the way, besides what they take to be sent. */
  roundTripMs: z.number().int().nonnegative().max(60_000),
  /** What each direction carries, in megabits (10^6 bits) a second; absent: as much as the machine does. */
  megabitsPerSecond: z.number().min(0.01).max(100_000).optional(),
});
export type EnvironmentNetwork = z.infer<typeof NetworkSchema>;

export const EnvironmentSchema = z.strictObject({
  schema: z.literal(environmentSchemaId).default(environmentSchemaId),
  name: NameSchema,
  description: z.string().default(''),
  /**
   * Whether a run makes it out of the machine it is on, by holding its sandboxes to what this file says. Where not, the
   * file names the machine that the run is on: it is recorded, and nothing is done about it.
   */
  emulated: z.boolean().default(false),
  /** CPU time a sandbox has, in cores; 0.5 is half of one. Absent: all there is. */
  cpu: z.strictObject({ cores: z.number().min(0.05).max(1024) }).optional(),
  /** The most memory a sandbox may have. */
  memory: z.strictObject({ limitMiB: z.number().int().positive() }).optional(),
  /** What artefacts and files lie on, in words, e.g. "SD card, UHS-I". Recorded: nothing emulates it. */
  storage: z.string().min(1).optional(),
  /** Between a function and the service that keeps its objects (Redis, S3). */
  dataService: NetworkSchema.optional(),
  /** Between a client and the platform. Recorded: latencies are measured at the platform's door. */
  clients: NetworkSchema.optional(),
  /** The price table that what runs here is charged by: a name of prices/. */
  prices: NameSchema.optional(),
});

export type Environment = z.infer<typeof EnvironmentSchema>;

/** Whether a run has to hold sandboxes to anything in it. */
export const limitsSandboxes = ({ emulated, cpu, memory }: Environment): boolean =>
  emulated && (cpu !== undefined || memory !== undefined);

/** The network that a run puts in front of its services; `undefined` where it leaves them as they are. */
export const emulatedNetwork = ({ emulated, dataService }: Environment): EnvironmentNetwork | undefined =>
  emulated ? dataService : undefined;

/** What a run did about an environment: the file's content, what of it was applied, and what only recorded. */
export const EnvironmentRecordSchema = z.object({
  environment: EnvironmentSchema,
  /** What was applied and by which means, by the key of the file. Empty for one that is not emulated. */
  applied: z.record(z.string(), z.string()),
});
export type EnvironmentRecord = z.infer<typeof EnvironmentRecordSchema>;
