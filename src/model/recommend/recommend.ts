/** Which runtime for a workload: ranked under its objectives, with the reason, and where the answer flips. */
import { invalidInput } from '../../domain/errors.js';
import { parseObjective, type Objective } from '../../domain/slo.js';
import { milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import type { Prices } from '../cost/prices.js';
import type { ModelFile } from '../fit/model-file.js';
import { codeOf, systemOf, workOf, type ComponentId } from '../observations/model-cell.js';
import type { PredictedQuantile } from '../predict/predict-latency.js';
import type { PredictedCpu, PredictedMemory } from '../predict/predict-resources.js';
import { costOf, cpuOf, memoryOf, paidMemory, type PredictedCost } from './consumption.js';
import { flipOf, type Flip, type Rivals } from './flips.js';
import { workloadLatency, type ColdShare, type Side, type WorkloadLatency } from './mixture.js';
import { coldShareOf } from './cold-share.js';
import { atRate, rateOf, type Workload } from './workload.js';

export type Judgement = 'met' | 'missed' | 'unsure';

export interface Candidate {
  readonly runtime: string;
  readonly latency: Readonly<Record<'p50' | 'p95' | 'p99', PredictedQuantile>>;
  readonly meanMs: Milliseconds;
  readonly coldShare: number;
  /** In the prices' currency; absent without prices, or where a figure they charge by was never measured on it. */
  readonly costPerMillion?: number;
  /** 90 %; absent where something that the cost depends on has no interval. */
  readonly costInterval90?: readonly [number, number];
  /** Median peak of the sandbox, and the same with its interval; absent where memory was never measured on it. */
  readonly peakMemoryBytes?: Bytes;
  readonly memory?: PredictedMemory;
  /** Mean CPU time of a request; absent where it was never measured on it. */
  readonly cpu?: PredictedCpu;
  readonly objectives: readonly { readonly text: string; readonly judgement: Judgement }[];
  readonly beyond: readonly string[];
}

export interface Recommendation {
  /** Best first. */
  readonly candidates: readonly Candidate[];
  /** Absent where none is clearly ahead. */
  readonly winner?: string;
  readonly why: string;
  /** The part of the latency in which the first differs most from the second. */
  readonly decidedBy?: {
    readonly component: ComponentId;
    readonly start: 'cold' | 'warm';
    readonly byMs: Milliseconds;
  };
  readonly flips: readonly Flip[];
  /** What the closed forms leave out, where it matters. */
  readonly warnings: readonly string[];
}

export interface RecommendOptions {
  readonly prices?: Prices;
  readonly coldShare?: ColdShare;
}

/** The share of requests that the ranking looks at: that of the first objective about a quantile. */
function rankingShare(objectives: readonly Objective[]): number {
  const first = objectives.find((one) => one.metric === 'quantile');
  return first?.metric === 'quantile' ? first.share : 0.95;
}

function judged(limit: number, [low, high]: readonly [number, number]): Judgement {
  if (high < limit) return 'met';
  return low >= limit ? 'missed' : 'unsure';
}

function judge(objective: Objective, one: WorkloadLatency, cost: PredictedCost | undefined): Judgement {
  const bounded = (of: (side: Side) => number): [number, number] => [of('low'), of('high')];
  if (objective.metric === 'quantile' && one.isBounded(objective.share))
    return judged(
      objective.limitMs,
      bounded((side) => one.quantile(objective.share, side)),
    );
  if (objective.metric === 'mean' && one.isBounded(0.5))
    return judged(
      objective.limitMs,
      bounded((side) => one.mean(side)),
    );
  if (objective.metric === 'cost' && cost?.interval90 !== undefined)
    return judged(objective.perMillion, cost.interval90);
  return 'unsure';
}

function candidateOf(
  workload: Workload,
  one: WorkloadLatency,
  { prices, objectives }: { prices: Prices | undefined; objectives: readonly Objective[] },
): Candidate {
  const [memory, cpu] = [memoryOf(one), cpuOf(one)];
  const cost = prices === undefined ? undefined : costOf(prices, one, paidMemory(workload.memoryMiB));
  return {
    runtime: one.runtime,
    latency: { p50: one.predicted(0.5), p95: one.predicted(0.95), p99: one.predicted(0.99) },
    meanMs: milliseconds(one.mean()),
    coldShare: one.coldShare,
    ...(cost === undefined ? {} : { costPerMillion: cost.perMillion }),
    ...(cost?.interval90 === undefined ? {} : { costInterval90: cost.interval90 }),
    ...(memory === undefined ? {} : { peakMemoryBytes: memory.bytes, memory }),
    ...(cpu === undefined ? {} : { cpu }),
    objectives: objectives.map((objective) => ({
      text: objective.text,
      judgement: judge(objective, one, cost),
    })),
    beyond: one.beyond,
  };
}

const badness: Readonly<Record<Judgement, number>> = { met: 0, unsure: 1, missed: 1000 };

interface Ranked {
  readonly latency: WorkloadLatency;
  readonly candidate: Candidate;
}

function ranked(all: readonly Ranked[], share: number): Ranked[] {
  const penalty = ({ candidate }: Ranked): number =>
    candidate.objectives.reduce((sum, { judgement }) => sum + badness[judgement], 0);
  return [...all].sort(
    (a, b) => penalty(a) - penalty(b) || a.latency.quantile(share) - b.latency.quantile(share),
  );
}

/** Whether the first is surely ahead: it alone keeps to the objectives, or its interval lies below the second's. */
function verdict(first: Ranked, second: Ranked | undefined, share: number): { winner?: string; why: string } {
  const name = `p${Number((share * 100).toFixed(3))}`;
  if (second === undefined)
    return { winner: first.candidate.runtime, why: 'It is the only runtime that comes into question.' };
  const met = (one: Ranked): boolean =>
    one.candidate.objectives.every(({ judgement }) => judgement === 'met');
  const missed = (one: Ranked): boolean =>
    one.candidate.objectives.some(({ judgement }) => judgement === 'missed');
  if (missed(first)) return { why: 'No clear winner: every runtime misses an objective.' };
  if (met(first) && missed(second))
    return {
      winner: first.candidate.runtime,
      why: 'It alone keeps to all objectives, over its whole interval.',
    };
  const [high, low] = [first.latency.quantile(share, 'high'), second.latency.quantile(share, 'low')];
  return first.latency.isBounded(share) && second.latency.isBounded(share) && high < low
    ? {
        winner: first.candidate.runtime,
        why: `Its ${name} is lower than ${second.candidate.runtime}'s over the whole intervals of both.`,
      }
    : {
        why: `No clear winner: the intervals of ${name} of ${first.candidate.runtime} and ${second.candidate.runtime} overlap.`,
      };
}

/** Which part of a request's latency tells the two apart: of a cold request, if the quantile looked at is one. */
function decider(
  first: WorkloadLatency,
  second: WorkloadLatency,
  share: number,
): Recommendation['decidedBy'] {
  const start = first.coldShare > 1 - share ? ('cold' as const) : ('warm' as const);
  const partsOf = (one: WorkloadLatency): Partial<Record<ComponentId, Milliseconds>> =>
    one.parts.find(({ cold }) => cold === (start === 'cold'))?.prediction.componentsMs ?? {};
  const [own, other] = [partsOf(first), partsOf(second)];
  const ids = [...new Set([...Object.keys(own), ...Object.keys(other)])] as ComponentId[];
  const differences = ids.map((component) => ({
    component,
    start,
    by: (other[component] ?? 0) - (own[component] ?? 0),
  }));
  const most = differences.sort((a, b) => Math.abs(b.by) - Math.abs(a.by))[0];
  return most === undefined
    ? undefined
    : { component: most.component, start, byMs: milliseconds(Math.abs(most.by)) };
}

const rates: readonly [number, number] = [1 / 86_400, 1000];
const keepAlives: readonly [number, number] = [1, 86_400];

function flipsOf(
  file: ModelFile,
  workload: Workload,
  { first, second, share }: Rivals & { share: number },
  coldShare: ColdShare,
): Flip[] {
  const at = (changed: Workload): Rivals => ({
    first: workloadLatency(file, changed, first.runtime, coldShare),
    second: workloadLatency(file, changed, second.runtime, coldShare),
  });
  const score = (one: WorkloadLatency, side: Side): number => one.quantile(share, side);
  const sizes = file.cells.filter(({ cell }) => workOf(cell) === workload.function).map(({ size }) => size);
  const range: [number, number] = [Math.min(...sizes) / 8, Math.max(...sizes) * 8];
  const now = Math.sqrt(range[0] * range[1]);
  return [
    flipOf('rate', (rate) => at(atRate(workload, rate)), score, { range: rates, now: rateOf(workload) }),
    flipOf('keep-alive', (keepAliveSeconds) => at({ ...workload, keepAliveSeconds }), score, {
      range: keepAlives,
      now: Math.max(1, workload.keepAliveSeconds),
    }),
    typeof workload.payload === 'string'
      ? flipOf('payload', (size) => at({ ...workload, payload: size.toFixed(6) }), score, { range, now })
      : undefined,
  ].flatMap((flip) => flip ?? []);
}

/** Above this share of its time, an instance is busy often enough that requests overlap. */
const overlapping = 0.1;

/** @throws LumosError `invalid-input` for a factor that the model never saw */
export function recommend(
  file: ModelFile,
  workload: Workload,
  options: RecommendOptions = {},
): Recommendation {
  const { prices, coldShare = coldShareOf } = options;
  const seen = [...new Set(file.cells.map(({ cell }) => systemOf(cell)))];
  const runtimes = workload.runtimes ?? seen;
  if (runtimes.length === 0) throw invalidInput('The workload names no runtime');
  const objectives = workload.objectives.map(parseObjective);
  const share = rankingShare(objectives);
  const all = runtimes.map((runtime): Ranked => {
    const latency = workloadLatency(file, workload, runtime, coldShare);
    return { latency, candidate: candidateOf(workload, latency, { prices, objectives }) };
  });
  const order = ranked(all, share);
  const [first, second] = [order[0] as Ranked, order[1]];
  const busy = rateOf(workload) * (first.latency.mean() / 1000);
  const decidedBy = second === undefined ? undefined : decider(first.latency, second.latency, share);
  return {
    candidates: order.map(({ candidate }) => candidate),
    ...verdict(first, second, share),
    ...(decidedBy === undefined ? {} : { decidedBy }),
    flips: rivalsOf(file, order).flatMap((rivals) =>
      flipsOf(file, workload, { ...rivals, share }, coldShare),
    ),
    warnings:
      busy > overlapping
        ? [
            `An instance is busy ${Math.round(busy * 100)} % of the time: requests overlap, which the closed form for cold starts does not count. lumos model simulate does.`,
          ]
        : [],
  };
}

/** The first against the second, and the best container against the best Wasm runtime, where that is another pair. */
function rivalsOf(file: ModelFile, order: readonly Ranked[]): Rivals[] {
  const best = (code: 'native' | 'wasm'): WorkloadLatency | undefined =>
    order.find(({ candidate: { runtime } }) =>
      file.cells.some(
        ({ cell }) =>
          systemOf(cell) === runtime &&
          codeOf(cell) === code &&
          (code === 'wasm' || cell.class === 'container'),
      ),
    )?.latency;
  const pairs = [
    [order[0]?.latency, order[1]?.latency],
    [best('native'), best('wasm')],
  ] as const;
  const rivals = pairs.flatMap(([first, second]) =>
    first === undefined || second === undefined ? [] : [{ first, second }],
  );
  const nameOf = ({ first, second }: Rivals): string => [first.runtime, second.runtime].sort().join('\n');
  return [...new Map(rivals.map((one) => [nameOf(one), one])).values()];
}
