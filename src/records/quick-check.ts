/**
 * A cheap first look at a row. A run may have a million of them, nearly all well formed, and a general validator takes
 * as long over each as the parser does. The look is derived from the schema itself, so that there is one truth.
 */
import { z } from 'zod';

interface KeyCheck {
  readonly required: boolean;
  readonly type: 'number' | 'integer' | 'string' | 'boolean';
  readonly minimum: number;
  readonly above: number;
  readonly maximum: number;
  readonly minimumLength: number;
  readonly oneOf: ReadonlySet<unknown> | undefined;
}

const jsonKeyword = z.strictObject({
  type: z.enum(['number', 'integer', 'string', 'boolean']),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  enum: z.array(z.string()).optional(),
  const: z.union([z.string(), z.boolean()]).optional(),
});

/**
 * A predicate that holds only for values which `schema`, an object of plain numbers, strings and truths, accepts as they are.
 * Where it does not hold the schema itself must be asked: there may be nothing wrong. A schema that says more than the
 * predicate understands gives one that never holds.
 */
export function quickCheckOf(schema: z.ZodObject): (value: unknown) => boolean {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { unrepresentable: 'any' });
  const checks = new Map<string, KeyCheck>();
  for (const [key, keyword] of Object.entries(properties)) {
    const understood = jsonKeyword.safeParse(keyword);
    if (!understood.success) return () => false;
    checks.set(key, keyCheck(understood.data, required.includes(key)));
  }
  return (value) => holds(value, checks, required.length);
}

function keyCheck(keyword: z.infer<typeof jsonKeyword>, required: boolean): KeyCheck {
  const allowed = keyword.const === undefined ? keyword.enum : [keyword.const];
  return {
    required,
    type: keyword.type,
    minimum: keyword.minimum ?? -Number.MAX_VALUE,
    above: keyword.exclusiveMinimum ?? Number.NEGATIVE_INFINITY,
    maximum: keyword.maximum ?? Number.MAX_VALUE,
    minimumLength: keyword.minLength ?? 0,
    oneOf: allowed === undefined ? undefined : new Set(allowed),
  };
}

function holds(value: unknown, checks: ReadonlyMap<string, KeyCheck>, required: number): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  let found = 0;
  for (const key in value) {
    const check = checks.get(key);
    // A key that is not in the schema is for the schema to drop or to refuse.
    if (check === undefined || !fits((value as Record<string, unknown>)[key], check)) return false;
    if (check.required) found += 1;
  }
  return found === required;
}

function fits(value: unknown, check: KeyCheck): boolean {
  if (typeof value === 'number') {
    if (check.type !== 'number' && check.type !== 'integer') return false;
    if (check.type === 'integer' && !Number.isSafeInteger(value)) return false;
    return value >= check.minimum && value > check.above && value <= check.maximum;
  }
  if (typeof value === 'boolean') return check.type === 'boolean' && isAllowed(value, check);
  if (typeof value !== 'string' || check.type !== 'string') return false;
  return check.oneOf === undefined ? value.length >= check.minimumLength : check.oneOf.has(value);
}

const isAllowed = (value: unknown, { oneOf }: KeyCheck): boolean => oneOf === undefined || oneOf.has(value);
