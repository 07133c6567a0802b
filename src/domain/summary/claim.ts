/** `summary.json`, the paper's claims put to the test. */
import { z } from 'zod';
import { RuntimeClassSchema } from '../factors.js';
import { interval } from './interval.js';

/** The paper's claims, in the order in which they are reported. */
export const claimIds = [
  'image-size',
  'cold-start',
  'warm-aot',
  'warm-interpreted',
  'io-serialization',
  'io-share',
] as const;
export const ClaimIdSchema = z.enum(claimIds);
export type ClaimId = z.infer<typeof ClaimIdSchema>;

/** The effect that a claim speaks of, in one cell: a dot of the claim's chart. */
export const ClaimPointSchema = z.object({
  function: z.string(),
  /** Absent where the effect does not hang on the payload. */
  payload: z.string().optional(),
  /** What else tells the cell apart, e.g. "redis via host"; absent where nothing does. */
  where: z.string().optional(),
  candidate: z.string(),
  class: RuntimeClassSchema,
  /** Absent for a share of the candidate's own time. */
  baseline: z.string().optional(),
  value: z.number(),
  /** Of this cell alone; absent where its samples are too few to carry one. */
  ci95: interval(z.number()).optional(),
});
export type ClaimPoint = z.infer<typeof ClaimPointSchema>;

/** A claim of the paper, put to the test. How each is tested is said in docs/method.md. */
export const ClaimSchema = z.object({
  id: ClaimIdSchema,
  /** What the paper says. */
  paper: z.string(),
  /** `ratio`: so many times; `share`: a part of 1. */
  unit: z.enum(['ratio', 'share']),
  /** The range that the paper names, or, of "comparable", that counts as such; from = to where it names one figure. */
  claimed: interval(z.number()),
  /** The figure set against the claim; absent where no cell answers it. */
  measured: z.number().optional(),
  /** 95 % interval of `measured`; where it is the largest of several cells, over all of them at once. */
  ci95: interval(z.number()).optional(),
  /** Cells the figure comes from. */
  cells: z.number().int().nonnegative(),
  verdict: z.enum(['consistent', 'contradicted', 'unanswered']),
  why: z.string(),
  points: z.array(ClaimPointSchema),
});
export type Claim = z.infer<typeof ClaimSchema>;
