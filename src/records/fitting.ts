/** Makes a record fit its schema before it is written: a record that does not fit can be read by nobody afterwards. */
import { z } from 'zod';
import { LumosError, messageOf } from '../domain/errors.js';

export interface Fitted<T> {
  readonly record: T;
  /** The values that were left out, as `path value`; empty where everything fitted. */
  readonly leftOut: readonly string[];
}

/**
 * Gives back `value` if `schema` takes it, else a copy without the optional values that the schema refuses.
 * @param what names the record in the error
 * @throws LumosError `failed` where a value does not fit that the record cannot do without
 */
export function fittedTo<T extends object>(schema: z.ZodType, value: T, what: string): Fitted<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { record: value, leftOut: [] };
  const record = structuredClone(value);
  const leftOut = parsed.error.issues.map(({ path }) => removeAt(record, path));
  const again = schema.safeParse(record);
  if (again.success) return { record, leftOut };
  throw new LumosError('failed', `${what} cannot be recorded: ${misfitText(again.error)}`, {
    remedy: 'This is a defect of Lumos. What was recorded before it is kept.',
  });
}

/** The first thing that is wrong with a record, on one line. */
export function misfitText(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error);
  const [issue] = error.issues;
  return issueText(issue, 'does not fit its schema');
}

function removeAt(record: object, path: readonly PropertyKey[]): string {
  const [last] = path.slice(-1);
  let parent: unknown = record;
  for (const key of path.slice(0, -1)) {
    if (typeof parent === 'object' && parent !== null) parent = Reflect.get(parent, key);
  }
  if (last === undefined || typeof parent !== 'object' || parent === null) return path.join('.');
  const value: unknown = Reflect.get(parent, last);
  Reflect.deleteProperty(parent, last);
  return `${path.join('.')} ${String(value)}`;
}

/** A record that is no object has no field to name. */
export function issueText(issue: z.core.$ZodIssue | undefined, otherwise: string): string {
  const field = issue?.path.join('.') ?? '';
  return `${field === '' ? '' : `${field}: `}${issue?.message ?? otherwise}`;
}
