/** A load run's own arrivals under its own limits, simulated, beside what it measured. */
import { invalidInput } from '../../domain/errors.js';
import { parseCpuList } from '../../domain/cpu-list.js';
import type { LevelRecord } from '../../domain/level.js';
import { loadOf, type Instances } from '../../domain/load.js';
import type { Measurement } from '../../domain/measurement.js';
import type { RunManifest } from '../../domain/run-manifest.js';
import type { TraceInvocation } from '../../domain/trace.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import { deploymentOf } from '../../simulation/deployment.js';
import type { Settled } from '../../simulation/pool.js';
import { simulateList, Simulator, type SimulatedInstanceEvent } from '../../simulation/simulator.js';
import type { FunctionTimes } from '../../simulation/times.js';
import { LatencyHistogram } from '../../stats/latency-histogram.js';
import type { ModelFile } from '../fit/model-file.js';
import { accessOf, systemOf, workOf } from '../observations/model-cell.js';
import { servedBy } from '../recommend/served-by.js';
import { modelTimes, type TimesOptions } from './model-times.js';

/** A figure as it was measured and as it was simulated. */
export interface Beside {
  readonly real: number;
  readonly simulated: number;
}

/** All open levels of one function on one runtime, or of all functions on it. */
export interface AgainstReal {
  /** Absent of all functions together. */
  readonly function?: string;
  readonly runtime: string;
  readonly levels: number;
  readonly requests: number;
  /** Of those an instance took. */
  readonly coldShare: Beside;
  /** Of all requests: rejected, or failed in another way. */
  readonly failedShare: Beside;
  /** From the moment a request was sent; absent where none was answered. */
  readonly latencyMs?: Readonly<Record<'p50' | 'p90' | 'p99', Beside>>;
  readonly instancesStarted: Beside;
  readonly instanceSeconds: Beside;
}

/** What came of the requests of one level. */
interface Outcome {
  readonly latency: LatencyHistogram;
  requests: number;
  taken: number;
  cold: number;
  failed: number;
  started: number;
  instanceTime: number;
}

const noOutcome = (): Outcome => ({
  latency: new LatencyHistogram(),
  ...{ requests: 0, taken: 0, cold: 0, failed: 0, started: 0, instanceTime: 0 },
});

function addOutcome(to: Outcome, other: Outcome): void {
  to.latency.add(other.latency);
  for (const sum of ['requests', 'taken', 'cold', 'failed', 'started', 'instanceTime'] as const)
    to[sum] += other[sum];
}

interface Group {
  /** Any of them. */
  readonly level: LevelRecord;
  readonly function?: string;
  readonly real: Outcome;
  readonly simulated: Outcome;
  levels: number;
}

/** Why a level cannot be simulated; undefined where it can. */
function whyNot(level: LevelRecord, rows: readonly Measurement[]): string | undefined {
  if (!level.valid) return `Level ${level.index} is not valid: ${level.why.join('; ')}`;
  if (rows.length < level.sent)
    return `Level ${level.index} sent ${level.sent} requests, of which ${rows.length} have a row: its arrivals are not known`;
  const isTimed = [level, ...rows].every(({ startedAt = '' }) => !Number.isNaN(Date.parse(startedAt)));
  return isTimed ? undefined : `Level ${level.index} or a row of it does not say when it began`;
}

/** When a level's requests reached the platform, from its beginning. */
function arrivalsOf(level: LevelRecord, rows: readonly Measurement[]): TraceInvocation[] {
  const origin = Date.parse(level.startedAt);
  return rows.map(({ startedAt = level.startedAt, lateMs = 0, traceFunction }) => ({
    atMs: milliseconds(Math.max(0, Date.parse(startedAt) - origin + lateMs)),
    function: traceFunction ?? level.function,
  }));
}

/** Latency from the sending: the generator's own lateness is not the platform's. */
function addMeasured(to: Outcome, level: LevelRecord, rows: readonly Measurement[]): void {
  to.requests += rows.length;
  to.started += level.instances.started;
  to.instanceTime += level.instances.instanceMs;
  for (const { cold, outcome, latencyMs, lateMs = 0 } of rows) {
    if (cold !== undefined) to.taken += 1;
    if (cold === true) to.cold += 1;
    if (outcome !== 'ok') to.failed += 1;
    else if (latencyMs !== undefined) to.latency.record(milliseconds(Math.max(0, latencyMs - lateMs)));
  }
}

