/** `lumos build`: artefacts of the functions asked for. */
import { originOf, sourcesOf } from '../../control-plane/build/languages.js';
import { dependenciesOf } from '../../control-plane/setup/dependencies.js';
import type { Language } from '../../domain/factors.js';
import type { FunctionDefinition } from '../../domain/function-manifest.js';
import type { Artifact, ArtifactKind, Runtime } from '../../domain/runtime.js';
import { loadExperiment } from '../../experiment/experiment-file.js';
import { thisMachine } from '../../experiment/environments.js';
import { cellsOf } from '../../experiment/plan.js';
import { snapshotOf } from '../../experiment/possible-uses.js';
import { optionsOfCell } from '../../experiment/runtime-variants.js';
import { select } from '../../experiment/selection.js';
import { reachesSockets } from '../../experiment/storage-bench.js';
import { renderArtifacts } from '../artifact-table.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { print, printJson } from '../output.js';
import { experimentsFolder } from '../package-root.js';
import { requireDependencies, withInstalled } from '../requirements.js';
import { createWorkbench, type Workbench } from '../workbench.js';

export interface BuildOptions {
  readonly json?: boolean;
  readonly functionsPath: readonly string[];
  readonly experiment?: string;
  readonly runtimes?: readonly string[];
}

/** The runtimes whose artefacts are built where none are named: one of each class of the paper, and the baseline. */
const usualRuntimes = ['native', 'docker', 'wasmtime-aot', 'wasmtime-interpreted', 'wasmtime-jit'];

interface Wanted {
  readonly definition: FunctionDefinition;
  readonly kind: ArtifactKind;
  readonly language: Language;
}

export async function build(patterns: readonly string[], options: BuildOptions): Promise<ExitCode> {
  const workbench = await createWorkbench();
  const wanted = unique(
    options.experiment === undefined
      ? await ofPatterns(patterns, options, workbench)
      : await ofExperiment(options.experiment, options, workbench),
  );
  // Building needs compilers and engines, but no daemon: images are put together without one.
  const needed = wanted.flatMap(({ kind, language }) =>
    dependenciesOf({ artifactKind: kind, language }, workbench.precompilers),
  );
  await requireDependencies(workbench, needed);
  await workbench.builder.shim();
  const artifacts: Artifact[] = [];
  for (const { definition, kind, language } of wanted) {
    artifacts.push(await workbench.builder.artifact(definition, kind, language));
  }
  if (options.json === true) printJson({ artifacts: artifacts.map(toJson) });
  else print(renderArtifacts(artifacts));
  return exitCodes.done;
}

/** What the runtimes named, or the usual ones, run of the functions; a kind that no language of a function gives is left out. */
async function ofPatterns(
  patterns: readonly string[],
  { functionsPath, runtimes = usualRuntimes }: BuildOptions,
  workbench: Workbench,
): Promise<Wanted[]> {
  const catalogue = await workbench.catalogue(functionsPath);
  const functions = patterns.length === 0 ? catalogue.all : catalogue.select(patterns);
  const kinds = workbench.registry.filter(({ id }) => runtimes.includes(id)).map((one) => one.artifactKind);
  return functions.flatMap((definition) =>
    kinds.flatMap((kind) => {
      const origin = originOf(kind, workbench.precompilers);
      const [source] = sourcesOf(definition.manifest.languages, origin);
      return source === undefined ? [] : [{ definition, kind, language: source.language }];
    }),
  );
}

/** What the cells of an experiment run. */
async function ofExperiment(
  name: string,
  { functionsPath }: BuildOptions,
  workbench: Workbench,
): Promise<Wanted[]> {
  const catalogue = await workbench.catalogue(functionsPath);
  const experiment = await withInstalled(loadExperiment(name, experimentsFolder), workbench.registry);
  // What is built does not hang on where it runs.
  const anywhere = { ...experiment, environments: [thisMachine.name], baseline: undefined };
  const selection = select(anywhere, catalogue, workbench.registry, workbench.gives);
  const cells = cellsOf(anywhere, selection.functions, selection.runtimes, workbench.gives);
  return cells.flatMap((cell) => {
    const runtime = selection.runtimes.find(({ id }) => id === cell.runtime) as Runtime;
    const definition = selection.functions.find((one) => one.definition.manifest.name === cell.function);
    const { transport = 'stdio', language = 'rust' } = cell;
    const reach = { sockets: reachesSockets(cell) };
    const use = { reach, transport, language, ...snapshotOf(cell.start) };
    const kind = runtime.artifactKindFor(optionsOfCell(experiment, runtime, cell), use);
    return kind === undefined || definition === undefined
      ? []
      : [{ definition: definition.definition, kind, language }];
  });
}

const unique = (wanted: readonly Wanted[]): Wanted[] => [
  ...new Map(
    wanted.map((one) => [`${one.definition.manifest.name} ${one.kind} ${one.language}`, one]),
  ).values(),
];

const toJson = ({
  function: name,
  kind,
  path,
  digest,
  sizeBytes,
  precompileMs,
  image,
}: Artifact): object => ({
  function: name,
  kind,
  path,
  digest,
  sizeBytes,
  ...(precompileMs === undefined ? {} : { precompileMs }),
  image: {
    archivePath: image.archivePath,
    reference: image.reference,
    digest: image.digest,
    compressedBytes: image.compressedBytes,
    uncompressedBytes: image.uncompressedBytes,
  },
});
