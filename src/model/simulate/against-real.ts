/** A load run's own arrivals under its own limits, simulated, beside what it measured. */
import { invalidInput } from '../../domain/errors.js';
import type { LevelRecord } from '../../domain/level.js';
import { loadOf, type Instances } from '../../domain/load.js';
import type { Measurement } from '../../domain/measurement.js';
import type { RunManifest } from '../../domain/run-manifest.js';
import type { TraceInvocation } from '../../domain/trace.js';
import { milliseconds } from '../../domain/units.js';
import { deploymentOf } from '../../simulation/deployment.js';
import { simulateList, Simulator, type SimulationFigures } from '../../simulation/simulator.js';
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

/** All open levels of one function on one runtime. */
export interface AgainstReal {
  readonly function: string;
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

interface Group {
  readonly level: LevelRecord;
  readonly measured: LatencyHistogram;
  readonly simulated: LatencyHistogram;
  readonly sums: Record<'real' | 'simulated', Sums>;
  levels: number;
}

interface Sums {
  requests: number;
  taken: number;
  cold: number;
  failed: number;
  started: number;
  instanceTime: number;
}

const noSums = (): Sums => ({ requests: 0, taken: 0, cold: 0, failed: 0, started: 0, instanceTime: 0 });

/** When a level's requests reached the platform, from its beginning. @throws LumosError `invalid-input` where rows are missing */
function arrivalsOf(level: LevelRecord, rows: readonly Measurement[]): TraceInvocation[] {
  if (rows.length < level.sent)
    throw invalidInput(
      `Level ${level.index} sent ${level.sent} requests, of which ${rows.length} have a row: its arrivals are not known`,
      'Run it with load: { rowsPerLevel: N } as large as a level’s requests, and with warmUpSeconds: 0.',
    );
  const origin = Date.parse(level.startedAt);
  return rows
    .map(({ startedAt, lateMs = 0, function: name }) => {
      if (startedAt === undefined)
        throw invalidInput(`A row of level ${level.index} does not say when it began`);
      return {
        atMs: milliseconds(Math.max(0, Date.parse(startedAt) - origin + lateMs)),
        function: name,
      };
    })
    .sort((a, b) => a.atMs - b.atMs);
}

function addMeasured(sums: Sums, level: LevelRecord, rows: readonly Measurement[]): void {
  sums.requests += rows.length;
  sums.taken += rows.filter(({ cold }) => cold !== undefined).length;
  sums.cold += rows.filter(({ cold }) => cold === true).length;
  sums.failed += rows.filter(({ outcome }) => outcome !== 'ok').length;
  sums.started += level.instances.started;
  sums.instanceTime += level.instances.instanceMs;
}

function addSimulated(sums: Sums, figures: SimulationFigures): void {
  sums.requests += figures.invocations;
  sums.taken += figures.served;
  sums.cold += figures.cold;
  sums.failed += figures.rejected;
  sums.started += figures.instancesStarted;
  sums.instanceTime += figures.instanceMs;
}

/** From its sending: the generator's own lateness is not the platform's. */
function addLatency(
  histogram: LatencyHistogram,
  { outcome, latencyMs, lateMs = milliseconds(0) }: Measurement,
): void {
  if (outcome !== 'ok' || latencyMs === undefined) return;
  histogram.record(milliseconds(Math.max(0, latencyMs - lateMs)));
}

function timesOf(file: ModelFile, level: LevelRecord, options: TimesOptions): FunctionTimes {
  const access = accessOf(level);
  const asked = {
    ...{ function: workOf(level), payload: level.payload, environment: level.environment },
    ...(access === '' ? {} : { access }),
  };
  return modelTimes(servedBy(file, asked, systemOf(level)), 'middle', options);
}

function simulated(
  arrivals: readonly TraceInvocation[],
  instances: Instances,
  times: FunctionTimes,
  seed: number,
): SimulationFigures {
  const simulator = new Simulator({
    ...{ startsAtOnce: instances.startsAtOnce, seed },
    functions: [...new Set(arrivals.map((one) => one.function))],
    deploy: () => deploymentOf(instances, times, undefined),
  });
  return simulateList(arrivals, [simulator])[0] as SimulationFigures;
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
 * Simulates every open level of a run and sums up by function and runtime.
 * @param rowsOf the rows of a level, by its index
 * @throws LumosError `invalid-input` for a run without open levels or with rows missing, and for what the model never saw
 */
export function againstReal(
  file: ModelFile,
  manifest: RunManifest,
  levels: readonly LevelRecord[],
  rowsOf: (level: number) => readonly Measurement[],
  options: TimesOptions & { readonly seed: number },
): readonly AgainstReal[] {
  const instances = instancesOf(manifest);
  const groups = new Map<string, Group>();
  for (const level of levels.filter(({ timeline }) => timeline !== undefined)) {
    const key = JSON.stringify([workOf(level), level.payload, systemOf(level), level.environment]);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = newGroup(level)));
    const rows = rowsOf(level.index);
    const figures = simulated(
      arrivalsOf(level, rows),
      instances,
      timesOf(file, level, options),
      options.seed + level.index,
    );
    group.levels += 1;
    for (const row of rows) addLatency(group.measured, row);
    group.simulated.add(figures.latency);
    addMeasured(group.sums.real, level, rows);
    addSimulated(group.sums.simulated, figures);
  }
  if (groups.size === 0)
    throw invalidInput(
      `The run ${manifest.runId} has no level with arrivals`,
      'Make one with load: { rates: [...] } in its experiment.',
    );
  return [...groups.values()].map(resultOf);
}

const newGroup = (level: LevelRecord): Group => ({
  level,
  measured: new LatencyHistogram(),
  simulated: new LatencyHistogram(),
  sums: { real: noSums(), simulated: noSums() },
  levels: 0,
});

function resultOf({ level, measured, simulated: figures, sums, levels }: Group): AgainstReal {
  const beside = (of: (sums: Sums) => number): Beside => ({
    real: of(sums.real),
    simulated: of(sums.simulated),
  });
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const at = (wanted: number): Beside => ({
    real: measured.quantile(wanted) ?? NaN,
    simulated: figures.quantile(wanted) ?? NaN,
  });
  return {
    function: workOf(level),
    runtime: systemOf(level),
    levels,
    requests: sums.real.requests,
    coldShare: beside(({ cold, taken }) => share(cold, taken)),
    failedShare: beside(({ failed, requests }) => share(failed, requests)),
    ...(measured.count === 0 || figures.count === 0
      ? {}
      : { latencyMs: { p50: at(0.5), p90: at(0.9), p99: at(0.99) } }),
    instancesStarted: beside(({ started }) => started),
    instanceSeconds: beside(({ instanceTime }) => instanceTime / 1000),
  };
}
