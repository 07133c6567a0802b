/** Each runtime under a trace: the records of its functions put together again. */
import { CellSchema } from '../../domain/factors.js';
import type { LevelRecord, TimeSlice } from '../../domain/level.js';
import { TraceSummarySchema, type TraceSummary } from '../../domain/summary/load-summary.js';
import { joules, milliseconds } from '../../domain/units.js';
import { ratioOfTotals } from '../../stats/ratio-of-totals.js';
import { errorsOf, histogramOf, hullOf, quantilesOf, sum, sumOf } from '../levels/levels-of-run.js';

type ReplayRecord = LevelRecord & { readonly trace: NonNullable<LevelRecord['trace']> };
type Records = readonly [ReplayRecord, ...ReplayRecord[]];

/** Blocks of time that the cold share's interval is from. */
const blocks = 20;

const isReplay = (record: LevelRecord): record is ReplayRecord => record.trace !== undefined;

/** In the order in which their first replay was measured; of other levels none. */
export function tracesOf(records: readonly LevelRecord[]): TraceSummary[] {
  const runtimes = new Map<string, [ReplayRecord, ...ReplayRecord[]]>();
  const languages = languagesOfReplays(records.filter(isReplay));
  for (const record of records.filter(isReplay)) {
    const { runtime, options, transport, arrivals } = record;
    const key = JSON.stringify([runtime, options, transport, arrivals, languages.get(record.trace.replay)]);
    const known = runtimes.get(key);
    if (known === undefined) runtimes.set(key, [record]);
    else known.push(record);
  }
  return [...runtimes.values()].map((ours) =>
    summaryOf(ours, languages.get(ours[0].trace.replay)?.length === 1),
  );
}

/** A replay in which all functions are in one language is of that language. */
function languagesOfReplays(records: readonly ReplayRecord[]): ReadonlyMap<number, string[]> {
  const languages = new Map<number, string[]>();
  for (const { trace, language = 'rust' } of records) {
    const known = languages.get(trace.replay) ?? [];
    if (!known.includes(language)) languages.set(trace.replay, [...known, language].sort());
  }
  return languages;
}

function summaryOf(records: Records, hasOneLanguage: boolean): TraceSummary {
  const [first] = records;
  const { language, ...common } = TraceSummarySchema.pick({
    ...{ runtime: true, class: true, environment: true, transport: true, language: true, options: true },
  }).parse(CellSchema.parse(first));
  const replays = replaysOf(records);
  const succeeded = sum(records.map((one) => one.succeeded));
  const memory = sumOf(records, (one) => one.memoryGibSeconds);
  const cpu = sumOf(records, (one) => one.cpuMs);
  const wholes = replays.map(([one]) => one);
  const energy = sumOf(wholes, (one) => one.trace?.energyJoules);
  const valid = records.every((one) => one.valid);
  const why = valid ? records.map((one) => `ended by ${one.endedBy}`) : records.flatMap((one) => one.why);
  return {
    ...common,
    ...(hasOneLanguage && language !== undefined ? { language } : {}),
    arrivals: first.arrivals ?? '',
    rounds: replays.length,
    ...{ sent: sum(records.map((one) => one.sent)), succeeded },
    errors: errorsOf(records),
    rejected: sum(records.map((one) => one.errors['rejected'] ?? 0)),
    late: sum(records.map((one) => one.late)),
    unsent: sum(records.map((one) => one.unsent)),
    ...coldShareOf(replays),
    ...timesOf(records, wholes),
    started: sum(records.map((one) => one.instances.started)),
    startsFailed: sum(records.map((one) => one.instances.startsFailed)),
    instanceSeconds: sum(records.map((one) => one.instances.instanceMs)) / 1000,
    ...(memory === undefined ? {} : { memoryGibSeconds: memory }),
    ...(cpu === undefined || succeeded === 0 ? {} : { cpuMsPerRequest: milliseconds(cpu / succeeded) }),
    ...(energy === undefined ? {} : { energyJoules: joules(energy) }),
    valid,
    why: [...new Set(why)].join('; '),
    timeline: together((replays[0] ?? records).map((one) => one.timeline ?? [])),
    functions: functionsOf(records),
  };
}

