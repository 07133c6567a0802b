/** `lumos model recommend`. */
import { dirname, resolve } from 'node:path';
import { invalidInput, messageOf } from '../../../domain/errors.js';
import { plainIssue } from '../../../domain/plain-issue.js';
import { oneLine } from '../../../domain/terminal-text.js';
import { explained } from '../../../files/explain.js';
import { readText } from '../../../files/input.js';
import { loadPrices, type Prices } from '../../../model/cost/prices.js';
import { TraceArrivalsSchema, type TraceArrivals } from '../../../model/recommend/arrivals.js';
import type { Flip } from '../../../model/recommend/flips.js';
import { recommend, type Candidate, type Recommendation } from '../../../model/recommend/recommend.js';
import { workloadProblem } from '../../../model/recommend/workload-problem.js';
import { parseWorkload, type Workload } from '../../../model/recommend/workload.js';
import { formatDuration, formatShare, formatSignificant } from '../../../report/format-quantity.js';
import { milliseconds } from '../../../domain/units.js';
import { parseYaml } from '../../../domain/yaml-text.js';
import { readTrace } from '../../../user-plane/traces/read-trace.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { renderFitted } from '../../fitted-table.js';
import { print, printJson, tableWidth, title } from '../../output.js';
import { TraceRemarks } from '../../trace-remarks.js';
import { readModelFile } from './model-input.js';
import { pricesFolder } from './prices-folder.js';
import { costText, judgedText, memoryText, quantileText, withoutUnknown } from './predict-text.js';

async function readWorkload(path: string): Promise<Workload> {
  let text: string;
  try {
    text = readText(path, { remedy: 'Name a workload file.' });
  } catch (error) {
    throw explained(error, path) ?? invalidInput(`${path}: ${oneLine(messageOf(error))}`);
  }
  return parseWorkload(await withTraceRead(parseYaml(text, path), path), path);
}

/** A trace as the gaps between its invocations. */
async function withTraceRead(value: unknown, path: string): Promise<unknown> {
  const arrivals: unknown = isObject(value) ? Reflect.get(value, 'arrivals') : undefined;
  if (!isObject(arrivals) || !('trace' in arrivals)) return value;
  const parsed = TraceArrivalsSchema.safeParse(arrivals, { error: plainIssue });
  if (!parsed.success) {
    const { text, remedy } = workloadProblem(parsed.error, arrivals, Object.keys(TraceArrivalsSchema.shape));
    throw invalidInput(`${path}: arrivals: ${text}`, remedy);
  }
  return { ...(value as object), arrivals: { gapsSeconds: await gapsOf(parsed.data, path) } };
}

