/** Environments by the names of built-in ones, or from files. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { didYouMean } from '../domain/did-you-mean.js';
import { EnvironmentSchema, type Environment } from '../domain/environment.js';
import { invalidInput } from '../domain/errors.js';
import { plainIssue } from '../domain/plain-issue.js';
import { parseYaml } from '../domain/yaml-text.js';
import { explaining } from '../files/explain.js';
import { isThere, readText } from '../files/input.js';

/** The environments in `folder`, by name: one YAML file each. */
export function builtInEnvironments(folder: string): Map<string, string> {
  const names = readdirSync(folder).flatMap((file) => /^(.*)\.yaml$/.exec(file)?.[1] ?? []);
  return new Map(names.sort().map((name) => [name, join(folder, `${name}.yaml`)]));
}

/** The environment of that built-in name or in that file. @throws LumosError `invalid-input` */
export function loadEnvironment(nameOrPath: string, folder: string): Environment {
  const builtIn = builtInEnvironments(folder);
  const path = builtIn.get(nameOrPath) ?? (isThere(nameOrPath) ? nameOrPath : undefined);
  if (path === undefined) {
    const names = [...builtIn.keys()];
    throw invalidInput(
      `environment: there is no environment "${nameOrPath}", neither built in nor as a file`,
      `${didYouMean(basename(nameOrPath), names)}Built in: ${names.join(', ')}. One of your own is a YAML file, by its path.`,
    );
  }
  const environment = explaining(path, () => parseEnvironment(readText(path), path));
  if (builtIn.get(environment.name) === path || !builtIn.has(environment.name)) return environment;
  throw invalidInput(
    `${path}: the name "${environment.name}" is that of a built-in environment`,
    'Give it another: figures are told apart by the name of their environment.',
  );
}

/** Each of them once. @throws LumosError `invalid-input` also for two environments of one name */
export function loadEnvironments(namesOrPaths: readonly string[], folder: string): Environment[] {
  const loaded = [...new Set(namesOrPaths)].map((one) => loadEnvironment(one, folder));
  const names = loaded.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return loaded;
  throw invalidInput(`environment: two files are called "${twice}"`, 'Give one of them another name.');
}

/** @throws LumosError `invalid-input` that names `source`, the key and what was expected there */
export function parseEnvironment(text: string, source: string): Environment {
  const parsed = EnvironmentSchema.safeParse(parseYaml(text, source), { error: plainIssue });
  if (parsed.success) return parsed.data;
  const keys = Object.keys(EnvironmentSchema.shape);
  const unknown = parsed.error.issues.find((issue) => issue.code === 'unrecognized_keys');
  const [stranger] = unknown?.code === 'unrecognized_keys' && unknown.path.length === 0 ? unknown.keys : [];
  throw invalidInput(
    `${source}: ${parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`).join('; ')}`,
    stranger === undefined
      ? 'schema/environment.schema.json has every key.'
      : `${didYouMean(stranger, keys)}Keys here: ${keys.join(', ')}.`,
  );
}
