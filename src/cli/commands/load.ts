/** `lumos load URL`: a load on a server that runs already. */
import { markedColors } from '../../domain/terminal-text.js';
import { monotonicClock } from '../../data-plane/probes/monotonic-clock.js';
import { invalidInput } from '../../domain/errors.js';
import type { LevelRecord } from '../../domain/level.js';
import { longestTimeLimitMs } from '../../domain/experiment.js';
import { isOpen, LoadSchema, type Load } from '../../domain/load.js';
import { plainIssue } from '../../domain/plain-issue.js';
import type { KneeSummary, LevelSummary } from '../../domain/summary/load-summary.js';
import { fromMebibytes, milliseconds } from '../../domain/units.js';
import { mostOfDataBytes, readInput } from '../../files/input.js';
import { loadUrl, planUrlLevels } from '../../experiment/load/load-url.js';
import { findEndpoint } from '../../experiment/load/url-endpoint.js';
import { encodeUrlRequest } from '../../experiment/load/url-request.js';
import { kneesOf } from '../../report/levels/knees-of-run.js';
import { levelsOf } from '../../report/levels/levels-of-run.js';
import { levelTable } from '../../report/levels/levels-text.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { loadOver, type LoadOptions } from '../load-options.js';
import { note, print, printJson, tableWidth, wantsColour } from '../output.js';
import { onStopSignal } from '../stop-signal.js';

export interface UrlLoadOptions extends LoadOptions {
  readonly clients?: number[];
  readonly allowTarget: string[];
  readonly method?: string;
  readonly header: string[];
  readonly body?: string;
  readonly expect?: string;
  readonly timeLimit: number;
  readonly seed: number;
  readonly json?: boolean;
}

export async function load(url: string, options: UrlLoadOptions): Promise<ExitCode> {
  const declared = declaredLoad(options);
  if (options.timeLimit < 1 || options.timeLimit > longestTimeLimitMs)
    throw invalidInput(
      `--time-limit: ${options.timeLimit} is not from 1 to ${longestTimeLimitMs} milliseconds (a day)`,
    );
  const clients = options.clients ?? [1];
  if (isOpen(declared) && options.clients !== undefined)
    throw invalidInput('--clients: a load with a schedule has no clients', 'Give --rate or --clients.');
  planUrlLevels({ load: declared, clients });
  const [body, expected] = [options.body, options.expect].map(bytesOf);
  const endpoint = await findEndpoint(url, options.allowTarget);
  const request = encodeUrlRequest(endpoint, {
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: options.header.map(headerOf),
    ...(body === undefined ? {} : { body }),
  });
  const stop = onStopSignal(() =>
    note('stopping: what was measured so far is shown (again to leave at once)'),
  );
  try {
    const records = await loadUrl({
      ...{ endpoint, request, expected, clients, load: declared, clock: monotonicClock, signal: stop.signal },
      ...{ seed: options.seed, timeLimitMs: milliseconds(options.timeLimit) },
      maximumResponseBytes: fromMebibytes(64),
      onLevel: (label) => note(`${label} on ${endpoint.authority}`),
    });
    show(url, records, options);
    if (stop.signal.aborted) return exitCodes.interrupted;
    const failed = records.some(({ errors, succeeded }) => Object.keys(errors).length > 0 || succeeded === 0);
    return failed ? exitCodes.failed : exitCodes.done;
  } finally {
    stop.forget();
  }
}

function declaredLoad(options: UrlLoadOptions): Load {
  const { load: wanted = {} } = loadOver({ load: undefined, concurrency: [1] }, options);
  const parsed = LoadSchema.safeParse(wanted, { error: plainIssue });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidInput(
    `the command line: load.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`,
  );
}

function bytesOf(file: string | undefined): Buffer | undefined {
  return file === undefined ? undefined : readInput(file, { maximumBytes: mostOfDataBytes });
}

function headerOf(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  if (colon < 1)
    throw invalidInput(`${JSON.stringify(text)} is no header.`, 'Give it as --header "Name: value".');
  // Spaces and tabs alone are not of the value (RFC 9110, section 5.5); a line end is refused with the request.
  return [text.slice(0, colon), text.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')];
}

function show(url: string, records: readonly LevelRecord[], { json, seed }: UrlLoadOptions): void {
  const levels = levelsOf(records);
  const knees = kneesOf(records, seed);
  const reasons = Object.fromEntries(records.flatMap((record) => Object.entries(record.reasons)));
  if (json === true) {
    const [knee] = knees.map(withoutCell);
    printJson({
      ...{ schema: 'lumos/load@1', url, levels: levels.map(withoutCell), reasons },
      ...(knee === undefined ? {} : { knee }),
    });
    return;
  }
  print([url, ...levelTable({ levels, knees }, tableWidth(), markedColors(wantsColour()))].join('\n'));
  for (const [kind, reason] of Object.entries(reasons)) print(`  ${kind}, e.g.: ${reason}`);
}

/** What only sandboxes of Lumos's own have, and what names a cell of an experiment. */
const notOfUrls = [
  ...['function', 'payload', 'runtime', 'class', 'environment', 'start', 'instances', 'instanceSeconds'],
  ...['coldShare', 'queuedMs', 'startsDelayed', 'startsWaiting', 'startsFailed', 'rounds'],
];

function withoutCell(one: LevelSummary | KneeSummary): object {
  return Object.fromEntries(Object.entries(one).filter(([key]) => !notOfUrls.includes(key)));
}
