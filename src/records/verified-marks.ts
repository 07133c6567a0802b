/** What the conformance suite found on this machine, kept by runtime: `verified/<id>.json` in the cache folder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hasCode } from '../domain/errors.js';
import { RuntimeIdSchema } from '../domain/names.js';
import { realFiles, type FileCalls } from '../files/file-calls.js';
import { removeStaleTemporaries } from '../files/temporary-file.js';
import { writing } from '../files/write-failure.js';
import { writeWhole } from '../files/write-whole.js';

export const verifiedMarkSchemaId = 'lumos/verified@1';

const CountSchema = z.number().int().nonnegative();

export const VerifiedMarkSchema = z.strictObject({
  schema: z.literal(verifiedMarkSchemaId),
  runtime: RuntimeIdSchema,
  /** The engine's, as its `probe` names it. */
  version: z.string().min(1),
  lumosVersion: z.string().min(1),
  /** When the suite had run: wall clock, ISO 8601 in UTC. */
  at: z.iso.datetime(),
  passed: CountSchema,
  failed: z.array(z.strictObject({ behaviour: z.string(), why: z.string() })),
  skipped: z.array(z.strictObject({ behaviour: z.string(), reason: z.string() })),
});
/** The last run of the suite over one runtime. */
export type VerifiedMark = z.infer<typeof VerifiedMarkSchema>;

const fileOf = (cacheFolder: string, runtime: string): string =>
  join(cacheFolder, 'verified', `${RuntimeIdSchema.parse(runtime)}.json`);

/** Keeps `mark` in place of an earlier one of its runtime. @throws LumosError that names the file and the reason */
export function writeVerifiedMark(
  cacheFolder: string,
  mark: VerifiedMark,
  calls: FileCalls = realFiles,
): void {
  const folder = join(cacheFolder, 'verified');
  writing(folder, () => calls.makeFolder(folder));
  removeStaleTemporaries(folder, calls);
  writeWhole(fileOf(cacheFolder, mark.runtime), `${JSON.stringify(mark, null, 2)}\n`, calls);
}

/** The mark of `runtime`; `undefined` where there is none, and for one that nobody can read: then the suite is run again. */
export function readVerifiedMark(cacheFolder: string, runtime: string): VerifiedMark | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(cacheFolder, runtime), 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    const mark = VerifiedMarkSchema.parse(JSON.parse(text));
    return mark.runtime === runtime ? mark : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the runtime passed everything that was asked of it, in this version of its engine. */
export const isVerified = (mark: VerifiedMark | undefined, version: string): boolean =>
  mark !== undefined && mark.version === version && mark.failed.length === 0 && mark.passed > 0;
