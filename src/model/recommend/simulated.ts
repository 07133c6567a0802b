/** The latency of a workload by simulation: where requests overlap, wait, or come as nothing but a list says. */
import type { TraceInvocation } from '../../domain/trace.js';
import { milliseconds } from '../../domain/units.js';
import { deploymentOf } from '../../simulation/deployment.js';
import { simulateList, Simulator, type SimulationFigures } from '../../simulation/simulator.js';
import type { FunctionTimes } from '../../simulation/times.js';
import { seededRandom } from '../../stats/random.js';
import type { ModelFile } from '../fit/model-file.js';
import { modelTimes } from '../simulate/model-times.js';
import { meanRate, periodsOf, type Rated } from './arrivals.js';
import { servedBy, type ServedPayload } from './served-by.js';
import type { Side } from './side.js';
import { instancesOf, type Workload } from './workload.js';
import type { WorkloadLatency, WorkloadPart } from './workload-latency.js';

/** Of every simulation: the same arrivals and draws for all runtimes and places of a dial, so that only these differ. */
const seed = 1;

function* listed(gapsSeconds: readonly number[], most: number): Generator<number, void> {
  let at = 0;
  yield at;
  for (const gap of gapsSeconds.slice(0, most)) yield (at += 1000 * gap);
}

/** One rate after the other, each for its share of the time in which `most` requests come; at least one request of each. */
function* inTurn(arrivals: Rated, most: number): Generator<number, void> {
  const random = seededRandom(seed, 'arrivals');
  const mean = meanRate(arrivals);
  let at = 0;
  for (const { pattern, perSecond, share } of periodsOf(arrivals)) {
    const gap = 1000 / perSecond;
    const requests = Math.max(1, Math.round((most * share * perSecond) / mean));
    for (let i = 0; i < requests; i++)
      yield (at += pattern === 'constant' ? gap : -gap * Math.log1p(-random.uniform()));
  }
}

function* arrivalsOf({ arrivals, function: name }: Workload, most: number): Generator<TraceInvocation, void> {
  const times = 'gapsSeconds' in arrivals ? listed(arrivals.gapsSeconds, most) : inTurn(arrivals, most);
  for (const at of times) yield { atMs: milliseconds(at), function: name };
}

/** How closely is looked: at the workload as it is, or at one of the many places of a dial. */
export interface Closeness {
  /** How many requests are simulated, of a list from its beginning; of a rate more where starts would else decide. */
  readonly requests: number;
  /** Of the tables of times. */
  readonly steps: number;
}

/** How many times the requests that come during the first start are simulated, so that these move no quantile that is shown. */
const beyondFirstStart = 200;

/** The most requests that are simulated for that. */
const mostRequests = 100_000;

/** At a high rate a fixed number of requests would all come while the first instances start. */
function requestsOf({ arrivals }: Workload, served: readonly ServedPayload[], least: number): number {
  if ('gapsSeconds' in arrivals) return least;
  const startMs = Math.max(...served.map(({ cold }) => cold.median.ms));
  const duringStart = (meanRate(arrivals) * startMs) / 1000;
  return Math.min(mostRequests, Math.max(least, Math.ceil(beyondFirstStart * duringStart)));
}

/** A runtime's times for a payload, made once for all rates and keep-alives. */
class RuntimeTimes {
  private readonly times = new Map<Side, FunctionTimes>();

  constructor(
    readonly served: readonly ServedPayload[],
    private readonly steps: number,
  ) {}

  at(side: Side): FunctionTimes {
    let times = this.times.get(side);
    if (times === undefined) {
      times = modelTimes(this.served, side, { service: 'model', launchSlowdown: 0, steps: this.steps });
      this.times.set(side, times);
    }
    return times;
  }
}

class SimulatedLatency implements WorkloadLatency {
  private readonly simulated = new Map<Side, SimulationFigures>();

  constructor(
    readonly runtime: string,
    private readonly workload: Workload,
    private readonly times: RuntimeTimes,
    private readonly requests: number,
  ) {}

  get parts(): readonly WorkloadPart[] {
    const { coldShare } = this;
    return this.times.served.flatMap(({ share, cold, warm }): WorkloadPart[] => [
      { share: share * coldShare, cold: true, prediction: cold },
      { share: share * (1 - coldShare), cold: false, prediction: warm },
    ]);
  }

  get coldShare(): number {
    const { cold, served } = this.at('middle');
    return served === 0 ? 0 : cold / served;
  }

  get rejectedShare(): number {
    const { rejected, invocations } = this.at('middle');
    return rejected / invocations;
  }

  /** Of those served. Slower times may make a figure better: it is then no better than with those in the middle. */
  quantile(share: number, side: Side = 'middle'): number {
    return this.towards(side, ({ latency }) => latency.quantile(share) ?? 0);
  }

  mean(side: Side = 'middle'): number {
    return this.towards(side, ({ latency }) => latency.mean ?? 0);
  }

  meanAtInstance(side: Side = 'middle'): number {
    return this.towards(side, ({ busyMs, served }) => (served === 0 ? 0 : busyMs / served));
  }

  private towards(side: Side, of: (figures: SimulationFigures) => number): number {
    const value = of(this.at(side));
    if (side === 'middle') return value;
    const middle = of(this.at('middle'));
    return side === 'low' ? Math.min(value, middle) : Math.max(value, middle);
  }

  private at(side: Side): SimulationFigures {
    let figures = this.simulated.get(side);
    if (figures === undefined) this.simulated.set(side, (figures = this.simulate(side)));
    return figures;
  }

  private simulate(side: Side): SimulationFigures {
    const instances = instancesOf(this.workload);
    const simulator = new Simulator({
      ...{ startsAtOnce: instances.startsAtOnce, seed },
      deploy: () => deploymentOf(instances, this.times.at(side), undefined),
    });
    return simulateList(arrivalsOf(this.workload, this.requests), [simulator])[0] as SimulationFigures;
  }
}

/**
 * Latencies of changed workloads, of which the last payload's times are remembered for each runtime.
 * @throws LumosError `invalid-input`, when asked, for a factor that the model never saw
 */
export function simulatedLatency(
  file: ModelFile,
  { requests, steps }: Closeness,
): (workload: Workload, runtime: string) => WorkloadLatency {
  const known = new Map<string, { key: string; times: RuntimeTimes }>();
  return (workload, runtime) => {
    const { function: name, payload, environment, access, clients, registry } = workload;
    const key = JSON.stringify([name, payload, environment, access, clients, registry]);
    let found = known.get(runtime);
    if (found?.key !== key)
      known.set(
        runtime,
        (found = { key, times: new RuntimeTimes(servedBy(file, workload, runtime), steps) }),
      );
    const { served } = found.times;
    return new SimulatedLatency(runtime, workload, found.times, requestsOf(workload, served, requests));
  };
}
