/** `lumos model simulate`. */
import { counted } from '../../../domain/counted.js';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '../../../domain/did-you-mean.js';
import { invalidInput } from '../../../domain/errors.js';
import { InstancesSchema, type Instances } from '../../../domain/load.js';
import type { TraceInvocation } from '../../../domain/trace.js';
import { milliseconds } from '../../../domain/units.js';
import { loadPrices, type Prices } from '../../../model/cost/prices.js';
import type { ModelFile } from '../../../model/fit/model-file.js';
import { systemOf } from '../../../model/observations/model-cell.js';
import {
  mebibytes,
  whatIf,
  WhatIfCase,
  type Bounded,
  type WhatIfResult,
} from '../../../model/simulate/what-if.js';
import { formatDuration, formatShare, formatSignificant } from '../../../report/format-quantity.js';
import { readTrace } from '../../../user-plane/traces/read-trace.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { renderFitted } from '../../fitted-table.js';
import { print, printJson, tableWidth } from '../../output.js';
import { TraceRemarks } from '../../trace-remarks.js';
import { readModelFile } from './model-input.js';
import { quantileText, withoutUnknown } from './predict-text.js';
import { pricesFolder } from './prices-folder.js';
import { simulateRun } from './simulate-run.js';

export interface SimulateOptions {
  readonly model: string;
  readonly function?: readonly string[];
  readonly payload?: string;
  readonly runtime?: readonly string[];
  readonly policy: readonly string[];
  readonly keepAlive: readonly number[];
  readonly min?: number;
  readonly max?: number;
  readonly concurrency?: number;
  readonly queueLimit?: number;
  readonly startsAtOnce?: number;
  readonly launchSlowdown?: number;
  readonly cpus?: number;
  /** ms */
  readonly staging?: number;
  readonly environment?: string;
  readonly access?: string;
  readonly service?: string;
  readonly timeScale?: number;
  readonly prices?: string;
  readonly memory?: number;
  readonly skipBadRows?: boolean;
  readonly seed: number;
  readonly json?: boolean;
}

type Policy = Instances['policy'];
const policyNames: readonly Policy[] = ['fixed', 'hybrid-histogram', 'concurrency-target'];

interface Setting {
  readonly runtime: string;
  readonly instances: Instances;
}

/** The knobs have the ranges and defaults of a load's `instances`, but for a file they come from options. */
function instancesAsked(
  { min, max, concurrency, queueLimit, startsAtOnce }: SimulateOptions,
  policy: Policy,
  keepAliveSeconds: number,
): Instances {
  const given = { min, max, concurrency, queueLimit, startsAtOnce, policy, keepAliveSeconds };
  const parsed = InstancesSchema.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalidInput(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is out of range'}`);
  }
  const instances = parsed.data;
  if ((instances.min ?? 0) > instances.max)
    throw invalidInput(`--min ${instances.min ?? 0} is above --max ${instances.max}`);
  return instances;
}

function policyAsked(name: string): Policy {
  const found = policyNames.find((one) => one === name);
  if (found !== undefined) return found;
  throw invalidInput(
    `--policy: there is no policy "${name}"`,
    `${didYouMean(name, policyNames)}There are: ${policyNames.join(', ')}.`,
  );
}

/** Every runtime under every policy; only the fixed policy has a keep-alive to choose. */
function settingsOf(file: ModelFile, options: SimulateOptions): Setting[] {
  const runtimes = options.runtime ?? [...new Set(file.cells.map(({ cell }) => systemOf(cell)))];
  const policies = options.policy.map(policyAsked).flatMap((policy) => {
    const times = policy === 'fixed' ? options.keepAlive : options.keepAlive.slice(0, 1);
    return times.map((keepAlive) => instancesAsked(options, policy, keepAlive));
  });
  return policies.flatMap((instances) => runtimes.map((runtime) => ({ runtime, instances })));
}

