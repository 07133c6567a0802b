/** What does not fit a schema, in the words of a person who writes a file or an option: what is expected, and what is there. */
import type { z } from 'zod';

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
};

/** The longest text that a message quotes whole. */
const longestQuoted = 60;

/** A value as a message shows it. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') {
    const text = value.length > longestQuoted ? `${value.slice(0, longestQuoted)}...` : value;
    return `the text ${JSON.stringify(text)}`;
  }
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map of keys and values';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`;
}

/** `a, b or c` */
const anyOf = (values: readonly unknown[]): string => {
  const texts = values.map(String);
  const last = texts.pop() ?? '';
  return texts.length === 0 ? last : `${texts.join(', ')} or ${last}`;
};

interface Bound {
  readonly origin: string;
  readonly bound: number | bigint;
  readonly inclusive: boolean | undefined;
  readonly input: unknown;
}

function tooLittle({ origin, bound, inclusive, input }: Bound): string {
  if (origin === 'array') return bound === 1 ? 'the list is empty' : `expected at least ${bound} items`;
  if (origin === 'string') return bound === 1 ? 'the text is empty' : `expected at least ${bound} characters`;
  return `expected a number ${inclusive === false ? 'above' : 'of at least'} ${bound}, found ${shown(input)}`;
}

function tooMuch({ origin, bound, inclusive, input }: Bound): string {
  if (origin === 'array') return `expected at most ${bound} items`;
  if (origin === 'string') return `expected at most ${bound} characters`;
  return `expected a number ${inclusive === false ? 'below' : 'of at most'} ${bound}, found ${shown(input)}`;
}

/** For `safeParse(value, { error: plainIssue })`: the schema's own messages stay. */
export const plainIssue: z.core.$ZodErrorMap = (issue) => {
  const { input } = issue;
  if (issue.code === 'too_small')
    return tooLittle({ origin: issue.origin, bound: issue.minimum, inclusive: issue.inclusive, input });
  if (issue.code === 'too_big')
    return tooMuch({ origin: issue.origin, bound: issue.maximum, inclusive: issue.inclusive, input });
  if (issue.code !== 'invalid_type' && issue.code !== 'invalid_value') return undefined;
  const expected =
    issue.code === 'invalid_type' ? (kinds[issue.expected] ?? issue.expected) : anyOf(issue.values);
  return input === undefined
    ? `is missing: ${expected} is expected`
    : `expected ${expected}, found ${shown(input)}`;
};
