/** A runtime's own options in an experiment, checked against what the runtime takes. */
import type { z } from 'zod';
import { didYouMean } from '../../domain/did-you-mean.js';
import { invalidInput } from '../../domain/errors.js';
import { plainIssue } from '../../domain/plain-issue.js';

/**
 * `raw` with every default filled in.
 * @throws LumosError `invalid-input` that names the key, what was expected, and the nearest valid key.
 */
export function parseRuntimeOptions(
  runtime: string,
  schema: z.ZodObject,
  raw: unknown,
): Readonly<Record<string, unknown>> {
  const parsed = schema.safeParse(raw ?? {}, { error: plainIssue });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = ['options', runtime, ...(issue?.path.map(String) ?? [])].join('.');
  const known = Object.keys(schema.shape);
  if (issue?.code === 'unrecognized_keys' && known.length > 0) {
    const key = issue.keys[0] ?? '';
    throw invalidInput(
      `${where}: unknown option "${key}"`,
      `${didYouMean(key, known)}There are: ${known.join(', ')}.`,
    );
  }
  throw invalidInput(
    `${where}: ${known.length === 0 ? 'this runtime takes no options' : (issue?.message ?? 'not valid')}`,
  );
}
