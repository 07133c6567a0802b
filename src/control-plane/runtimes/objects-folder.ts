/** What engines have in common that are commands which run modules of WASI 0.1. */

/** Where a module sees the folder of its objects. */
export const objectsFolder = '/objects';

/** The member `folder` of a command: present where the function was given one to reach. */
export const seenFolder = (folder: string | undefined, seenAs = objectsFolder): { folder?: string } =>
  folder === undefined ? {} : { folder: seenAs };
