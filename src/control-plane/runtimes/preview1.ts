/** What engines have in common that run modules of WASI 0.1 and nothing newer. */
import { invalidInput } from '../../domain/errors.js';
import type { ArtifactKind, Use } from '../../domain/runtime.js';

/** Where a module sees the folder of its objects. */
export const objectsFolder = '/objects';

/**
 * The kind that a runtime runs for every use that WASI 0.1 has a way for.
 * @throws LumosError `invalid-input` for a function that opens connections itself, which WASI 0.1 cannot
 */
export const preview1Kind =
  (runtime: string, kind: ArtifactKind) =>
  ({ reach }: Use): ArtifactKind => {
    if (reach.sockets !== true) return kind;
    throw invalidInput(
      `${runtime} cannot let a function open connections: it runs modules of WASI 0.1, which has no sockets to open`,
      'Declare access: [host]: Lumos then reaches the storage for the function.',
    );
  };

/** The member `folder` of a command: present where the function was given one to reach. */
export const seenFolder = (folder: string | undefined, seenAs = objectsFolder): { folder?: string } =>
  folder === undefined ? {} : { folder: seenAs };