/** `f` stands for every function of the trace, `a=f` for its function a alone. */
function mappingOf(asked: readonly string[]): (traced: string) => string | undefined {
  const pairs = asked.filter((one) => one.includes('='));
  const others = asked.filter((one) => !one.includes('='));
  if (others.length > 1)
    throw invalidInput(
      `--function: ${others.join(' and ')} cannot both stand for every function of the trace`,
      'Say which is which: --function traced-name=function, once for each.',
    );
  const named = new Map(
    pairs.map((pair): [string, string] => {
      const at = pair.lastIndexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
  return (traced) => named.get(traced) ?? others[0];
}

function serviceAsked({ service = 'model' }: SimulateOptions): 'model' | 'trace' {
  if (service === 'model' || service === 'trace') return service;
  throw invalidInput(`--service: "${service}" is neither model nor trace`);
}

async function* scaled(
  arrivals: AsyncIterable<TraceInvocation>,
  scale: number,
): AsyncGenerator<TraceInvocation, void> {
  for await (const one of arrivals) yield { ...one, atMs: milliseconds(one.atMs * scale) };
}

function arrivalsOf(
  path: string,
  { skipBadRows = false, seed, timeScale = 1 }: SimulateOptions,
  remarks: TraceRemarks,
): AsyncIterable<TraceInvocation> {
  const arrivals = readTrace(path, { seed, skipBadRows, ...remarks.listeners });
  return timeScale === 1 ? arrivals : scaled(arrivals, timeScale);
}

/** Exit code 0 whatever comes out: a simulation has no objective. */
export async function simulate(path: string, options: SimulateOptions): Promise<ExitCode> {
  if (existsSync(join(path, 'manifest.json'))) return await simulateRun(path, options);
  if (options.function === undefined || options.payload === undefined)
    throw invalidInput(
      'A trace needs --function and --payload: it does not say what its functions do',
      'For example: --function hashing --payload medium.',
    );
  return await simulateTrace(path, { ...options, function: options.function, payload: options.payload });
}

type TraceOptions = SimulateOptions & { readonly function: readonly string[]; readonly payload: string };

async function simulateTrace(path: string, options: TraceOptions): Promise<ExitCode> {
  const file = readModelFile(options.model);
  const prices = options.prices === undefined ? undefined : loadPrices(options.prices, pricesFolder);
  const settings = settingsOf(file, options);
  const { environment, access, payload, memory, seed, cpus, launchSlowdown = 0 } = options;
  const common = {
    asked: {
      payload,
      ...(environment === undefined ? {} : { environment }),
      ...(access === undefined ? {} : { access }),
    },
    ...{ functionOf: mappingOf(options.function), service: serviceAsked(options), seed, launchSlowdown },
    ...(cpus === undefined ? {} : { cores: cpus }),
    stagingMs: milliseconds(options.staging ?? 0),
    ...(prices === undefined ? {} : { prices }),
    ...(memory === undefined ? {} : { memoryBytes: mebibytes(memory) }),
  };
  const cases = settings.map((setting) => new WhatIfCase(file, { ...common, ...setting }));
  const remarks = new TraceRemarks();
  const results = await whatIf(arrivalsOf(path, options, remarks), cases);
  remarks.note();
  if (results.every(({ invocations }) => invocations === 0))
    throw invalidInput(
      `${path} has no invocation of a function that is simulated`,
      'Name a function for all of the trace, --function f, or for those that are in it, --function traced=f.',
    );
  if (options.json === true)
    printJson({
      trace: path,
      ...{ seed, service: common.service, launchSlowdown, cpus, brokenRows: remarks.badRows },
      cases: settings.map((setting, i) => withoutUnknown({ ...setting, ...results[i] })),
      ...(prices === undefined ? {} : { prices: { name: prices.name, asOf: prices.asOf } }),
    });
  else print(simulationText(settings, results, prices));
  return exitCodes.done;
}

function boundedText(bounded: Bounded | undefined, text: (value: number) => string): string {
  if (bounded === undefined) return '-';
  const { value, interval90 } = bounded;
  if (interval90 === undefined) return text(value);
  const [low, high] = [text(interval90[0]), text(interval90[1])];
  return low === high ? text(value) : `${text(value)} [${low}, ${high}]`;
}

const policyText = ({ policy, keepAliveSeconds }: Instances): string =>
  policy === 'fixed' ? `fixed ${formatDuration(milliseconds(keepAliveSeconds * 1000))}` : policy;

function rowOf({ runtime, instances }: Setting, result: WhatIfResult, prices: Prices | undefined): string[] {
  const { latency, coldShare, rejected, instanceSeconds, memoryGibSeconds, costPerMillion } = result;
  return [
    ...[runtime, policyText(instances), boundedText(coldShare, formatShare)],
    ...(latency === undefined ? ['-', '-', '-'] : [latency.p50, latency.p90, latency.p99].map(quantileText)),
    boundedText(rejected, String),
    boundedText(instanceSeconds, formatSignificant),
    boundedText(memoryGibSeconds, formatSignificant),
    ...(prices === undefined
      ? []
      : [boundedText(costPerMillion, (cost) => `${prices.currency} ${formatSignificant(cost)}`)]),
  ];
}

function simulationText(
  settings: readonly Setting[],
  results: readonly WhatIfResult[],
  prices: Prices | undefined,
): string {
  const head = [
    ...['runtime', 'policy', 'cold', 'p50', 'p90', 'p99', 'rejected', 'instance-s', 'GiB-s'],
    ...(prices === undefined ? [] : ['per million']),
  ];
  const rows = settings.map((setting, i) => rowOf(setting, results[i] as WhatIfResult, prices));
  const [first] = results as readonly [WhatIfResult];
  const { max, min = 0, concurrency, queueLimit, startsAtOnce } = (settings[0] as Setting).instances;
  const delayed = settings.flatMap(({ runtime, instances }, i) => {
    const { startsDelayed, instancesStarted } = results[i] as WhatIfResult;
    return startsDelayed === 0
      ? []
      : [
          `${runtime}, ${policyText(instances)}: ${formatShare(startsDelayed / instancesStarted)} of ${counted(instancesStarted, 'start')} waited for others to end.`,
        ];
  });
  return [
    renderFitted(head, rows, tableWidth()),
    'In brackets: what it is at the ends of the predictions’ 90 % intervals.',
    `${counted(first.invocations, 'invocation')} of ${counted(first.functions, 'function')} in ${formatDuration(first.endMs)}${first.leftOut > 0 ? `; ${first.leftOut} of other functions left out` : ''}. For each function ${min} to ${max} instances, ${counted(concurrency, 'request')} at once in each, ${queueLimit} that may wait; ${counted(startsAtOnce, 'start')} at once.`,
    ...delayed,
    ...new Set(
      settings.flatMap(({ runtime }, i) => results[i]?.beyond.map((words) => `${runtime}: ${words}.`) ?? []),
    ),
    ...(prices === undefined
      ? []
      : [`Prices: ${prices.title}, as of ${prices.asOf} (${prices.sources[0] ?? ''}).`]),
  ].join('\n');
}
