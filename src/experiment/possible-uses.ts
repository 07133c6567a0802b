/** In which ways a runtime can be used for a function in an experiment: what is possible, of what was asked for. */
import type { Experiment } from '../domain/experiment.js';
import { LanguageSchema, type Cell, type Language, type Start, type Transport } from '../domain/factors.js';
import type { FunctionDefinition, FunctionManifest } from '../domain/function-manifest.js';
import type { ArtifactKind, Runtime, Use } from '../domain/runtime.js';
import { variantsOf } from './runtime-variants.js';
import { reachesSockets } from './storage-bench.js';
import { storageFactors, type StorageFactors } from './storage-factors.js';

/** Whether a language of the function gives a kind of artefact; the builder knows. */
export type Gives = (manifest: FunctionManifest, kind: ArtifactKind, language: Language) => boolean;

export type PossibleUse = StorageFactors & Pick<Cell, 'transport' | 'language' | 'options'>;

/**
 * Every combination of storage, transport, language and options in which `runtime` can run the function from such a start;
 * none where it cannot. @throws LumosError `invalid-input` where other options of the runtime would let it
 */
export function possibleUses(
  experiment: Experiment,
  definition: FunctionDefinition,
  runtime: Runtime,
  gives: Gives,
  start: Start,
): PossibleUse[] {
  if (!runtime.starts.includes(start)) return [];
  const transports = transportsOf(experiment, runtime);
  return storageFactors(definition, experiment).flatMap((storage) =>
    variantsOf(experiment, runtime).flatMap(({ label, options }) =>
      transports.filter(carries(storage)).flatMap((transport) => {
        const possible = languagesOf(experiment, definition.manifest).filter((language) => {
          const reach = { sockets: reachesSockets(storage) };
          const kind = runtime.artifactKindFor(options, {
            ...{ reach, transport, language },
            ...snapshotOf(start),
          });
          return kind !== undefined && gives(definition.manifest, kind, language);
        });
        const languages = experiment.languages === undefined ? possible.slice(0, 1) : possible;
        return languages.map((language) => ({
          ...storage,
          transport,
          language,
          ...(label === undefined ? {} : { options: label }),
        }));
      }),
    ),
  );
}

/** What a start says of how a runtime is used. */
export const snapshotOf = (start: Start): Pick<Use, 'snapshot'> =>
  start === 'snapshot' ? { snapshot: true } : {};

function transportsOf({ transport }: Experiment, runtime: Runtime): readonly Transport[] {
  if (transport === undefined) return runtime.transports.slice(0, 1);
  return [...new Set(transport)].filter((one) => runtime.transports.includes(one));
}

/** Over HTTP a request has one answer: there is no way in which a function could ask its host meanwhile. */
const carries =
  ({ access }: StorageFactors) =>
  (transport: Transport): boolean =>
    transport === 'stdio' || access !== 'host';

/** The function's languages, in the order in which they are preferred, of those that were asked for. */
const languagesOf = ({ languages }: Experiment, { languages: written }: FunctionManifest): Language[] =>
  LanguageSchema.options.filter(
    (language) => written[language] !== undefined && (languages?.includes(language) ?? true),
  );
