/** Levels of load on a server that somebody else started. */
import { Dialer } from '../../control-plane/invoke/dialer.js';
import { speaksFirst } from '../../control-plane/invoke/speaks-first.js';
import { withRoomInHeap } from '../../data-plane/host/collect-garbage.js';
import { counted } from '../../domain/counted.js';
import type { Clock } from '../../domain/clock.js';
import type { Cell } from '../../domain/factors.js';
import type { LevelRecord } from '../../domain/level.js';
import { arrivalsOfLoad, isOpen, longestSeconds, warmUpOf, type Load } from '../../domain/load.js';
import { milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import { LatencyHistogram } from '../../stats/latency-histogram.js';
import { seededRandom } from '../../stats/random.js';
import { boundsOf, checkLoad } from '../../user-plane/load/bounds.js';
import type { LoadShape } from '../../user-plane/load/shapes.js';
import { runClosedLoop } from './closed-loop.js';
import { garbageInGaps } from './garbage-in-gaps.js';
import { createGeneratorProbe } from './generator-probe.js';
import { leadMs, type LevelOptions, type LevelResult } from './level.js';
import { limitsOf, type PlannedLevel } from './level-plan.js';
import { recordOf, type LevelNotes } from './level-record.js';
import { runOpenLoop } from './open-loop.js';
import type { UrlEndpoint } from './url-endpoint.js';
import type { EncodedRequest } from './url-request.js';
import { UrlTarget } from './url-target.js';

export interface UrlLoad {
  readonly endpoint: UrlEndpoint;
  readonly request: EncodedRequest;
  readonly expected?: Uint8Array | undefined;
  /** Without a schedule: its clients. */
  readonly load: Load;
  readonly clients: readonly number[];
  readonly seed: number;
  readonly timeLimitMs: Milliseconds;
  readonly maximumResponseBytes: Bytes;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onLevel?: (label: string) => void;
}

/** The levels in their order. @throws LumosError `invalid-input` for one beyond the load's bounds */
export function planUrlLevels({ load, clients }: Pick<UrlLoad, 'load' | 'clients'>): PlannedLevel[] {
  const open = arrivalsOfLoad(load).flatMap((named) =>
    named?.rate === undefined ? [] : [{ label: named.label, rate: named.rate }],
  );
  const shapes: { shape: LoadShape; clients: number; label?: string; rate?: number }[] = isOpen(load)
    ? open.map(({ label, rate }) => ({
        ...{ label, rate, clients: 1 },
        shape: { kind: 'open', arrivals: { kind: load.arrivals, perSecond: rate } },
      }))
    : clients.map((count) => ({ clients: count, shape: { kind: 'closed', clients: count } }));
  return shapes.map(({ shape, clients: concurrency, label, rate }, index) => {
    checkLoad(shape, limitsOf(load), boundsOf(load));
    return {
      ...{ index, shape, round: 0 },
      ...(rate === undefined ? {} : { rate }),
      cell: { ...urlCell, concurrency, ...(label === undefined ? {} : { arrivals: label }) },
    };
  });
}

/** Of a server that is not Lumos's own, its kind is not known: what a cell must say besides is left out of what is shown. */
const urlCell: Omit<Cell, 'concurrency'> = {
  ...{ function: 'url', payload: 'request', runtime: 'url', class: 'process' },
  ...{ environment: 'url', start: 'warm' },
};

/** One level after another; fewer than were planned when it is stopped. */
export const loadUrl = (options: UrlLoad): Promise<LevelRecord[]> =>
  withRoomInHeap(() => measureUrlLevels(options));

async function measureUrlLevels(options: UrlLoad): Promise<LevelRecord[]> {
  const records: LevelRecord[] = [];
  const { endpoint, clock } = options;
  const distrust = await speaksFirst(new Dialer(endpoint.hosts, endpoint.port, clock), clock);
  for (const level of planUrlLevels(options)) {
    if (options.signal.aborted) break;
    options.onLevel?.(level.cell.arrivals ?? counted(level.cell.concurrency, 'client'));
    records.push(await measureUrlLevel({ ...options, distrust }, level));
  }
  return records;
}

async function measureUrlLevel(
  options: UrlLoad & { readonly distrust: string | undefined },
  level: PlannedLevel,
): Promise<LevelRecord> {
  const { clock, endpoint, load } = options;
  const target = new UrlTarget(endpoint, options);
  const notes: LevelNotes = {
    ...{ queued: new LatencyHistogram(), cold: 0, reasons: {}, startedAt: clock.wallTime() },
  };
  try {
    const result = withStray(
      await runLoop(options, level, target, notes),
      await target.strayAnswers(),
      notes,
    );
    return recordOf(level, result, {
      ...{ notes, used: {}, precision: load.precision },
      counts: {
        ...{ started: 0, startsFailed: 0, died: 0, stopsFailed: 0, rejected: 0, highest: 0 },
        instanceMs: milliseconds(0),
      },
      starts: { delayed: 0, highestAtOnce: 0, highestWaiting: 0 },
    });
  } finally {
    target.close();
  }
}

/** The level with what the server sent unasked among its failures: for each one response was not that to its request. */
function withStray(result: LevelResult, stray: readonly string[], notes: LevelNotes): LevelResult {
  const [reason] = stray;
  const count = Math.min(stray.length, result.succeeded);
  if (reason === undefined || count === 0) return result;
  const kind = 'wrong-output';
  notes.reasons[kind] ??= reason;
  const errors = { ...result.errors, [kind]: (result.errors[kind] ?? 0) + count };
  return { ...result, succeeded: result.succeeded - count, errors };
}

async function runLoop(
  { clock, load, signal, timeLimitMs, seed }: UrlLoad,
  { shape, index }: PlannedLevel,
  target: UrlTarget,
  notes: LevelNotes,
): Promise<LevelResult> {
  const { count, precision } = load;
  const options: LevelOptions = {
    ...{ clock, signal, timeoutMs: timeLimitMs, warmUpMs: milliseconds(warmUpOf(load) * 1000), leadMs },
    stop: {
      ...{ timeMs: milliseconds(longestSeconds(load) * 1000), precision },
      ...(count === undefined ? {} : { count }),
    },
    probe: createGeneratorProbe(clock),
    onSettled: (_, exchange) => {
      if (exchange.state === 'failed') notes.reasons[exchange.kind] ??= exchange.reason;
    },
  };
  if (shape.kind === 'closed') return await runClosedLoop(shape, target, options);
  const random = seededRandom(seed, `arrivals ${index}`);
  return await runOpenLoop(shape, target, {
    ...options,
    random: () => random.uniform(),
    onGap: garbageInGaps(clock),
  });
}
