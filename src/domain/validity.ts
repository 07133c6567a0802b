/** Threats to the validity of a conclusion: what a run's rows, or the way they were made, leave open to doubt. */
import { z } from 'zod';
import { StartSchema } from './factors.js';

/** What can be found; docs/method.md says how each is looked for. */
export const validityIds = [
  /** Levels of a load that measured their generator or the machine's neighbours. */
  'invalid-levels',
  /** Lines of the run's files that are no records. */
  'unreadable-records',
  /** Records with the name of another record. */
  'repeated-records',
  /** Records of no trial or level of the run's plan, and rows of a level that has no record. */
  'unplanned-records',
  /** Arms that are compared ran on different machines, or in different environments. */
  'different-hardware',
  /** Some invocations of a cell ran on another machine than the rest of it. */
  'odd-node',
  /** Arms ran one after the other: whatever drifts with time is in their difference. */
  'not-interleaved',
  /** Rows of one arm are from deployments, or from times, far apart. */
  'spliced',
  /** Too few samples for the quantile that is asked. */
  'small-sample',
  /** Requests that were made have no row, or had none before they were found elsewhere. */
  'failures-dropped',
  /** So many failed that the samples are a selection. */
  'survivors',
  /** What every request costs hides what differs. */
  'floor',
  /** The same work took other CPU times: the machine was faster at one time than at another. */
  'unsteady-speed',
  /** Two payloads that behave as one. */
  'duplicate-inputs',
  /** A combination was measured on some runtimes and not on another. */
  'missing-arm',
  /** Telemetry of another time than what it lies beside. */
  'foreign-telemetry',
  /** Figures that say other than their name: a sum that looks like a throughput. */
  'misnamed-figure',
  /** Files or folders that are missing, or that nobody knows. */
  'incomplete-source',
  /** Records of an imported file that are no rows: requests of a set-up, rows that the user left out. */
  'left-out',
  /** Records of one name that differ otherwise: kept apart, or put together because the user said so. */
  'same-name',
] as const;
export const ValidityIdSchema = z.enum(validityIds);
export type ValidityId = z.infer<typeof ValidityIdSchema>;

/** `serious`: a comparison may be of something else than it says. `warning`: go carefully. `notice`: worth knowing. */
export const ValiditySeveritySchema = z.enum(['serious', 'warning', 'notice']);
export type ValiditySeverity = z.infer<typeof ValiditySeveritySchema>;

/** A cell or several: what is absent is any. */
export const ConcernedCellsSchema = z.object({
  function: z.string().optional(),
  payload: z.string().optional(),
  runtime: z.string().optional(),
  start: StartSchema.optional(),
});
export type ConcernedCells = z.infer<typeof ConcernedCellsSchema>;

export const ValidityFindingSchema = z.object({
  id: ValidityIdSchema,
  severity: ValiditySeveritySchema,
  /** Those it is about; empty where it is about the whole run. */
  cells: z.array(ConcernedCellsSchema),
  /** What was found, with its figures. */
  text: z.string().min(1),
  /** What to do about it. */
  advice: z.string().min(1),
});
export type ValidityFinding = z.infer<typeof ValidityFindingSchema>;
