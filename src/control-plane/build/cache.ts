/**
 * The content-addressed cache: a key is the digest of everything that goes into a thing, so an entry is never stale.
 * Entries are made under a temporary name and renamed, so a killed build leaves no half of one; two builders of the
 * same key both succeed and one entry stays. An entry whose bytes are not what was written is made again.
 */
import { randomUUID } from 'node:crypto';
import { lstat, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hasCode } from '../../domain/errors.js';
import { DigestSchema, FileNameSchema } from '../../domain/names.js';
import { isRealFolder, removeFolderIn } from '../../files/contained.js';
import { realFiles, type FileCalls } from '../../files/file-calls.js';
import { cannotWrite, isDiskFailure, writing } from '../../files/write-failure.js';
import { syncFolder, writeWhole } from '../../files/write-whole.js';
import { digestOfFile, digestOfInputs, hexOf } from './digest.js';

const entrySchemaId = 'lumos/cache-entry@1';
const entryFile = 'entry.json';

const EntrySchema = z.object({
  schema: z.literal(entrySchemaId),
  /** What the key was made of, for a person who wonders why something was built again. */
  inputs: z.record(z.string(), z.string()),
  /** Digest of each file of the entry, by its name. */
  files: z.record(FileNameSchema, DigestSchema),
  /** What the maker wants to remember beside the files. */
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Digest of `files` and `facts`, so that a damaged entry file is found out too. */
  seal: z.string(),
});
type StoredEntry = z.infer<typeof EntrySchema>;

export type EntryFacts = Readonly<Record<string, string | number>>;

/** An entry whose bytes have just been checked. */
export interface CacheEntry {
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
  readonly facts: EntryFacts;
  /** Whether it was there already. */
  readonly found: boolean;
}

const abandonedAfterHours = 24;

export class Cache {
  private readonly entries: string;
  private readonly workshop: string;

  constructor(
    folder: string,
    private readonly calls: FileCalls = realFiles,
  ) {
    this.entries = join(folder, 'artifacts');
    this.workshop = join(folder, 'tmp');
  }

  /**
   * The entry for `inputs`, made by `make` where there is none that is whole. `make` writes its files, without
   * subfolders, into the folder it is given.
   * @throws LumosError `missing-dependency` when the disk is full or broken, and whatever `make` throws
   */
  async get(
    inputs: Readonly<Record<string, string>>,
    make: (folder: string) => Promise<EntryFacts>,
  ): Promise<CacheEntry> {
    const folder = join(this.entries, hexOf(digestOfInputs(inputs)));
    const existing = await readWhole(folder);
    if (existing !== undefined) return { folder, ...existing, found: true };

    const draft = this.temporaryFolder();
    try {
      const facts = await make(draft);
      const files = await digestFiles(draft);
      const entry: StoredEntry = {
        schema: entrySchemaId,
        inputs: { ...inputs },
        files,
        facts: { ...facts },
        seal: sealOf(files, facts),
      };
      writeWhole(join(draft, entryFile), `${JSON.stringify(entry, undefined, 2)}\n`, this.calls);
      const kept = await this.publish(draft, folder);
      return { folder, files: kept.files, facts: kept.facts, found: false };
    } catch (error) {
      throw isDiskFailure(error) ? cannotWrite(this.workshop, error) : error;
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }

  /** Removes what builds that were killed left behind, once it is a day old. */
  async removeAbandoned(now = Date.now()): Promise<void> {
    // Not through a link: what is in another folder is not ours to remove.
    if (!isRealFolder(this.workshop)) return;
    const names = await readdir(this.workshop).catch(() => []);
    for (const name of names) {
      const path = join(this.workshop, name);
      const age =
        now -
        (await lstat(path)
          .then((s) => s.mtimeMs)
          .catch(() => now));
      if (age > abandonedAfterHours * 3_600_000) await removeFolderIn(this.workshop, name);
    }
  }

  private temporaryFolder(): string {
    const folder = join(this.workshop, randomUUID());
    writing(folder, () => this.calls.makeFolder(folder));
    return folder;
  }

  private async publish(draft: string, folder: string): Promise<StoredEntry> {
    writing(this.entries, () => this.calls.makeFolder(this.entries));
    syncFolder(draft, this.calls);
    for (;;) {
      try {
        this.calls.rename(draft, folder);
        break;
      } catch (error) {
        if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw error;
      }
      const other = await readWhole(folder);
      if (other !== undefined) return other;
      // A broken entry is in the way: it is moved aside whole, so that nobody reads half of it.
      const aside = join(this.workshop, randomUUID());
      await rename(folder, aside).catch(() => undefined);
      await rm(aside, { recursive: true, force: true });
    }
    const published = await readWhole(folder);
    if (published === undefined) throw new Error(`the cache entry ${folder} changed while it was written`);
    return published;
  }
}

const sealOf = (files: Readonly<Record<string, string>>, facts: EntryFacts): string =>
  digestOfInputs({
    files: digestOfInputs(files),
    facts: digestOfInputs(Object.fromEntries(Object.entries(facts).map(([k, v]) => [k, JSON.stringify(v)]))),
  });

async function digestFiles(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => name !== entryFile).sort();
  const files: Record<string, string> = {};
  for (const name of names) files[name] = await digestOfFile(join(folder, name));
  return files;
}

/** The entry in `folder` if every byte of it is as it was written. */
async function readWhole(folder: string): Promise<StoredEntry | undefined> {
  try {
    const raw: unknown = JSON.parse(await readFile(join(folder, entryFile), 'utf8'));
    const entry = EntrySchema.parse(raw);
    if (entry.seal !== sealOf(entry.files, entry.facts)) return undefined;
    for (const [name, digest] of Object.entries(entry.files)) {
      const path = join(folder, name);
      if (!(await lstat(path)).isFile() || (await digestOfFile(path)) !== digest) return undefined;
    }
    return entry;
  } catch {
    return undefined; // not there, or not readable as an entry: made again
  }
}