function addSettled(to: Outcome, { outcome, cold, queuedMs, serviceMs }: Settled): void {
  to.requests += 1;
  if (outcome === 'rejected') {
    to.failed += 1;
    return;
  }
  to.taken += 1;
  if (cold) to.cold += 1;
  to.latency.record(milliseconds(queuedMs + serviceMs));
}

/** How long instances stood, from what is said of their coming and going. */
class InstanceTimes {
  private readonly askedAt = new Map<string, { readonly at: Milliseconds; readonly of: Outcome }>();

  follow({ function: name, at, what, instance }: SimulatedInstanceEvent, of: Outcome): void {
    const key = JSON.stringify([name, instance]);
    if (what === 'asked') {
      of.started += 1;
      this.askedAt.set(key, { at, of });
    } else if (what === 'stopped') {
      of.instanceTime += at - (this.askedAt.get(key)?.at ?? at);
      this.askedAt.delete(key);
    }
  }

  /** Those that stand at the end do so until then. */
  end(at: Milliseconds): void {
    for (const { at: askedAt, of } of this.askedAt.values()) of.instanceTime += at - askedAt;
    this.askedAt.clear();
  }
}

function timesOf(file: ModelFile, level: LevelRecord, options: TimesOptions): FunctionTimes {
  const access = accessOf(level);
  const asked = {
    ...{ function: workOf(level), payload: level.payload, environment: level.environment },
    ...(access === '' ? {} : { access }),
  };
  return modelTimes(servedBy(file, asked, systemOf(level)), 'middle', options);
}

/** A level that is simulated, and what comes of it. */
interface Simulated {
  readonly level: LevelRecord;
  readonly rows: readonly Measurement[];
  readonly times: FunctionTimes;
  readonly outcome: Outcome;
}

/** The functions of a trace that a level served; of any other level its own function. */
const deployedOf = ({ trace, function: name }: LevelRecord): string[] =>
  trace === undefined ? [name] : trace.functions.map((one) => one.name);

/** Levels that ran at once: all of a replay, which shared CPUs and starts; any other by itself. */
function simulate(
  together: readonly Simulated[],
  instances: Instances,
  { cores, seed }: { readonly cores: number; readonly seed: number },
): void {
  const of = new Map(together.flatMap((one) => deployedOf(one.level).map((name) => [name, one] as const)));
  const known = (name: string): Simulated => {
    const one = of.get(name);
    if (one === undefined) throw new Error(`a row of ${name}, which no level served`);
    return one;
  };
  const standing = new InstanceTimes();
  const simulator = new Simulator({
    ...{ startsAtOnce: instances.startsAtOnce, cores, seed },
    functions: [...of.keys()],
    deploy: (name) => deploymentOf(instances, known(name).times, undefined),
    onSettled: (settled) => addSettled(known(settled.invocation.function).outcome, settled),
    onInstance: (event) => standing.follow(event, known(event.function).outcome),
  });
  const arrivals = together.flatMap(({ level, rows }) => arrivalsOf(level, rows));
  const [figures] = simulateList(
    arrivals.sort((one, other) => one.atMs - other.atMs),
    [simulator],
  );
  standing.end(figures?.endMs ?? milliseconds(0));
}

/** CPUs that the sandboxes of a run could use; Infinity where nobody recorded them. */
function coresOf({ pinning, host }: RunManifest): number {
  if (pinning === undefined) return host.cores ?? Infinity;
  return new Set(pinning.sandboxes.flatMap(parseCpuList)).size;
}

/** The platform's knobs of the run. @throws LumosError `invalid-input` for a run without an open load */
function instancesOf(manifest: RunManifest): Instances {
  const load = loadOf(manifest.experiment);
  if (load !== undefined) return load.instances;
  throw invalidInput(
    `The run ${manifest.runId} has no load to be simulated`,
    'Make one with load: { rates: [...] } in its experiment.',
  );
}

/**
 * Simulates every open level of a run and sums up by function and runtime. A level that is not valid, or of which rows are missing, is
 * left out with every other one of its replay, and told.
 * @param rowsOf the rows of a level, by its index
 * @throws LumosError `invalid-input` for a run of which no open level can be simulated, and for what the model never saw
 */
