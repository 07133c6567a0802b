/** A function's deployment from the knobs that a load declares. */
import type { Instances } from '../domain/load.js';
import type { Bytes } from '../domain/units.js';
import { createPolicy } from '../policies/create-policy.js';
import type { Deployment } from './pool.js';
import type { FunctionTimes } from './times.js';

/** With a policy of its own: no two functions may share one. */
export const deploymentOf = (
  instances: Omit<Instances, 'startsAtOnce'>,
  times: FunctionTimes,
  memoryBytes: Bytes | undefined,
): Deployment => ({
  policy: createPolicy(instances),
  minInstances: instances.min ?? 0,
  maxInstances: instances.max,
  preWarm: instances.preWarm,
  concurrency: instances.concurrency,
  queueLimit: instances.queueLimit,
  times,
  ...(memoryBytes === undefined ? {} : { memoryBytes }),
});
