/** A million invocations through the simulator, under each policy. */
import type { Instances } from '../src/domain/load.js';
import type { TraceInvocation } from '../src/domain/trace.js';
import { LumosError } from '../src/domain/errors.js';
import { bytes, milliseconds } from '../src/domain/units.js';
import { deploymentOf } from '../src/simulation/deployment.js';
import { simulateList, Simulator } from '../src/simulation/simulator.js';
import { exponential, tabulated } from '../src/simulation/times.js';
import { seededRandom } from '../src/stats/random.js';
import { medianOf, type Figure, type Part } from './figures.js';

const invocations = 1_000_000;
const functions = 20;
const repeats = 3;
const policies: readonly Instances['policy'][] = ['fixed', 'hybrid-histogram', 'concurrency-target'];

/** Of functions of very different rates, as in a platform's trace: the first as often as all others together. */
function* arrivals(): Generator<TraceInvocation, void> {
  const random = seededRandom(1, 'bench');
  let at = 0;
  for (let i = 0; i < invocations; i++) {
    at -= 20 * Math.log1p(-random.uniform());
    const chosen = Math.min(functions - 1, Math.floor(-Math.log2(1 - random.uniform())));
    yield { atMs: milliseconds(at), function: `f${chosen}` };
  }
}

const times = {
  launch: tabulated((share) => 200 * (1 + share)),
  service: exponential(milliseconds(30)),
  stopMs: milliseconds(0),
};

function simulateOnce(policy: Instances['policy']): number {
  const instances: Instances = {
    ...{ policy, max: 50, preWarm: 0, concurrency: 1, queueLimit: 1000, startsAtOnce: 2 },
    keepAliveSeconds: 60,
  };
  const simulator = new Simulator({
    ...{ startsAtOnce: instances.startsAtOnce, seed: 1 },
    deploy: () => deploymentOf(instances, times, bytes(16 << 20)),
  });
  const began = performance.now();
  const [figures] = simulateList(arrivals(), [simulator]);
  const took = performance.now() - began;
  if (figures?.invocations !== invocations || figures.served + figures.rejected !== invocations)
    throw new LumosError('failed', `${figures?.served ?? 0} of ${invocations} invocations were served`);
  return took / 1000;
}

export const simulation: Part = {
  name: 'simulation',
  about: `${invocations.toLocaleString('en')} invocations of ${functions} functions through the simulator`,
  measure: (say) => {
    const figures = policies.map((policy): Figure => {
      say(policy);
      const seconds = Array.from({ length: repeats }, () => simulateOnce(policy));
      return {
        what: `${policy}, median`,
        value: medianOf(seconds),
        unit: 's',
        n: repeats,
        target: { atMost: 5, because: '5 s' },
      };
    });
    const notes = [
      'The arrivals are drawn in the same time. One simulation: lumos model simulate makes three, for the ends of the interval.',
    ];
    return Promise.resolve({ part: 'simulation', figures, notes });
  },
};
