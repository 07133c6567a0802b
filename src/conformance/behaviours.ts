/** The conformance suite: everything that every runtime has to do. */
import type { FunctionDefinition } from '../domain/function-manifest.js';
import type { Behaviour } from './behaviour.js';
import { failureBehaviours } from './behaviours/bad-days.js';
import { figureBehaviours } from './behaviours/figures.js';
import { limitBehaviours } from './behaviours/limits.js';
import { payloadBehaviours } from './behaviours/payloads.js';
import { startBehaviours } from './behaviours/starts.js';
import { traceBehaviours } from './behaviours/traces.js';

/** One behaviour for each of `functions`, and all others. */
export const behavioursOf = (functions: readonly FunctionDefinition[]): readonly Behaviour[] => [
  ...startBehaviours,
  ...payloadBehaviours(functions),
  ...figureBehaviours,
  ...limitBehaviours,
  ...failureBehaviours,
  ...traceBehaviours,
];
