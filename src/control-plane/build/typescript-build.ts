/** Functions in TypeScript: bundled for Node by esbuild, or made a component by componentize-js. */
import { missingDependency } from '../../domain/errors.js';
import type { FunctionDefinition } from '../../domain/function-manifest.js';
import type { CompiledKind } from '../../domain/runtime.js';
import type { BuildContext } from './builder-context.js';
import type { Recipe } from './compile-function.js';

/** @param entry the module with the function, below the function's folder */
export function typescriptRecipe(
  _definition: FunctionDefinition,
  _entry: string,
  kind: CompiledKind,
  _context: BuildContext,
): Promise<Recipe> {
  return Promise.reject(missingDependency(`${kind} from TypeScript`, 'lumos setup'));
}