export function againstReal(
  file: ModelFile,
  manifest: RunManifest,
  levels: readonly LevelRecord[],
  rowsOf: (level: number) => readonly Measurement[],
  options: TimesOptions & {
    readonly seed: number;
    readonly cores?: number;
    readonly onLeftOut?: (text: string) => void;
  },
): readonly AgainstReal[] {
  const instances = instancesOf(manifest);
  const replays = new Map<string, Simulated[]>();
  const groups = new Map<string, Group>();
  const { usable, leftOut } = usableLevels(levels, rowsOf);
  for (const text of leftOut) options.onLeftOut?.(text);
  for (const level of usable) {
    const key = JSON.stringify([workOf(level), level.payload, systemOf(level), level.environment]);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = newGroup(level, workOf(level))));
    const rows = rowsOf(level.index);
    addMeasured(group.real, level, rows);
    group.levels += 1;
    const replay = replayOf(level);
    const one = { level, rows, times: timesOf(file, level, options), outcome: group.simulated };
    replays.set(replay, [...(replays.get(replay) ?? []), one]);
  }
  for (const together of replays.values())
    simulate(together, instances, {
      cores: options.cores ?? coresOf(manifest),
      seed: options.seed + (together[0]?.level.index ?? 0),
    });
  const [whyNone] = leftOut;
  if (groups.size === 0 && whyNone !== undefined)
    throw invalidInput(
      whyNone,
      'Run it with load: { rowsPerLevel: N } as large as a level’s requests, and with warmUpSeconds: 0.',
    );
  if (groups.size === 0)
    throw invalidInput(
      `The run ${manifest.runId} has no level with arrivals`,
      'Make one with load: { rates: [...] } in its experiment.',
    );
  return [...groups.values(), ...wholesOf([...groups.values()])].map(resultOf);
}

/** Levels of one replay ran at once and are simulated together. */
const replayOf = ({ index, trace }: LevelRecord): string =>
  JSON.stringify(trace === undefined ? [index] : trace.replay);

function usableLevels(
  levels: readonly LevelRecord[],
  rowsOf: (level: number) => readonly Measurement[],
): { readonly usable: readonly LevelRecord[]; readonly leftOut: readonly string[] } {
  const open = levels.filter(({ timeline }) => timeline !== undefined);
  const unusable = open.flatMap((level) => {
    const why = whyNot(level, rowsOf(level.index));
    return why === undefined ? [] : [{ replay: replayOf(level), why }];
  });
  const without = new Set(unusable.map(({ replay }) => replay));
  return {
    usable: open.filter((level) => !without.has(replayOf(level))),
    leftOut: unusable.map(({ why }) => why),
  };
}

const newGroup = (level: LevelRecord, name?: string): Group => ({
  level,
  ...(name === undefined ? {} : { function: name }),
  ...{ real: noOutcome(), simulated: noOutcome(), levels: 0 },
});

/** Of each runtime that served several functions all of them together: what a user of the platform meets with. */
function wholesOf(groups: readonly Group[]): Group[] {
  const wholes = new Map<string, { readonly whole: Group; parts: number }>();
  for (const { level, real, simulated, levels } of groups) {
    const key = JSON.stringify([systemOf(level), level.environment]);
    const one = wholes.get(key) ?? { whole: newGroup(level), parts: 0 };
    wholes.set(key, one);
    addOutcome(one.whole.real, real);
    addOutcome(one.whole.simulated, simulated);
    one.whole.levels += levels;
    one.parts += 1;
  }
  return [...wholes.values()].filter(({ parts }) => parts > 1).map(({ whole }) => whole);
}

function resultOf({ level, function: name, real, simulated, levels }: Group): AgainstReal {
  const beside = (of: (outcome: Outcome) => number): Beside => ({ real: of(real), simulated: of(simulated) });
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const at = (wanted: number): Beside => beside(({ latency }) => latency.quantile(wanted) ?? NaN);
  return {
    ...(name === undefined ? {} : { function: name }),
    runtime: systemOf(level),
    levels,
    requests: real.requests,
    coldShare: beside(({ cold, taken }) => share(cold, taken)),
    failedShare: beside(({ failed, requests }) => share(failed, requests)),
    ...(real.latency.count === 0 || simulated.latency.count === 0
      ? {}
      : { latencyMs: { p50: at(0.5), p90: at(0.9), p99: at(0.99) } }),
    instancesStarted: beside(({ started }) => started),
    instanceSeconds: beside(({ instanceTime }) => instanceTime / 1000),
  };
}