/** @param path of the workload, whose folder the trace is named from */
async function gapsOf({ trace, function: name, timeScale }: TraceArrivals, path: string): Promise<number[]> {
  const gapsSeconds: number[] = [];
  let before: number | undefined;
  const remarks = new TraceRemarks();
  const arrivals = readTrace(resolve(dirname(path), trace), remarks.listeners);
  for await (const { atMs, function: traced } of arrivals) {
    if (name !== undefined && traced !== name) continue;
    if (before !== undefined) gapsSeconds.push(((atMs - before) * timeScale) / 1000);
    before = atMs;
  }
  remarks.note();
  if (gapsSeconds.length < 2)
    throw invalidInput(
      `${path}: arrivals: ${trace} has fewer than three invocations${name === undefined ? '' : ` of ${name}`}`,
      'Without function all of the trace’s functions are taken as one.',
    );
  return gapsSeconds;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Exit code 1 where every runtime misses an objective. */
export async function recommendFor(
  path: string,
  options: { readonly model: string; readonly json?: boolean },
): Promise<ExitCode> {
  const workload = await readWorkload(path);
  const prices = workload.prices === undefined ? undefined : loadPrices(workload.prices, pricesFolder);
  const file = readModelFile(options.model);
  const found = recommend(file, workload, prices === undefined ? {} : { prices });
  if (options.json === true)
    printJson(
      withoutUnknown({
        ...found,
        ...(prices === undefined ? {} : { prices: { name: prices.name, asOf: prices.asOf } }),
      }),
    );
  else print(recommendationText(found, prices));
  const missed = found.candidates.every(({ objectives }) =>
    objectives.some(({ judgement }) => judgement === 'missed'),
  );
  return missed ? exitCodes.failed : exitCodes.done;
}

function rowOf(candidate: Candidate, prices: Prices | undefined): string[] {
  const { runtime, latency, coldShare, costPerMillion, costInterval90, memory, objectives } = candidate;
  return [
    runtime,
    quantileText(latency.p50),
    quantileText(latency.p95),
    quantileText(latency.p99),
    formatShare(coldShare),
    ...(prices === undefined
      ? []
      : [costPerMillion === undefined ? '-' : costText(prices, costPerMillion, costInterval90)]),
    memory === undefined ? '-' : memoryText(memory),
    objectives.map(({ text, judgement }) => `${text}: ${judgement}`).join('; ') || '-',
  ];
}

const dials: Readonly<Record<Flip['dial'], { text: (value: number) => string; name: string }>> = {
  rate: {
    name: 'rate',
    text: (value) =>
      value >= 1
        ? `${formatSignificant(value)} requests a second`
        : value >= 1 / 60
          ? `${formatSignificant(value * 60)} a minute`
          : `${formatSignificant(value * 3600)} an hour`,
  },
  'keep-alive': { name: 'keep-alive', text: (value) => formatDuration(milliseconds(value * 1000)) },
  payload: { name: 'size of the payload', text: (value) => formatSignificant(value) },
};

const withoutInterval: Readonly<Record<NonNullable<Flip['withoutInterval']>, string>> = {
  unbounded: 'no interval: a latency there has none',
  jump: 'a latency jumps there',
};

function flipText({ dial, at, interval90, withoutInterval: why = 'unbounded' }: Flip): string {
  const { text } = dials[dial];
  const end = (value: number | undefined): string => (value === undefined ? 'open' : text(value));
  return interval90 === undefined
    ? `${text(at)} (${withoutInterval[why]})`
    : `${text(at)} [${interval90.map(end).join(', ')}]`;
}

/** One sentence for each dial and pair of runtimes, with all places along it. */
export function flipTexts(flips: readonly Flip[]): string[] {
  const along = new Map<string, Flip[]>();
  for (const flip of flips) {
    const key = JSON.stringify([flip.dial, ...[flip.below, flip.above].sort()]);
    along.set(key, [...(along.get(key) ?? []), flip]);
  }
  return [...along.values()].map((group) => {
    const [first, last] = [group[0] as Flip, group.at(-1) as Flip];
    const { name } = dials[first.dial];
    if (group.length === 1)
      return `The answer flips at a ${name} of ${flipText(first)}: below ${first.below}, above ${first.above}.`;
    const ranges = group.map((flip) => `${flip.below} up to ${flipText(flip)}`);
    return `The answer flips ${group.length} times with the ${name}: ${ranges.join(', ')}, ${last.above} above.`;
  });
}

/** What the table has no room for: why an objective is unsure, and why a latency is not known. */
const reasonsOf = ({ runtime, latency, objectives }: Candidate): string[] => [
  ...(latency.p50.notKnown === undefined ? [] : [`${runtime}: not known: ${latency.p50.notKnown}.`]),
  ...objectives.flatMap((one) => (one.why === undefined ? [] : [`${runtime}: ${judgedText(one)}.`])),
];

function recommendationText(found: Recommendation, prices: Prices | undefined): string {
  const { candidates, winner, why, decidedBy, flips, warnings } = found;
  const head = [
    ...['runtime', 'p50', 'p95', 'p99', 'cold'],
    ...(prices === undefined ? [] : ['per million']),
    ...['memory', 'objectives'],
  ];
  const beyond = candidates.flatMap(({ runtime, beyond: words }) =>
    words.map((one) => `${runtime}: ${one}.`),
  );
  return [
    renderFitted(
      head,
      candidates.map((candidate) => rowOf(candidate, prices)),
      tableWidth(),
    ),
    'In brackets: 90 % prediction intervals.',
    '',
    winner === undefined ? title(why) : `${title(winner)}: ${why}`,
    ...(decidedBy === undefined
      ? []
      : [
          `What decides: ${decidedBy.component} of ${decidedBy.start} requests, ${formatDuration(decidedBy.byMs)} apart.`,
        ]),
    ...candidates.flatMap(reasonsOf),
    ...flipTexts(flips),
    ...(flips.length === 0 &&
    candidates.filter(({ latency }) => latency.p50.notKnown === undefined).length > 1
      ? [
          'The order of these runtimes does not flip between 1 request a day and 1000 a second, 1 s and 1 day of keep-alive, an eighth and eight times the sizes measured.',
        ]
      : []),
    ...beyond,
    ...warnings,
    ...(prices === undefined
      ? []
      : [`Prices: ${prices.title}, as of ${prices.asOf} (${prices.sources[0] ?? ''}).`]),
  ].join('\n');
}
