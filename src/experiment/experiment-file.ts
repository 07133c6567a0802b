/** Reads an experiment file. What is wrong in it is said by key, with what was expected and the nearest valid name. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { z } from 'zod';
import { didYouMean } from '../domain/did-you-mean.js';
import { invalidInput } from '../domain/errors.js';
import { ExperimentSchema, type Experiment } from '../domain/experiment.js';
import { plainIssue } from '../domain/plain-issue.js';
import { otherNames } from '../domain/short-forms.js';
import { parseYaml } from '../domain/yaml-text.js';
import { explaining } from '../files/explain.js';
import { isThere, readText } from '../files/input.js';

/** The experiments in `folder`, by name: one YAML file each. */
export function builtInExperiments(folder: string): Map<string, string> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return new Map(files.sort().map((file) => [file.slice(0, -'.yaml'.length), join(folder, file)]));
}

/** The experiment of that built-in name or in that file. @throws LumosError `invalid-input` */
export function loadExperiment(nameOrPath: string, folder: string): Experiment {
  const builtIn = builtInExperiments(folder);
  const path = builtIn.get(nameOrPath) ?? (isThere(nameOrPath) ? nameOrPath : undefined);
  if (path === undefined) {
    const names = [...builtIn.keys(), ...filesBeside(nameOrPath)];
    throw invalidInput(
      `there is no experiment "${nameOrPath}", neither built in nor as a file`,
      `${didYouMean(nameOrPath, names)}Built in: ${[...builtIn.keys()].join(', ')}.`,
    );
  }
  return explaining(path, () => {
    return withTracePath(parseExperiment(readText(path), path), path);
  });
}

/** The YAML files in the folder of a path that leads to none, as paths into it. */
function filesBeside(path: string): string[] {
  if (!/\.ya?ml$/.test(path)) return [];
  try {
    const files = readdirSync(dirname(path)).filter((file) => /\.ya?ml$/.test(file));
    return files.map((file) => path.slice(0, path.length - basename(path).length) + file);
  } catch {
    return [];
  }
}

/**
 * A trace is named from the folder of the experiment's file, and lies in it: whoever runs a file of somebody else's has
 * nothing read besides. @throws LumosError `invalid-input` for one outside
 */
function withTracePath(experiment: Experiment, source: string): Experiment {
  const { load } = experiment;
  if (load?.trace === undefined) return experiment;
  const folder = resolve(dirname(source));
  const trace = resolve(folder, load.trace);
  if (!trace.startsWith(folder + sep))
    throw invalidInput(
      `${source}: load.trace: ${load.trace} lies outside the folder of the experiment's file`,
      'Put it there, or give it as --trace.',
    );
  return { ...experiment, load: { ...load, trace } };
}

/** @throws LumosError `invalid-input` that names `source`, the key and what was expected there. */
export function parseExperiment(text: string, source: string): Experiment {
  const raw = parseYaml(text, source);
  // A manifest has both: only what a person wrote is ambiguous.
  if (hasKey(raw, 'environment') && hasKey(raw, 'environments'))
    throw invalidInput(
      `${source}: environment and environments are both there, and only one of them can count`,
      'Put all environments under environments.',
    );
  return checkExperiment(raw, source);
}

/**
 * @param nameOf what a key is called where the experiment comes from, if not by its own name
 * @throws LumosError `invalid-input`
 */
export function checkExperiment(
  raw: unknown,
  source: string,
  nameOf?: (key: string) => string | undefined,
): Experiment {
  const parsed = ExperimentSchema.safeParse(raw, { error: plainIssue });
  if (parsed.success) return parsed.data;
  const written = hasKey(raw, 'objectives') ? { slo: 'objectives' } : undefined;
  const problems = parsed.error.issues.map((issue) =>
    describe({ ...issue, path: asWritten(issue.path, written) }, nameOf),
  );
  throw invalidInput(
    `${source}: ${[...new Set(problems.map((problem) => problem.text))].join('; ')}`,
    problems.find((p) => p.advice)?.advice,
  );
}

/** The path with the key that the user wrote in place of the one that it stands for. */
const asWritten = (
  path: PropertyKey[],
  written: Readonly<Record<string, string>> | undefined,
): PropertyKey[] => path.map((key, depth) => (depth === 0 ? (written?.[String(key)] ?? key) : key));

const hasKey = (value: unknown, key: string): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key);

function describe(
  issue: z.core.$ZodIssue,
  nameOf?: (key: string) => string | undefined,
): { text: string; advice?: string } {
  const [first] = issue.path;
  const place = (first === undefined ? undefined : nameOf?.(String(first))) ?? issue.path.join('.');
  const where = place === '' ? '' : `${place}: `;
  if (issue.code !== 'unrecognized_keys') {
    if (issue.path.length === 0)
      return {
        text: `the file: ${issue.message}`,
        advice:
          'An experiment is, e.g.: { name: words, functions: [hashing], runtimes: [native, wasmtime-aot] }.',
      };
    const remedy: unknown = issue.code === 'custom' ? issue.params?.['remedy'] : undefined;
    const advice = typeof remedy === 'string' ? { advice: remedy } : {};
    return { text: `${where || 'the file: '}${issue.message}`, ...advice };
  }
  const [key = ''] = issue.keys;
  const known = keysAt(issue.path);
  const advice =
    known.length === 0 ? {} : { advice: `${didYouMean(key, known)}Keys here: ${known.join(', ')}.` };
  return { text: `${where}unknown key "${key}"`, ...advice };
}

/** The keys an experiment may have at `path`; none where it takes any. */
function keysAt(path: readonly PropertyKey[]): string[] {
  let schema = within(ExperimentSchema);
  for (const step of path)
    schema = within(typeof step === 'number' ? memberOf(schema, 'element') : shapeOf(schema)?.[String(step)]);
  const keys = Object.keys(shapeOf(schema) ?? {});
  const other = otherNames.get(ExperimentSchema);
  return path.length === 0 && other !== undefined ? [...keys, other.name] : keys;
}

const shapeOf = (schema: unknown): Record<string, unknown> | undefined =>
  memberOf(schema, 'shape') as Record<string, unknown> | undefined;

const memberOf = (schema: unknown, name: string): unknown =>
  typeof schema === 'object' && schema !== null ? (Reflect.get(schema, name) as unknown) : undefined;

/** The schema behind defaults and short forms. */
function within(schema: unknown): unknown {
  const out = memberOf(schema, 'out');
  if (out !== undefined) return within(out);
  const options: unknown = memberOf(schema, 'options');
  // Keys that may be meant are those of the one form that has any.
  const withKeys = Array.isArray(options)
    ? (options as unknown[]).find((option) => shapeOf(option) !== undefined)
    : undefined;
  if (withKeys !== undefined) return withKeys;
  const unwrap = memberOf(schema, 'unwrap');
  const isList = memberOf(schema, 'element') !== undefined;
  return typeof unwrap === 'function' && !isList ? within(unwrap.call(schema)) : schema;
}
