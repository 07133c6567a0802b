/** `summary.json`: what the statistics make of the rows. */
import { z } from 'zod';
import { RunIdSchema } from '../names.js';
import { ValidityFindingSchema } from '../validity.js';
import { CellSummarySchema, ComparisonSchema } from './cell-summary.js';
import { ClaimSchema } from './claim.js';
import { LatencySumSummarySchema } from './latency-sum-summary.js';
import { LeagueRowSchema } from './league.js';
import { KneeSchema, LevelSummarySchema, TraceSummarySchema } from './load-summary.js';
import { ObjectiveResultSchema } from './objective-result.js';
import { PayloadSizeSchema } from './payload-size.js';

export const summarySchemaId = 'lumos/summary@1';

export const SummarySchema = z.object({
  schema: z.literal(summarySchemaId),
  runId: RunIdSchema,
  experiment: z.string(),
  rows: z.number().int().nonnegative(),
  failures: z.number().int().nonnegative(),
  /** Ratios within 1/(1+margin) and 1+margin count as the same. */
  margin: z.number(),
  cells: z.array(CellSummarySchema),
  comparisons: z.array(ComparisonSchema),
  /** Cells of the plan that have not one sample. */
  empty: z.number().int().nonnegative(),
  /** Only where the experiment's analyses ask for it. */
  claims: z.array(ClaimSchema).optional(),
  payloadSize: PayloadSizeSchema.optional(),
  league: z.array(LeagueRowSchema).optional(),
  /** Only of a load: its levels, and the knee of each ladder of clients. */
  levels: z.array(LevelSummarySchema).optional(),
  knees: z.array(KneeSchema).optional(),
  /** Only of a load by a trace: each runtime under it. `levels` has its functions one by one. */
  traces: z.array(TraceSummarySchema).optional(),
  /** Only where the experiment has objectives: each, held against every cell that it speaks of. */
  objectives: z.array(ObjectiveResultSchema).optional(),
  /** The format, of a run that Lumos did not measure: its answers were verified by nobody that we know of. */
  imported: z.string().optional(),
  /** What threatens a conclusion from these rows, the gravest first; empty where nothing was found. Absent in runs of before. */
  validity: z.array(ValidityFindingSchema).optional(),
  /** Only of an imported run that has them. */
  latencySums: z.array(LatencySumSummarySchema).optional(),
});
export type Summary = z.infer<typeof SummarySchema>;
