/** Functions and runtimes by their names. */
import type { FunctionDefinition } from '../../src/domain/function-manifest.js';
import type { Runtime } from '../../src/domain/runtime.js';

interface Catalogue {
  select(names: readonly string[]): readonly FunctionDefinition[];
}

export function functionIn(catalogue: Catalogue, name: string): FunctionDefinition {
  const [definition] = catalogue.select([name]);
  if (definition === undefined) throw new Error(`no function ${name}`);
  return definition;
}

export function runtimeIn(registry: readonly Runtime[], id: string): Runtime {
  const runtime = registry.find((one) => one.id === id);
  if (runtime === undefined) throw new Error(`no runtime ${id}`);
  return runtime;
}