function replaysOf(records: Records): Records[] {
  const replays = new Map<number, [ReplayRecord, ...ReplayRecord[]]>();
  for (const record of records) {
    const known = replays.get(record.trace.replay);
    if (known === undefined) replays.set(record.trace.replay, [record]);
    else known.push(record);
  }
  return [...replays.values()];
}

function timesOf(records: Records, wholes: readonly ReplayRecord[]): Partial<TraceSummary> {
  const latencyMs = quantilesOf(
    histogramOf(records.map((one) => one.latency)),
    hullOf(wholes.map((one) => one.trace.p50Ci95)),
  );
  const queuedMs = quantilesOf(histogramOf(records.map((one) => one.queued)));
  return {
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(queuedMs === undefined ? {} : { queuedMs }),
  };
}

/** Its interval is from twenty equal blocks of time of each round. */
function coldShareOf(replays: readonly Records[]): Partial<TraceSummary> {
  const batches = replays.flatMap((records) =>
    inBlocks(together(records.map((one) => one.timeline ?? [])), blocks).map((slices) => ({
      part: sum(slices.map(({ cold }) => cold)),
      whole: sum(slices.map(({ served = 0 }) => served)),
    })),
  );
  const share = ratioOfTotals(batches);
  if (share === undefined) return {};
  const { ratio, ci95 } = share;
  return { coldShare: ratio, ...(ci95 === undefined ? {} : { coldShareCi95: [ci95[0], ci95[1]] }) };
}

/** Neighbours together, in at most `count` blocks of equally many. */
function inBlocks(slices: readonly TimeSlice[], count: number): TimeSlice[][] {
  const length = Math.max(1, Math.ceil(slices.length / count));
  return Array.from({ length: Math.ceil(slices.length / length) }, (_, block) =>
    slices.slice(block * length, (block + 1) * length),
  );
}

/**
 * Timelines of one replay have slices of one width. Counts and mean instances are sums; the most instances of a slice
 * cannot be told from its parts, and its mean stands for it, rounded up.
 */
function together(timelines: readonly (readonly TimeSlice[])[]): TimeSlice[] {
  const longest = timelines.reduce((most, one) => (one.length > most.length ? one : most), []);
  return longest.map(({ fromMs }, index) => {
    const slices = timelines.flatMap((one) => one[index] ?? []);
    const of = (what: (slice: TimeSlice) => number | undefined): number =>
      sum(slices.map((slice) => what(slice) ?? 0));
    const worst = slices.flatMap(({ worstMs }) => worstMs ?? []);
    const meanInstances = of((slice) => slice.meanInstances);
    return {
      fromMs,
      ok: of((slice) => slice.ok),
      cold: of((slice) => slice.cold),
      failed: of((slice) => slice.failed),
      served: of((slice) => slice.served),
      rejected: of((slice) => slice.rejected),
      instances: Math.ceil(meanInstances - 1e-9),
      meanInstances,
      ...(worst.length === 0 ? {} : { worstMs: milliseconds(Math.max(...worst)) }),
    };
  });
}

/** The trace's functions, those with most invocations first; rounds added up. */
function functionsOf(records: Records): TraceSummary['functions'] {
  const functions = new Map<string, TraceSummary['functions'][number]>();
  for (const { trace, function: ours, payload } of records)
    for (const one of trace.functions) {
      const known = functions.get(one.name);
      functions.set(one.name, {
        ...one,
        ...{ function: ours, payload },
        served: one.served + (known?.served ?? 0),
        cold: one.cold + (known?.cold ?? 0),
      });
    }
  return [...functions.values()]
    .map((one) => ({ ...one, ...(one.served === 0 ? {} : { coldShare: one.cold / one.served }) }))
    .sort((a, b) => b.invocations - a.invocations || (a.name < b.name ? -1 : 1));
}
