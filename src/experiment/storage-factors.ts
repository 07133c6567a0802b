/** Which storages, ways of access and connections a function meets in an experiment. */
import { invalidInput } from '../domain/errors.js';
import type { Experiment } from '../domain/experiment.js';
import type { Cell } from '../domain/factors.js';
import type { FunctionDefinition } from '../domain/function-manifest.js';

export type StorageFactors = Pick<Cell, 'storage' | 'access' | 'connection'>;

/** Whether the function finds or stores objects besides its payload and answer. */
export const hasObjects = ({ oracle }: FunctionDefinition): boolean =>
  oracle.objects !== undefined || oracle.stored !== undefined;

/**
 * Every combination that applies to the function: one without any factor where it has no objects; access only where the
 * objects are outside the payload; connections only where there are any.
 * @throws LumosError `invalid-input` where the function can have its objects in no storage of the experiment
 */
export function storageFactors(definition: FunctionDefinition, experiment: Experiment): StorageFactors[] {
  if (!hasObjects(definition)) return [{}];
  const { name, storage: possible } = definition.manifest;
  const wanted = experiment.storage ?? possible.slice(0, 1);
  const chosen = wanted.filter((storage) => possible.includes(storage));
  if (chosen.length === 0) {
    throw invalidInput(
      `storage: ${name} cannot have its objects in ${wanted.join(' or ')}`,
      `It can in: ${possible.join(', ')}.`,
    );
  }
  const connections = [...new Set(experiment.connection)];
  return [...new Set(chosen)].flatMap((storage): StorageFactors[] => {
    if (storage === 'inline') return [{ storage }];
    return [...new Set(experiment.access)].flatMap((access): StorageFactors[] =>
      storage === 'file'
        ? [{ storage, access }]
        : connections.map((connection) => ({ storage, access, connection })),
    );
  });
}
