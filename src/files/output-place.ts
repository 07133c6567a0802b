/** What a path that the user named for an output leads to. */
import { fstatSync, lstatSync, readlinkSync, realpathSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { hasCode, invalidInput } from '../domain/errors.js';
import { cannotWrite } from './write-failure.js';

export type OutputPlace =
  /** `-`, or a path that leads to descriptor 1. */
  | { readonly kind: 'standard-output'; readonly path: string }
  /** Another descriptor that this process was started with, e.g. of `>(command)`. */
  | { readonly kind: 'descriptor'; readonly path: string; readonly descriptor: number }
  /** A device or a FIFO: bytes are written into it, and it stays what it is. */
  | { readonly kind: 'stream'; readonly path: string }
  | { readonly kind: 'socket'; readonly path: string }
  | FilePlace;

/** A regular file, there or not yet: replaced whole, at the end of every symbolic link. */
export interface FilePlace {
  readonly kind: 'file';
  /** As the user named it, for messages. */
  readonly path: string;
  /** Where the file is, without symbolic links. */
  readonly realPath: string;
  readonly existing?: Stats;
}

const mostLinks = 40;

/** @throws LumosError for a folder, a folder that is not there, and whatever else cannot be an output */
export function outputPlace(path: string): OutputPlace {
  if (path === '-') return { kind: 'standard-output', path };
  if (path === '')
    throw invalidInput('an output has an empty name', 'Name a file, or - for standard output.');
  try {
    return follow(path);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Follows symbolic links one by one: those of descriptors lead to what is open, which has no path of its own. */
function follow(path: string): OutputPlace {
  let next = path;
  for (let links = 0; links <= mostLinks; links += 1) {
    const parent = realpathSync(dirname(next));
    const here = join(parent, basename(next));
    const descriptor = /^\/proc\/(\d+)(?:\/task\/\d+)?\/fd\/(\d+)$/.exec(here);
    if (descriptor !== null) return ofDescriptor(path, here, Number(descriptor[1]), Number(descriptor[2]));
    const found = lstatOf(here);
    if (found?.isSymbolicLink() !== true) return ofFile(path, here, next.endsWith('/'), found);
    const target = readlinkSync(here);
    next = isAbsolute(target) ? target : `${parent}/${target}`;
  }
  throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
}

function ofDescriptor(path: string, here: string, pid: number, descriptor: number): OutputPlace {
  // The descriptor of another process cannot be written to, but what it has open can be opened again.
  if (pid !== process.pid)
    return statSync(here).isSocket() ? { kind: 'socket', path } : { kind: 'stream', path };
  if (descriptor === 1) return { kind: 'standard-output', path };
  const open = fstatSync(descriptor);
  const isWritable = open.isFile() || open.isFIFO() || open.isSocket() || open.isCharacterDevice();
  if (!isWritable) throw Object.assign(new Error('not a file'), { code: 'EBADF' });
  return { kind: 'descriptor', path, descriptor };
}

function ofFile(
  path: string,
  realPath: string,
  isNamedAsFolder: boolean,
  existing: Stats | undefined,
): OutputPlace {
  if (existing === undefined && isNamedAsFolder)
    throw Object.assign(new Error('no folder'), { code: 'ENOENT' });
  if (existing === undefined) return { kind: 'file', path, realPath };
  if (existing.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
  if (existing.isFile()) return { kind: 'file', path, realPath, existing };
  if (existing.isBlockDevice())
    throw invalidInput(
      `${path} is a block device: writing to it would destroy what is on it`,
      'Name a file.',
    );
  return existing.isSocket() ? { kind: 'socket', path } : { kind: 'stream', path };
}

function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
