/** What a person wants to run, in a file: which function, how it is called, and what it must keep to. */
import { z } from 'zod';
import { invalidInput } from '../../domain/errors.js';
import { InstancesSchema, type Instances } from '../../domain/load.js';
import { plainIssue } from '../../domain/plain-issue.js';
import { listOf, namesOf, withOtherName } from '../../domain/short-forms.js';
import { parseObjective, type Objective } from '../../domain/slo.js';
import { LinkSchema } from '../network/link.js';
import { workloadProblem } from './workload-problem.js';
import { ArrivalsSchema, atMeanRate, meanRate, TraceArrivalsSchema } from './arrivals.js';

const PayloadShareSchema = z.strictObject({
  payload: z.union([z.string().min(1), z.number().transform(String)]),
  /** How often, relative to the others. */
  weight: z.number().positive(),
});

export const workloadSchemaId = 'lumos/workload@1';

export const WorkloadSchema = z.strictObject({
  schema: z.literal(workloadSchemaId).default(workloadSchemaId),
  function: z.string().min(1),
  /** A label, a size (`8MiB`), or several with weights. */
  payload: z.union([z.array(PayloadShareSchema).min(1), z.string().min(1), z.number().transform(String)]),
  /** A rate, several in their shares of the time, or measured gaps. */
  arrivals: ArrivalsSchema,
  /** How long an idle instance is kept, in seconds. */
  keepAliveSeconds: z.number().nonnegative().default(600),
  /** The other knobs of the platform, as a load has them (docs/method.md); their use needs a simulation. */
  instances: InstancesSchema.omit({ keepAliveSeconds: true }).optional(),
  environment: z.string().min(1).optional(),
  /** How objects are reached, e.g. `s3/host/reused`. */
  access: z.string().min(1).optional(),
  /** What lies between the clients and the platform; absent: what the environment declares, or nothing. */
  clients: LinkSchema.optional(),
  /** Over which an image is pulled before each cold start; absent: images are on the node. */
  registry: LinkSchema.optional(),
  /** Which runtimes come into question; absent: all the model saw. */
  runtimes: namesOf(z.string().min(1)).optional(),
  objectives: listOf(z.string(), 0).default([]),
  /** Name or file of a platform's prices. */
  prices: z.string().optional(),
  /** Memory that is paid for, where it is set and not what is used. */
  memoryMiB: z.number().positive().optional(),
});
export type Workload = z.infer<typeof WorkloadSchema>;

/** A workload as its file has it: a trace has not been read yet. */
export const WorkloadFileSchema = WorkloadSchema.extend({
  arrivals: z.union([ArrivalsSchema, TraceArrivalsSchema]),
});

/** The platform's knobs, those that the workload does not name as a load has them by default. */
export const instancesOf = ({ instances, keepAliveSeconds }: Workload): Instances =>
  InstancesSchema.parse({ ...instances, keepAliveSeconds: Math.min(keepAliveSeconds, mostKeepAlive) });

/** Of a platform, in seconds: a day. */
const mostKeepAlive = 86_400;

/** @throws LumosError `invalid-input` with the first key that does not fit */
export function parseWorkload(value: unknown, source: string): Workload {
  const named = withOtherName(value, 'slo', 'objectives');
  if (named === undefined)
    throw invalidInput(
      `${source}: slo is another word for objectives, which are there too`,
      'Put all objectives under one of the two.',
    );
  const parsed = WorkloadSchema.safeParse(named, { error: plainIssue });
  if (!parsed.success) {
    const { text, remedy } = workloadProblem(parsed.error, named, [
      ...Object.keys(WorkloadSchema.shape),
      'slo',
    ]);
    throw invalidInput(
      `${source}: ${text}`,
      remedy ??
        'A workload is, e.g.: { function: hashing, payload: medium, arrivals: { perMinute: 6 }, objectives: [p95 < 100ms] }.',
    );
  }
  const { data } = parsed;
  for (const objective of data.objectives) refuseUnpredicted(parseObjective(objective), source, data);
  return data;
}

function refuseUnpredicted(objective: Objective, source: string, { prices }: Workload): void {
  if (objective.metric === 'error-rate' || objective.metric === 'throughput')
    throw invalidInput(
      `${source}: "${objective.text}": the model predicts latency and cost, no ${objective.metric.replace('-', ' ')}`,
      'lumos run measures it: put the objective into an experiment as slo.',
    );
  if (objective.metric === 'cost' && prices === undefined)
    throw invalidInput(`${source}: "${objective.text}" needs prices`, 'Name some, e.g. prices: aws-lambda.');
}

/** Mean requests a second. */
export const rateOf = ({ arrivals }: Workload): number => meanRate(arrivals);

/** The same workload at another mean rate. */
export const atRate = (workload: Workload, perSecond: number): Workload => ({
  ...workload,
  arrivals: atMeanRate(workload.arrivals, perSecond),
});
