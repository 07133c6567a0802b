/** `lumos setup`: installs what doctor names, where a package manager can. */
import { closest } from 'fastest-levenshtein';
import { dependenciesOf } from '../../control-plane/setup/dependencies.js';
import { ensureDependency } from '../../control-plane/setup/dependency.js';
import { invalidInput } from '../../domain/errors.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { note } from '../output.js';
import { createWorkbench } from '../workbench.js';

/** `wanted`: runtime ids or engines; none means all. */
export async function setup(wanted: readonly string[]): Promise<ExitCode> {
  const { registry, dependencies } = await createWorkbench();
  const names = [...new Set(registry.flatMap((runtime) => [runtime.id, runtime.engine]))];
  for (const name of wanted) {
    if (names.includes(name)) continue;
    throw invalidInput(
      `there is no runtime "${name}"`,
      `Did you mean "${closest(name, names)}"? There are: ${names.join(', ')}.`,
    );
  }
  const runtimes = registry.filter(
    ({ id, engine }) => wanted.length === 0 || wanted.includes(id) || wanted.includes(engine),
  );
  for (const name of new Set(runtimes.flatMap((runtime) => dependenciesOf(runtime)))) {
    await ensureDependency(dependencies[name], note);
  }
  return exitCodes.done;
}
