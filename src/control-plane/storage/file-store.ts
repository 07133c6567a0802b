/** Objects as files of one folder, each named by its key. Links and devices that someone put there are not followed. */
import { constants } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../domain/errors.js';
import { StorageError, type ObjectStore, type StoreOptions } from '../../domain/object-store.js';
import {
  checkKey,
  checkSize,
  connectionCode,
  isPermission,
  missingObject,
  serviceFailure,
  withinTime,
} from './storage-failure.js';

/** A pipe would keep `open` waiting, and a link would lead out of the folder. */
const careful = constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Functions of other users (in containers) read them too. */
const fileMode = 0o644;

/** A store in `folder`, which exists. */
export const openFileStore = (folder: string, options: StoreOptions): ObjectStore =>
  new FileStore(folder, options);

class FileStore implements ObjectStore {
  constructor(
    private readonly folder: string,
    private readonly options: StoreOptions,
  ) {}

  get(key: string): Promise<Buffer> {
    return this.guarded(key, async () => {
      const file = await this.openFile(key, constants.O_RDONLY);
      try {
        checkSize(key, await sizeOf(file), this.options.limit);
        return await file.readFile();
      } finally {
        await file.close();
      }
    });
  }

  put(key: string, object: Uint8Array): Promise<void> {
    return this.guarded(key, async () => {
      checkSize(key, object.length, this.options.limit);
      const file = await this.openFile(key, constants.O_WRONLY | constants.O_CREAT);
      try {
        await sizeOf(file);
        await file.truncate();
        await file.writeFile(object);
      } finally {
        await file.close();
      }
    });
  }

  delete(key: string): Promise<void> {
    return this.guarded(key, async () => {
      await unlink(this.pathOf(key)).catch((error: unknown) => {
        if (!hasCode(error, 'ENOENT')) throw error;
      });
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private pathOf(key: string): string {
    return join(this.folder, this.options.prefix + key);
  }

  private openFile(key: string, flags: number): Promise<FileHandle> {
    return open(this.pathOf(key), flags | careful, fileMode);
  }

  private async guarded<T>(key: string, work: () => Promise<T>): Promise<T> {
    checkKey(key);
    if (this.options.prefix !== '') checkKey(this.options.prefix + key);
    try {
      return await withinTime(this.options.timeLimit, work(), () => undefined);
    } catch (error) {
      throw asStorageError(key, error);
    }
  }
}

async function sizeOf(file: FileHandle): Promise<number> {
  const status = await file.stat();
  if (!status.isFile()) throw serviceFailure('failed', 'not a file');
  return status.size;
}

function asStorageError(key: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  if (hasCode(error, 'ENOENT')) return missingObject(key);
  if (isPermission(error)) return serviceFailure('denied', connectionCode(error));
  return serviceFailure('failed', connectionCode(error));
}
