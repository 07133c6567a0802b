/** What does not fit in a workload's file, by key, with what is expected there and the nearest valid name. */
import type { z } from 'zod';
import { didYouMean } from '../../domain/did-you-mean.js';
import { InstancesSchema } from '../../domain/load.js';
import { oneLine } from '../../domain/terminal-text.js';
import { arrivalsKeys } from './arrivals.js';

export interface WorkloadProblem {
  readonly text: string;
  readonly remedy?: string;
}

type Issue = z.core.$ZodIssue;

const hasUnknownKey = (issues: readonly Issue[]): boolean =>
  issues.some(({ code }) => code === 'unrecognized_keys');

/** A slip in a key makes a rule about the right one fail: only the slip is said. */
const withoutEchoes = (issues: readonly Issue[]): readonly Issue[] => {
  const slips = new Set(
    issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('.')),
  );
  return issues.filter(({ code, path }) => code !== 'custom' || !slips.has(path.join('.')));
};

/** Where a value may be written in several ways, the issues of the one that is meant: the one of its kind with the fewest. */
function meantIssues(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const ways = issue.errors.filter(
    (issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  const [meant] = [...ways].sort(
    (a, b) => Number(hasUnknownKey(a)) - Number(hasUnknownKey(b)) || a.length - b.length,
  );
  return (meant ?? []).flatMap((one) => meantIssues({ ...one, path: [...issue.path, ...one.path] }));
}

const remedies: Readonly<Record<string, string>> = {
  arrivals:
    'Arrivals are a rate, e.g. { perMinute: 6 }, a list of rates with weights, { gapsSeconds: [...] } or { trace: FILE }.',
  payload: 'A payload is a label, a size such as 8MiB, or a list of { payload, weight }.',
};

/** A workload says for how long instances are kept outside of its instances. */
const instancesKeys = Object.keys(InstancesSchema.shape).filter((key) => key !== 'keepAliveSeconds');

function keysAt([first]: readonly PropertyKey[], keys: readonly string[]): readonly string[] {
  if (first === undefined) return keys;
  if (first === 'arrivals') return arrivalsKeys;
  return first === 'instances' ? instancesKeys : [];
}

function isMissing(value: unknown, path: readonly PropertyKey[]): boolean {
  let at = value;
  for (const step of path)
    at = typeof at === 'object' && at !== null ? (Reflect.get(at, step) as unknown) : undefined;
  return at === undefined;
}

function problemOf(issue: Issue, value: unknown, keys: readonly string[]): WorkloadProblem[] {
  const { path } = issue;
  const where = path.length === 0 ? '' : `${path.map(String).join('.')}: `;
  const [first = ''] = path;
  const remedy = remedies[String(first)];
  const advice = remedy === undefined ? {} : { remedy };
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const known = keysAt(path, keys);
    if (known.length === 0) return [{ text: `${where}unknown key "${key}"` }];
    return [
      {
        text: `${where}unknown key "${key}"`,
        remedy: `${didYouMean(key, known)}Keys here: ${known.join(', ')}.`,
      },
    ];
  }
  if (issue.code !== 'invalid_union') return [{ text: `${where}${issue.message}`, ...advice }];
  const meant = meantIssues(issue);
  if (meant.length > 0) return withoutEchoes(meant).flatMap((one) => problemOf(one, value, keys));
  return [{ text: `${where}${isMissing(value, path) ? 'is missing' : 'is of the wrong kind'}`, ...advice }];
}

/**
 * All problems in one sentence, with the first advice that there is.
 * @param keys that the workload may have
 */
export function workloadProblem(error: z.ZodError, value: unknown, keys: readonly string[]): WorkloadProblem {
  const found = withoutEchoes(error.issues).flatMap((issue) => problemOf(issue, value, keys));
  const named = found.find(({ remedy }) => remedy?.startsWith('Did you mean') === true);
  const remedy = (named ?? found.find((one) => one.remedy !== undefined))?.remedy;
  const text = oneLine([...new Set(found.map((one) => one.text))].join('; '));
  return remedy === undefined ? { text } : { text, remedy };
}
