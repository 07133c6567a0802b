/** `lumos build`: every artefact of the functions asked for. */
import { requireSource } from '../../control-plane/build/languages.js';
import { dependenciesOf } from '../../control-plane/setup/dependencies.js';
import type { Artifact, ArtifactKind } from '../../domain/runtime.js';
import { loadExperiment } from '../../experiment/experiment-file.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { print, printJson } from '../output.js';
import { experimentsFolder } from '../package-root.js';
import { requireDependencies } from '../requirements.js';
import { renderArtifacts } from '../artifact-table.js';
import { createWorkbench } from '../workbench.js';

export async function build(
  patterns: readonly string[],
  options: {
    readonly json?: boolean;
    readonly functionsPath: readonly string[];
    readonly experiment?: string;
  },
): Promise<ExitCode> {
  const workbench = await createWorkbench();
  const catalogue = await workbench.catalogue(options.functionsPath);
  const named =
    options.experiment === undefined ? [] : loadExperiment(options.experiment, experimentsFolder).functions;
  const wanted = [...patterns, ...named];
  const functions = wanted.length === 0 ? catalogue.all : catalogue.select(wanted);
  const kinds = [
    ...new Set(workbench.registry.map((runtime) => runtime.artifactKind)),
  ] satisfies ArtifactKind[];
  // Building needs compilers and engines, but no daemon: images are put together without one.
  const needed = functions.flatMap(({ manifest }) =>
    kinds.flatMap((artifactKind) => {
      const { language } = requireSource(manifest, artifactKind);
      return dependenciesOf({ engine: 'none', artifactKind }, [language]);
    }),
  );
  await requireDependencies(workbench, needed);
  await workbench.builder.shim();
  const artifacts: Artifact[] = [];
  for (const definition of functions) {
    for (const kind of kinds) artifacts.push(await workbench.builder.artifact(definition, kind));
  }
  if (options.json === true) printJson({ artifacts: artifacts.map(toJson) });
  else print(renderArtifacts(artifacts));
  return exitCodes.done;
}

const toJson = ({ function: name, kind, path, digest, sizeBytes, image }: Artifact): object => ({
  function: name,
  kind,
  path,
  digest,
  sizeBytes,
  image: {
    archivePath: image.archivePath,
    reference: image.reference,
    digest: image.digest,
    compressedBytes: image.compressedBytes,
    uncompressedBytes: image.uncompressedBytes,
  },
});
