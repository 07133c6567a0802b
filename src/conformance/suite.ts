/** What the suite is run with on a machine, and how long its end is waited for. */
import type { Hierarchy } from '../control-plane/cgroup/hierarchy.js';
import type { FunctionDefinition } from '../domain/function-manifest.js';
import type { Runtime } from '../domain/runtime.js';
import type { Trace } from './machine-traces.js';
import type { Workshop } from './trial-bench.js';

export interface Suite {
  readonly workshop: Workshop;
  /** The built-in functions, and those of `conformance/`. */
  readonly functions: readonly FunctionDefinition[];
  /** Whose answers the others' are compared with; absent where nothing runs natively. */
  readonly native?: Runtime;
  /** Where sandboxes that are processes of this machine get control groups; `undefined` where they cannot have any. */
  readonly hierarchy: Hierarchy | undefined;
  /** Everything of Lumos that is on the machine at this moment. */
  readonly traces: () => Promise<readonly Trace[]>;
  /** In milliseconds: how long what was taken down may take to be gone. The usual where absent. */
  readonly patience?: number;
  readonly signal?: AbortSignal;
}
