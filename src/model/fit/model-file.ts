/** `model.json`: a fitted model, for people to read and for later commands to predict with. */
import { z } from 'zod';
import { StartSchema } from '../../domain/factors.js';
import { invalidInput, messageOf } from '../../domain/errors.js';
import { RunIdSchema } from '../../domain/names.js';
import { TrendSchema } from '../components/trend.js';
import { SchemeIdSchema } from '../hold-out/schemes.js';
import { DeclaredEnvironmentSchema } from '../network/link.js';
import { LatencyShapeSchema } from '../observations/latency-shape.js';
import { MeasuredEnergySchema } from '../observations/measured-energy.js';
import {
  ComponentIdSchema,
  ModelCellSchema,
  modelQuantiles,
  ResourceIdSchema,
  type TargetId,
} from '../observations/model-cell.js';

export const modelSchemaId = 'lumos/model@2';

export const TermSchema = z.object({
  /** One of `termNames`. */
  name: z.string(),
  /** How much its effects differ from level to level: standard deviation of the logarithm. */
  sd: z.number().nonnegative(),
  /** Effects as logarithms, shrunk; `n`: cells the level was seen in. */
  levels: z.record(z.string(), z.object({ effect: z.number(), n: z.number().int().positive() })),
});
export type Term = z.infer<typeof TermSchema>;

const FitSchema = z.object({
  /** Cells it was fitted on. */
  cells: z.number().int().positive(),
  trend: TrendSchema,
  /** Where slopes are measured from, as logarithms of what the component grows with. */
  centres: z.object({ all: z.number(), byWork: z.record(z.string(), z.number()) }),
  terms: z.array(TermSchema),
  /** What no term explains: standard deviation of the logarithm. */
  noiseSd: z.number().nonnegative(),
});

export const ComponentSchema = FitSchema.extend({ id: ComponentIdSchema });
export type Component = z.infer<typeof ComponentSchema>;

/** A component or a resource, as far as both are predicted in the same way. */
export type Fit<Id extends TargetId = TargetId> = z.infer<typeof FitSchema> & { readonly id: Id };

/** Of logarithms: bytes for memory, the share of the median latency for CPU time. */
export const ResourceSchema = FitSchema.extend({
  id: ResourceIdSchema,
  /** How many of its own deviations a 90 % interval takes to either side, by how the prediction reaches beyond the data. */
  calibrations: z.array(
    z.object({ scheme: SchemeIdSchema, n: z.number().int().positive(), width90: z.number().positive() }),
  ),
});
export type Resource = z.infer<typeof ResourceSchema>;

/** How wide 90 % intervals must be, in the model's own units of uncertainty, found by leaving cells out. */
export const CalibrationSchema = z.object({
  scheme: SchemeIdSchema,
  /** For each quantile of latency: the scores it is from, and the one that 90 % of the left-out cells stay below. */
  quantiles: z.partialRecord(
    z.enum(modelQuantiles),
    z.object({ n: z.number().int().positive(), width90: z.number().positive() }),
  ),
});
export type Calibration = z.infer<typeof CalibrationSchema>;

export const ModelFileSchema = z.object({
  schema: z.literal(modelSchemaId),
  lumosVersion: z.string(),
  /** SHA-256 over the digests of the runs' rows: two models of one digest are of the same data. */
  digest: z.string(),
  sources: z.array(
    z.object({
      runId: RunIdSchema,
      experiment: z.string(),
      startedAt: z.string(),
      environment: z.string(),
      digest: z.string(),
    }),
  ),
  notes: z.array(z.string()),
  components: z.array(ComponentSchema).min(1),
  /** What an invocation takes besides time; one that no run measured is not in it. */
  resources: z.array(ResourceSchema),
  /** Empty where no load run was given, or no machine had a counter. */
  energy: z.array(MeasuredEnergySchema),
  /** Networks that environments declare; an environment that declares none is not in it. */
  environments: z.array(DeclaredEnvironmentSchema),
  /** The median of a sum over the sum of the medians, as a logarithm; without `system`: of all. */
  corrections: z.array(z.object({ system: z.string().optional(), start: StartSchema, log: z.number() })),
  shapes: z.array(LatencyShapeSchema),
  calibrations: z.array(CalibrationSchema),
  /** What was measured. */
  cells: z.array(ModelCellSchema).min(1),
});
export type ModelFile = z.infer<typeof ModelFileSchema>;

/**
 * The model in a file's text.
 * @throws LumosError `invalid-input` for what is no model, or one of another version
 */
export function parseModelFile(text: string, source: string): ModelFile {
  const again = 'Fit it anew: lumos model fit DIR... --out model.json.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalidInput(`${source}: not JSON (${messageOf(error)})`, again);
  }
  const schema: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'schema') : undefined;
  if (schema !== modelSchemaId) {
    const found = typeof schema === 'string' ? `says it is "${schema}"` : 'does not say what it is';
    throw invalidInput(`${source} ${found}; this Lumos reads "${modelSchemaId}"`, again);
  }
  const parsed = ModelFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidInput(
    `${source}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit its schema'}`,
    again,
  );
}
