/** Short forms of what people write: one item for a list, a number for a name or for an object of numbers. */
import { z } from 'zod';

/** Schemas that take other input than their own, for the published JSON Schemas: what they take besides. */
export const shortForms = new WeakMap<object, readonly z.ZodType[]>();

/** A key that may be written in place of another one of the same object. */
export const otherNames = new WeakMap<object, { readonly name: string; readonly standsFor: string }>();

/** A list of at least `least`; one item may be written without brackets. */
export function listOf<Item extends z.ZodType>(item: Item, least = 1): z.ZodType<z.output<Item>[]> {
  const schema = z.preprocess(
    (value) => (value === undefined || value === null || Array.isArray(value) ? value : [value]),
    z.array(item).min(least),
  );
  shortForms.set(schema, [item]);
  return schema;
}

/** A list of names; several may be written in one text, as on the command line: `functions: echo, hashing`. */
export function namesOf<Item extends z.ZodType>(item: Item, least = 1): z.ZodType<z.output<Item>[]> {
  const schema = z.preprocess((value) => {
    if (value === undefined || value === null || Array.isArray(value)) return value;
    if (typeof value !== 'string') return [value];
    const names = value.split(',').map((name) => name.trim());
    return names.filter((name) => name !== '');
  }, z.array(item).min(least));
  shortForms.set(schema, [item]);
  return schema;
}

/** A text; one that is a number may be written without quotes: `payloads: [50]`. */
export function textOf(text: z.ZodString): z.ZodType<string> {
  const schema = z.preprocess((value) => (typeof value === 'number' ? String(value) : value), text);
  shortForms.set(schema, [z.number()]);
  return schema;
}

/** A name, which may be a number. */
export const WordSchema = textOf(z.string().min(1));

/** What `full` takes, or a short form of it. @param expand leaves what is no `short` as it is */
export function shortOr<Full extends z.ZodType>(
  full: Full,
  short: z.ZodType,
  expand: (value: unknown) => unknown,
): z.ZodType<z.output<Full>> {
  const schema = z.preprocess(expand, full);
  shortForms.set(schema, [short]);
  return schema;
}

/** `value` with the key `name` called `standsFor`; undefined where both are there. */
export function withOtherName(value: unknown, name: string, standsFor: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return value;
  if (Object.hasOwn(value, standsFor)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key === name ? standsFor : key, own]));
}
