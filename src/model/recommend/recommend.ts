/** Which runtime for a workload: ranked under its objectives, with the reason, and where the answer flips. */
import { invalidInput } from '../../domain/errors.js';
import { parseObjective, type Objective } from '../../domain/slo.js';
import { milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import type { Prices } from '../cost/prices.js';
import type { ModelFile } from '../fit/model-file.js';
import { codeOf, systemOf, workOf, type ComponentId } from '../observations/model-cell.js';
import type { PredictedQuantile } from '../predict/predict-latency.js';
import type { PredictedCpu, PredictedMemory } from '../predict/predict-resources.js';
import { costOf, cpuOf, memoryOf, paidMemory } from './consumption.js';
import { flipsAlong, type DialSteps, type Flip, type Rivals } from './flips.js';
import { busiestRate } from './arrivals.js';
import { coldShareOf } from './cold-share.js';
import { MixedLatency, workloadLatency, type ColdShare } from './mixture.js';
import { judgeObjective, type Judged, type Judgement } from './judge-objective.js';
import { overloadOf } from './overload.js';
import { simulatedLatency, type Closeness } from './simulated.js';
import { atRate, instancesOf, type Workload } from './workload.js';
import {
  beyondOf,
  isBounded,
  notKnownAt,
  predictedQuantile,
  type WorkloadLatency,
} from './workload-latency.js';

export interface Candidate {
  readonly runtime: string;
  readonly latency: Readonly<Record<'p50' | 'p95' | 'p99', PredictedQuantile>>;
  /** Absent where the median is not known. */
  readonly meanMs?: Milliseconds;
  readonly coldShare: number;
  /** Of all requests; absent where none is turned away. Latencies are those of the others. */
  readonly rejectedShare?: number;
  /** In the prices' currency; absent without prices, or where a figure they charge by was never measured on it. */
  readonly costPerMillion?: number;
  /** 90 %; absent where something that the cost depends on has no interval. */
  readonly costInterval90?: readonly [number, number];
  /** Median peak of the sandbox, and the same with its interval; absent where memory was never measured on it. */
  readonly peakMemoryBytes?: Bytes;
  readonly memory?: PredictedMemory;
  /** Mean CPU time of a request; absent where it was never measured on it. */
  readonly cpu?: PredictedCpu;
  readonly objectives: readonly Judged[];
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

function candidateOf(
  workload: Workload,
  one: WorkloadLatency,
  {
    prices,
    objectives,
    samples,
  }: { prices: Prices | undefined; objectives: readonly Objective[]; samples: number },
): Candidate {
  const [memory, cpu] = [memoryOf(one), cpuOf(one)];
  const cost = prices === undefined ? undefined : costOf(prices, one, paidMemory(workload.memoryMiB));
  return {
    runtime: one.runtime,
    latency: {
      p50: predictedQuantile(one, 0.5),
      p95: predictedQuantile(one, 0.95),
      p99: predictedQuantile(one, 0.99),
    },
    ...(notKnownAt(one, 0.5) === undefined ? { meanMs: milliseconds(one.mean()) } : {}),
    coldShare: one.coldShare,
    ...(one.rejectedShare > 0 ? { rejectedShare: one.rejectedShare } : {}),
    ...(cost === undefined ? {} : { costPerMillion: cost.perMillion }),
    ...(cost?.interval90 === undefined ? {} : { costInterval90: cost.interval90 }),
    ...(memory === undefined ? {} : { peakMemoryBytes: memory.bytes, memory }),
    ...(cpu === undefined ? {} : { cpu }),
    objectives: objectives.map((objective) => judgeObjective(objective, one, { cost, samples })),
    beyond: beyondOf(one),
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
  const unknown = ({ latency }: Ranked): number => Number(notKnownAt(latency, share) !== undefined);
  return [...all].sort(
    (a, b) =>
      unknown(a) - unknown(b) ||
      penalty(a) - penalty(b) ||
      a.latency.quantile(share) - b.latency.quantile(share),
  );
}

/** Whether the first is surely ahead: it alone keeps to the objectives, or its interval lies below the second's. */
function verdict(first: Ranked, second: Ranked | undefined, share: number): { winner?: string; why: string } {
  const name = `p${Number((share * 100).toFixed(3))}`;
  const unknown = [first, second].flatMap((one) => {
    const why = one === undefined ? undefined : notKnownAt(one.latency, share);
    return one === undefined || why === undefined
      ? []
      : [`${name} of ${one.candidate.runtime} is not known: ${why}`];
  });
  if (unknown.length > 0) return { why: `No clear winner: ${unknown.join('; ')}.` };
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
  const unbounded = [first, second].filter(({ latency }) => !isBounded(latency, share));
  if (unbounded.length > 0)
    return {
      why: `No clear winner: the ${name} of ${unbounded.map(({ candidate }) => candidate.runtime).join(' and of ')} has no bounded interval.`,
    };
  const [high, low] = [first.latency.quantile(share, 'high'), second.latency.quantile(share, 'low')];
  return high < low
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
  { dial: latencyOf, steps }: Approach,
): Flip[] {
  const at = (changed: Workload): Rivals => ({
    first: latencyOf(changed, first.runtime),
    second: latencyOf(changed, second.runtime),
  });
  const sizes = file.cells.filter(({ cell }) => workOf(cell) === workload.function).map(({ size }) => size);
  const range: [number, number] = [Math.min(...sizes) / 8, Math.max(...sizes) * 8];
  return [
    ...flipsAlong('rate', (rate) => at(atRate(workload, rate)), { range: rates, steps, share }),
    ...flipsAlong('keep-alive', (keepAliveSeconds) => at({ ...workload, keepAliveSeconds }), {
      range: keepAlives,
      steps,
      share,
    }),
    ...(typeof workload.payload === 'string'
      ? flipsAlong('payload', (size) => at({ ...workload, payload: size.toFixed(6) }), {
          range,
          steps,
          share,
        })
      : []),
  ];
}

/** Above this share of its time, an instance is busy often enough that requests overlap. */
const overlapping = 0.1;

/** How closely a simulation looks at the workload as it is, and at each place of a dial. */
const closeness = { asked: { requests: 20_000, steps: 1000 }, dial: { requests: 1000, steps: 200 } } as const;

/** A closed form is quickly asked, a simulation is not. */
const dialSteps = {
  closed: { places: 24, bisections: 24 },
  simulated: { places: 12, bisections: 8 },
} as const;

type LatencyOf = (workload: Workload, runtime: string) => WorkloadLatency;

/** In closed form, or by simulation, with the reason in words. */
interface Approach {
  readonly asked: LatencyOf;
  readonly dial: LatencyOf;
  readonly steps: DialSteps;
  readonly why?: string;
}

/** All runtimes are judged in one way, or the way would decide. */
function approachTo(
  file: ModelFile,
  workload: Workload,
  runtimes: readonly string[],
  coldShare: ColdShare,
): Approach {
  const closed: LatencyOf = (changed, runtime) => workloadLatency(file, changed, runtime, coldShare);
  const busy = Math.max(
    ...runtimes.map(
      (runtime) => (busiestRate(workload.arrivals) * closed(workload, runtime).meanAtInstance()) / 1000,
    ),
  );
  const why =
    workload.instances !== undefined
      ? 'The workload names limits of instances'
      : 'gapsSeconds' in workload.arrivals
        ? 'The arrivals are a list'
        : busy > overlapping
          ? `An instance is busy ${Math.round(busy * 100)} % of the time and requests overlap`
          : undefined;
  if (why === undefined) return { asked: closed, dial: closed, steps: dialSteps.closed };
  const { max, queueLimit, policy } = instancesOf(workload);
  // What is not known is not simulated: its closed form carries the reason.
  const whereKnown = (looked: Closeness): LatencyOf => {
    const simulated = simulatedLatency(file, looked);
    return (changed, runtime) => {
      const form = closed(changed, runtime);
      if (notKnownAt(form, 0.5) !== undefined) return form;
      const warm = workloadLatency(file, changed, runtime, () => 0);
      const overload = overloadOf(changed, warm, looked.requests);
      if (overload === undefined) return simulated(changed, runtime);
      return new MixedLatency(runtime, form.parts, form.coldShare, overload);
    };
  };
  return {
    asked: whereKnown(closeness.asked),
    dial: whereKnown(closeness.dial),
    steps: dialSteps.simulated,
    why: `${why}: latencies and cold starts are simulated, with up to ${max} instances, ${queueLimit} waiting requests and the policy ${policy}.`,
  };
}

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
  const samples = Math.max(...file.cells.map(({ n }) => n));
  const approach = approachTo(file, workload, runtimes, coldShare);
  const all = runtimes.map((runtime): Ranked => {
    const latency = approach.asked(workload, runtime);
    return { latency, candidate: candidateOf(workload, latency, { prices, objectives, samples }) };
  });
  const order = ranked(all, share);
  const [first, second] = [order[0] as Ranked, order[1]];
  const compared = rivalsOf(file, order).filter(({ first: a, second: b }) =>
    [a, b].every((one) => notKnownAt(one, share) === undefined),
  );
  const isTold =
    second !== undefined && [first, second].every((one) => notKnownAt(one.latency, share) === undefined);
  const decidedBy = !isTold ? undefined : decider(first.latency, second.latency, share);
  return {
    candidates: order.map(({ candidate }) => candidate),
    ...verdict(first, second, share),
    ...(decidedBy === undefined ? {} : { decidedBy }),
    flips: compared.flatMap((rivals) => flipsOf(file, workload, { ...rivals, share }, approach)),
    warnings: [
      ...(approach.why === undefined || all.every(({ latency }) => latency.notKnown !== undefined)
        ? []
        : [approach.why]),
      ...rejections(order),
    ],
  };
}

const rejections = (order: readonly Ranked[]): string[] =>
  order.flatMap(({ candidate: { runtime, rejectedShare = 0 } }) =>
    rejectedShare > 0
      ? [`${runtime} turns away ${Number((rejectedShare * 100).toPrecision(2))} % of the requests.`]
      : [],
  );

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
