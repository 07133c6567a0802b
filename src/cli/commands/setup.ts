/** `lumos setup`: installs what doctor names, where a package manager can. */
import { didYouMean } from '../../domain/did-you-mean.js';
import { dependenciesOf, dependencyOf, storageDependencies } from '../../control-plane/setup/dependencies.js';
import { ensureDependency } from '../../control-plane/setup/dependency.js';
import { invalidInput } from '../../domain/errors.js';
import { StorageSchema } from '../../domain/factors.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { note } from '../output.js';
import { createWorkbench } from '../workbench.js';

/** Storages for which a server has to be there. */
const services = StorageSchema.options.filter((storage) => storageDependencies(storage).length > 0);

/** What is set up where nothing is named: the paper's runtimes and what they need. Every other engine is set up by its name. */
const usual = ['native', 'docker', 'wasmtime', 'redis', 's3', 'mmdebstrap', 'go'];

/** `wanted`: runtime ids, engines, storages or doctor's names of what they need; none means the usual ones. */
export async function setup(wanted: readonly string[]): Promise<ExitCode> {
  const { registry, engines, precompilers, dependencies } = await createWorkbench();
  const ofRuntimes = registry.flatMap((runtime) => [runtime.id, runtime.engine]);
  const names = [...new Set([...ofRuntimes, ...services, ...Object.keys(dependencies)])];
  for (const name of wanted) {
    if (names.includes(name)) continue;
    throw invalidInput(
      `there is no "${name}" to set up`,
      `${didYouMean(name, names)}There are: ${names.join(', ')}.`,
    );
  }
  const isWanted = (name: string): boolean =>
    wanted.length === 0 ? usual.includes(name) : wanted.includes(name);
  const runtimes = registry.filter(({ id, engine }) => isWanted(id) || isWanted(engine));
  const further = engines.flatMap(({ name }) => (usual.includes(name) ? [] : [name]));
  const needed = new Set([
    ...runtimes.flatMap((runtime) => {
      const engine = engines.find((one) => one.runtimes.includes(runtime));
      const { artifactKind } = runtime;
      if (engine === undefined) return [];
      const language = artifactKind === 'node-bundle' ? ('typescript' as const) : ('rust' as const);
      return dependenciesOf({ engine, artifactKind, language }, precompilers);
    }),
    ...services.filter(isWanted).flatMap(storageDependencies),
    ...Object.values(dependencies).flatMap(({ name }) => (isWanted(name) ? [name] : [])),
  ]);
  for (const name of needed) await ensureDependency(dependencyOf(dependencies, name), note);
  if (wanted.length === 0) note(`more engines, by name: lumos setup ${further.join(' ')}`);
  return exitCodes.done;
}
