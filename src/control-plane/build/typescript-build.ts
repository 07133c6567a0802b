/** Functions in TypeScript: bundled for Node by esbuild, or made a component by componentize-js. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidInput } from '../../domain/errors.js';
import type { FunctionDefinition } from '../../domain/function-manifest.js';
import type { CompiledKind } from '../../domain/runtime.js';
import { isFile } from '../process/find-on-path.js';
import type { BuildContext } from './builder-context.js';
import type { Recipe } from './compile-function.js';
import { componentize, componentizeRecipe, requireComponentizer } from './componentize.js';
import { digestOf } from './digest.js';
import { bundle } from './esbuild.js';

/**
 * The bundle is made to find out whether there is anything to do: it takes less than to look through all that goes into it,
 * and has every word of the sources, the SDK, the packages and the bundler's options that could matter in it.
 * @param entry the module with the function, below the function's folder
 * @throws LumosError `invalid-input` where it is not there, `missing-dependency` without componentize-js
 */
export async function typescriptRecipe(
  { folder, manifest }: FunctionDefinition,
  entry: string,
  kind: CompiledKind,
  { repositoryRoot, cacheFolder }: BuildContext,
): Promise<Recipe> {
  const path = join(folder, entry);
  if (!(await isFile(path))) {
    throw invalidInput(
      `the function ${manifest.name} has no file ${path}, which its manifest names under languages.typescript`,
      'Name the module with the function under languages.typescript.entry.',
    );
  }
  const request = { entry: path, repositoryRoot };
  switch (kind) {
    case 'node-bundle': {
      const services = manifest.storage.filter((storage) => storage === 'redis');
      const made = await bundle({ ...request, target: 'node', services });
      return { inputs: { bundle: digestOf(made) }, make: (output) => writeFile(output, made) };
    }
    case 'wasm-http-component': {
      const componentizer = await requireComponentizer(cacheFolder);
      const made = await bundle({ ...request, target: 'component', services: [] });
      return {
        inputs: {
          bundle: digestOf(made),
          componentizer: componentizer.version,
          options: componentizeRecipe(),
        },
        make: (output) => componentize(componentizer, made, output, join(cacheFolder, 'tmp')),
      };
    }
    case 'native-binary':
    case 'wasm-module':
    case 'wasm-initializable':
    case 'wasm-component':
      throw new Error(`TypeScript gives no ${kind}`);
  }
}
