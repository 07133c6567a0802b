/** Reads a function.yaml; says file, key and what was expected of one that is wrong. */
import type { z } from 'zod';
import { nearestName } from '../../domain/did-you-mean.js';
import { invalidInput } from '../../domain/errors.js';
import { FunctionManifestSchema, PayloadStepSchema } from '../../domain/function-manifest.js';
import type { FunctionManifest } from '../../domain/function-manifest.js';
import { plainIssue } from '../../domain/plain-issue.js';
import { parseYaml } from '../../domain/yaml-text.js';

/**
 * @param file Where `text` comes from, for messages.
 * @throws LumosError `invalid-input` that names every key that is wrong and what was expected there.
 */
export function parseManifest(file: string, text: string): FunctionManifest {
  const parsed = FunctionManifestSchema.safeParse(parseYaml(text, file), { error: plainIssue });
  if (parsed.success) return parsed.data;
  throw invalidInput(`${file}: ${parsed.error.issues.map(describe).join('; ')}`);
}

function describe(issue: z.core.$ZodIssue): string {
  const key = issue.path.map(String).join('.');
  const where = key === '' ? '' : `${key}: `;
  if (issue.code !== 'unrecognized_keys') return `${where}${issue.message}`;
  const valid = validKeys(issue.path);
  return issue.keys
    .map((unknown) => {
      const nearest = nearestName(unknown, valid ?? []);
      const advice = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
      return `${where}unknown key "${unknown}"${advice}`;
    })
    .join(', ');
}

/** The keys that may stand at `path`, where they are more than one or two. */
function validKeys(path: readonly PropertyKey[]): string[] | undefined {
  if (path.length === 0) return Object.keys(FunctionManifestSchema.shape);
  return path[0] === 'payloads' ? Object.keys(PayloadStepSchema.shape) : undefined;
}
