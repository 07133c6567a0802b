/**
 * The JSON Schemas in schema/, made from the zod schemas of src/domain. Make them again with
 *
 *     npm run schemas
 *
 * after a change there; test/unit/schema.test.ts fails until it is done.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { EnvironmentSchema, environmentSchemaId } from '../src/domain/environment.js';
import { ExperimentSchema, experimentSchemaId } from '../src/domain/experiment.js';
import { FunctionManifestSchema, functionManifestSchemaId } from '../src/domain/function-manifest.js';
import { LatencySumSchema, latencySumSchemaId } from '../src/domain/latency-sum.js';
import { MeasurementSchema, measurementSchemaId } from '../src/domain/measurement.js';
import { RunManifestSchema, runManifestSchemaId } from '../src/domain/run-manifest.js';
import { otherNames, shortForms } from '../src/domain/short-forms.js';
import { SummarySchema, summarySchemaId } from '../src/domain/summary/summary.js';
import { PricesSchema, pricesSchemaId } from '../src/model/cost/prices.js';
import { ModelFileSchema, modelSchemaId } from '../src/model/fit/model-file.js';
import { WorkloadFileSchema, workloadSchemaId } from '../src/model/recommend/workload.js';

interface SchemaFile {
  readonly file: string;
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly schema: z.ZodType;
  /** `input` for what people write (defaults may be left out), `output` for what Lumos writes. */
  readonly io: 'input' | 'output';
}

const files: readonly SchemaFile[] = [
  {
    file: 'experiment.schema.json',
    id: experimentSchemaId,
    title: 'Lumos experiment',
    description:
      'What to measure, as given to lumos run. Not expressed here, and checked by lumos run: timeLimitMs is above 0; ' +
      'functions, runtimes, payloads and the baseline exist; options fit their runtime.',
    schema: ExperimentSchema,
    io: 'input',
  },
  {
    file: 'environment.schema.json',
    id: environmentSchemaId,
    title: 'Lumos environment',
    description:
      'Where a run takes place, as given to lumos run --environment. Not expressed here, and checked by lumos run: the name is not that of ' +
      'a built-in environment; one that is emulated has no more than the machine it is emulated on.',
    schema: EnvironmentSchema,
    io: 'input',
  },
  {
    file: 'function.schema.json',
    id: functionManifestSchemaId,
    title: 'Lumos function manifest',
    description:
      'function.yaml in the folder of a function. Not expressed here, and checked when it is loaded: payload labels ' +
      'differ; each payload has either bytes or size, and not both.',
    schema: FunctionManifestSchema,
    io: 'input',
  },
  {
    file: 'latency-sum.schema.json',
    id: latencySumSchemaId,
    title: 'Lumos sum of one-shot latencies',
    description:
      'One line of latency-sums.ndjson of an imported run: what N clients took for one request each, summed. No rate.',
    schema: LatencySumSchema,
    io: 'output',
  },
  {
    file: 'measurement.schema.json',
    id: measurementSchemaId,
    title: 'Lumos measurement',
    description:
      'One line of measurements.ndjson: one invocation. A figure that could not be measured is absent, never 0.',
    schema: MeasurementSchema,
    io: 'output',
  },
  {
    file: 'model.schema.json',
    id: modelSchemaId,
    title: 'Lumos model',
    description:
      'What lumos model fit writes: components with their coefficients, and the cells they are from.',
    schema: ModelFileSchema,
    io: 'output',
  },
  {
    file: 'prices.schema.json',
    id: pricesSchemaId,
    title: 'Lumos prices',
    description: 'What a platform charges, dated and sourced: prices/*.yaml, or a file named in a workload.',
    schema: PricesSchema,
    io: 'input',
  },
  {
    file: 'run.schema.json',
    id: runManifestSchemaId,
    title: 'Lumos run manifest',
    description:
      'manifest.json of a run directory: what was asked, with what, on which machine. Not expressed here: ' +
      'experiment.timeLimitMs is above 0.',
    schema: RunManifestSchema,
    io: 'output',
  },
  {
    file: 'summary.schema.json',
    id: summarySchemaId,
    title: 'Lumos summary',
    description: 'summary.json of a run directory: what the statistics make of its rows.',
    schema: SummarySchema,
    io: 'output',
  },
  {
    file: 'workload.schema.json',
    id: workloadSchemaId,
    title: 'Lumos workload',
    description:
      'What lumos model recommend reads. Not expressed here: exactly one of perSecond, perMinute and perHour; objectives are of latency or cost.',
    schema: WorkloadFileSchema,
    io: 'input',
  },
];

/** The text of every file of schema/ by its name; the same at every call. */
export async function schemaFiles(): Promise<ReadonlyMap<string, string>> {
  const options = await resolveConfig(join(process.cwd(), 'schema', 'any.json'));
  const texts = new Map<string, string>();
  for (const file of files) {
    texts.set(file.file, await format(JSON.stringify(jsonSchemaOf(file)), { ...options, parser: 'json' }));
  }
  return texts;
}

function jsonSchemaOf({ id, title, description, schema, io }: SchemaFile): object {
  const { $schema, ...body } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    override: ({ zodSchema, jsonSchema }) => {
      // A later version may add figures: only where a key nobody knows is refused, the schema refuses it too.
      const { def } = zodSchema._zod;
      if (def.type === 'object' && def.catchall === undefined) delete jsonSchema.additionalProperties;
      if (io === 'input') addWhatIsTaken(zodSchema, jsonSchema);
    },
  });
  return { $schema, $id: id, title, description, ...body };
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Short forms, other names, and the defaults that zod leaves out beside them. */
function addWhatIsTaken(zodSchema: z.core.$ZodType, jsonSchema: JsonSchema): void {
  const { def } = zodSchema._zod;
  if (def.type === 'default' && 'defaultValue' in def) jsonSchema.default ??= def.defaultValue as never;
  const other = otherNames.get(zodSchema);
  const properties = jsonSchema.properties;
  if (other !== undefined && properties?.[other.standsFor] !== undefined)
    properties[other.name] = properties[other.standsFor] as JsonSchema;
  const short = shortForms.get(zodSchema);
  if (short === undefined) return;
  const full = { ...jsonSchema };
  for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
  jsonSchema.anyOf = [...short.map(inputOf), full];
}

function inputOf(schema: z.ZodType): JsonSchema {
  const body = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => addWhatIsTaken(zodSchema, jsonSchema),
  });
  Reflect.deleteProperty(body, '$schema');
  return body;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync('schema', { recursive: true });
  for (const [file, text] of await schemaFiles()) {
    writeFileSync(join('schema', file), text);
    process.stdout.write(`schema/${file}\n`);
  }
}
