/** Harness and sandboxes on different CPUs, so that neither takes the other's. */
import { keepProcessTo } from '../../control-plane/process/cpu-affinity.js';
import { allowedCpus, siblingsOf } from '../../data-plane/host/cpu-topology.js';
import { formatCpuList, parseCpuList } from '../../domain/cpu-list.js';
import { invalidInput, LumosError } from '../../domain/errors.js';
import type { Environment } from '../../domain/environment.js';
import type { Load } from '../../domain/load.js';
import type { Pinning } from '../../domain/run-manifest.js';
import type { Runtime } from '../../domain/runtime.js';

export interface Topology {
  /** What this process may use. */
  readonly allowed: readonly number[];
  /** The CPUs of a CPU's core. */
  readonly siblings: (cpu: number) => readonly number[];
}

/**
 * Which CPUs are whose. Unless the load names them, the harness has the first core (it has one thread that measures), and
 * the sandboxes have all others; where all CPUs are of one core, the harness has the first of them.
 * @throws LumosError `invalid-input` for CPUs that there are not, that are both's, and for a machine with one
 */
export function choosePinning(pin: Load['pin'], { allowed, siblings }: Topology): Pinning | undefined {
  if (pin === false) return undefined;
  if (typeof pin === 'object') return checked(pin, allowed);
  const [first, ...others] = allowed;
  if (others.length === 0 && pin === 'where-possible') return undefined;
  if (first === undefined || others.length === 0)
    throw invalidInput(
      'load.pin: harness and sandboxes cannot be on different CPUs: this process may use one only',
      'Leave out --pin, or load.pin in the experiment.',
    );
  const core = new Set(siblings(first));
  const elsewhere = others.filter((cpu) => !core.has(cpu));
  const harness = elsewhere.length === 0 ? [first] : allowed.filter((cpu) => core.has(cpu));
  return {
    harness: formatCpuList(harness),
    sandboxes: [formatCpuList(elsewhere.length === 0 ? others : elsewhere)],
  };
}

function checked({ harness, sandboxes }: Extract<Load['pin'], object>, allowed: readonly number[]): Pinning {
  const theirs = new Set(sandboxes.flatMap(parseCpuList));
  const named = [...parseCpuList(harness), ...theirs];
  const unknown = named.filter((cpu) => !allowed.includes(cpu));
  if (unknown.length > 0)
    throw invalidInput(
      `load.pin: CPU ${formatCpuList(unknown)} is not among those that this process may use: ${formatCpuList(allowed)}`,
    );
  const shared = parseCpuList(harness).filter((cpu) => theirs.has(cpu));
  if (shared.length > 0)
    throw invalidInput(`load.pin: CPU ${formatCpuList(shared)} is both the harness's and the sandboxes'`);
  return { harness, sandboxes };
}

/**
 * The pinning that a load asks for of these runtimes in these environments: `where-possible` is none where they refuse it.
 * @throws LumosError `invalid-input`, see `checkPinnable` and `choosePinning`
 */
export function pinningFor(
  load: Load | undefined,
  runtimes: readonly Pick<Runtime, 'id' | 'keepsToCpus'>[],
  environments: readonly Environment[],
  topology: Topology,
): Pinning | undefined {
  if (load === undefined) return undefined;
  if (load.pin !== 'where-possible') {
    checkPinnable(load, runtimes, environments);
    return choosePinning(load.pin, topology);
  }
  const refused = whyNotPinnable(runtimes, environments) !== undefined;
  return refused ? undefined : choosePinning(load.pin, topology);
}

/**
 * @throws LumosError `invalid-input` that names the runtimes whose sandboxes cannot be kept to CPUs, or an environment that
 * keeps them to others
 */
export function checkPinnable(
  load: Load | undefined,
  runtimes: readonly Pick<Runtime, 'id' | 'keepsToCpus'>[],
  environments: readonly Environment[],
): void {
  if (load === undefined || load.pin === false || load.pin === 'where-possible') return;
  const why = whyNotPinnable(runtimes, environments);
  if (why !== undefined) throw why;
}

function whyNotPinnable(
  runtimes: readonly Pick<Runtime, 'id' | 'keepsToCpus'>[],
  environments: readonly Environment[],
): LumosError | undefined {
  const holding = environments.find(({ emulated, cpu }) => emulated && cpu !== undefined);
  if (holding !== undefined)
    return invalidInput(
      `load.pin: the environment ${holding.name} keeps sandboxes to CPUs of its own`,
      'Leave out --pin (load.pin), or the environment.',
    );
  const unable = runtimes.filter((runtime) => runtime.keepsToCpus !== true).map(({ id }) => id);
  if (unable.length > 0)
    return invalidInput(
      `load.pin: sandboxes of ${unable.join(', ')} cannot be kept to CPUs of their own`,
      `Leave out --pin (load.pin), or ${unable.join(', ')}.`,
    );
  return undefined;
}

export const thisMachine = (): Topology => ({ allowed: allowedCpus() ?? [], siblings: siblingsOf });

/**
 * Runs `work` with this process on the harness's CPUs, and gives it back all of them afterwards. What it starts
 * meanwhile inherits them, unless it is kept to others: sandboxes are.
 */
export async function withHarnessPinned<T>(pinning: Pinning | undefined, work: () => Promise<T>): Promise<T> {
  if (pinning === undefined) return await work();
  const { allowed } = thisMachine();
  if (allowed.length === 0) throw new LumosError('failed', 'the kernel does not say which CPUs there are');
  await keepProcessTo(process.pid, pinning.harness);
  try {
    return await work();
  } finally {
    await keepProcessTo(process.pid, formatCpuList(allowed));
  }
}
