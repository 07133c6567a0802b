/** What the conformance suite found on this machine, kept by runtime: `verified/<id>.json` in the cache folder. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hasCode } from '../domain/errors.js';
import { RuntimeIdSchema } from '../domain/names.js';

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

/** Keeps `mark` in place of an earlier one of its runtime. */
export function writeVerifiedMark(cacheFolder: string, mark: VerifiedMark): void {
  const file = fileOf(cacheFolder, mark.runtime);
  mkdirSync(join(cacheFolder, 'verified'), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(mark, null, 2)}\n`);
  renameSync(unfinished, file);
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
