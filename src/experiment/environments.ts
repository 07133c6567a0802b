/** The environments of a run: what each holds its sandboxes to, what stands in front of its services, and what is recorded. */
import { availableParallelism, totalmem } from 'node:os';
import { allowedCpus, cpuQuota, needsQuota } from '../control-plane/cgroup/cpu-limit.js';
import { Metronome } from '../control-plane/cgroup/metronome.js';
import type { Network, NetworkSource } from '../control-plane/network/network.js';
import {
  emulatedNetwork,
  EnvironmentSchema,
  limitsSandboxes,
  type Environment,
  type EnvironmentRecord,
} from '../domain/environment.js';
import { LumosError } from '../domain/errors.js';
import type { Experiment } from '../domain/experiment.js';
import type { CpuLimit, Runtime, SandboxLimits } from '../domain/runtime.js';
import { bytes, fromMebibytes, type Bytes } from '../domain/units.js';

/** This machine as it is. */
export const thisMachine: Environment = EnvironmentSchema.parse({ name: 'local' });

/** What of the machine environments are made from. */
export interface MachineShare {
  /** The CPUs that sandboxes may run on, by number. */
  readonly cpus: readonly number[];
  readonly memoryBytes: Bytes;
}

/** Of a machine whose control groups say nothing else. */
export const machineShare = (): MachineShare => {
  const cpus = allowedCpus();
  return {
    cpus: cpus.length > 0 ? cpus : Array.from({ length: availableParallelism() }, (_, cpu) => cpu),
    memoryBytes: bytes(totalmem()),
  };
};

/** The last of the machine's CPUs: the first is where most machines have their interrupts. */
function cpuLimitOf({ cpu }: Environment, machine: MachineShare): CpuLimit | undefined {
  return cpu === undefined
    ? undefined
    : { cores: cpu.cores, cpus: machine.cpus.slice(-Math.ceil(cpu.cores)) };
}

/** The limits of a sandbox in an environment: its own, where it is emulated, and the experiment's for all. */
export function limitsIn(
  environment: Environment,
  { limits }: Pick<Experiment, 'limits'>,
  machine: MachineShare,
): SandboxLimits {
  const cpu = environment.emulated ? cpuLimitOf(environment, machine) : undefined;
  const own = environment.emulated ? environment.memory?.limitMiB : undefined;
  const all = [own, limits.memoryMiB].filter((value) => value !== undefined);
  return {
    ...(cpu === undefined ? {} : { cpu }),
    ...(all.length === 0 ? {} : { memoryBytes: fromMebibytes(Math.min(...all)) }),
  };
}

/** @throws LumosError `missing-dependency` for an environment that this machine is too small for */
export function requireRoom(environments: readonly Environment[], machine: MachineShare): void {
  for (const { name, emulated, cpu, memory } of environments) {
    if (!emulated) continue;
    const lacks = [
      ...(cpu !== undefined && cpu.cores > machine.cpus.length
        ? [`${cpu.cores} cores, and there are ${machine.cpus.length}`]
        : []),
      ...(memory !== undefined && fromMebibytes(memory.limitMiB) > machine.memoryBytes
        ? [`${memory.limitMiB} MiB of memory, and there are ${Math.floor(machine.memoryBytes / 2 ** 20)}`]
        : []),
    ];
    if (lacks.length === 0) continue;
    throw new LumosError('missing-dependency', `environment ${name} takes ${lacks.join('; ')}`, {
      remedy: 'An environment is emulated on a machine that has at least as much: use a larger machine.',
    });
  }
}

/** @throws LumosError `missing-dependency` where a runtime cannot hold its sandboxes to an environment's limits */
export async function requireLimits(
  environments: readonly Environment[],
  experiment: Pick<Experiment, 'limits'>,
  runtimes: readonly Runtime[],
  machine: MachineShare,
): Promise<void> {
  for (const environment of environments.filter(limitsSandboxes)) {
    const limits = limitsIn(environment, experiment, machine);
    for (const runtime of runtimes) {
      const why =
        runtime.whyNotHeld === undefined
          ? 'it holds its sandboxes to no limits'
          : await runtime.whyNotHeld(limits);
      if (why === undefined) continue;
      throw new LumosError(
        'missing-dependency',
        `environment ${environment.name} cannot be emulated for ${runtime.id}: ${why}`,
        { remedy: 'Run as root with control groups, leave the runtime out, or give --environment local.' },
      );
    }
  }
}

/** @throws LumosError `missing-dependency` where a part of a core is asked for and no process may have real-time priority */
export async function requireMetronome(
  environments: readonly Environment[],
  { machine, shimPath }: Pick<EnvironmentParts, 'machine' | 'shimPath'>,
): Promise<void> {
  for (const environment of environments.filter(limitsSandboxes)) {
    const cpu = cpuLimitOf(environment, machine);
    if (cpu === undefined || !needsQuota(cpu)) continue;
    const metronome = await Metronome.start(await shimPath(), cpu.cpus);
    await metronome.stop();
  }
}

/** What a run needs besides to make its environments. */
export interface EnvironmentParts {
  readonly machine: MachineShare;
  readonly cgroupVersion: 1 | 2 | undefined;
  /** The supervisor's path, which is the metronome too. */
  readonly shimPath: () => Promise<string>;
  readonly networks: NetworkSource;
}

/** Where nothing is emulated: this machine alone, with the limits of the experiment. */
export const unemulated = (experiment: Pick<Experiment, 'limits'>): RunEnvironments =>
  new RunEnvironments([thisMachine], experiment, undefined);

export class RunEnvironments {
  private readonly networks = new Map<string, Network>();
  /** Asked only where something is emulated. */
  private readonly machine: MachineShare;

  constructor(
    readonly all: readonly Environment[],
    private readonly experiment: Pick<Experiment, 'limits'>,
    private readonly parts: EnvironmentParts | undefined,
  ) {
    if (parts === undefined && all.some(({ emulated }) => emulated))
      throw new Error('an environment is to be emulated, and nobody said how');
    this.machine = parts?.machine ?? { cpus: [], memoryBytes: bytes(0) };
  }

  named(name: string): Environment {
    const found = [...this.all, thisMachine].find((one) => one.name === name);
    if (found === undefined)
      throw new Error(`the plan names the environment ${name}, which was not selected`);
    return found;
  }

  limits(name: string): SandboxLimits {
    return limitsIn(this.named(name), this.experiment, this.machine);
  }

  /** The network in front of the services of an environment; `undefined` where they are reached as they are. */
  async network(name: string): Promise<Network | undefined> {
    const wanted = emulatedNetwork(this.named(name));
    if (wanted === undefined || this.parts === undefined) return undefined;
    const known = this.networks.get(name) ?? (await this.parts.networks(wanted));
    this.networks.set(name, known);
    return known;
  }

  /**
   * Does `work` while whatever the environment needs besides limits is there.
   * @throws LumosError `failed` where it did not last: then what was measured was not held to its quota
   */
  async within<T>(name: string, work: () => Promise<T>): Promise<T> {
    const metronome = await this.metronome(name);
    try {
      const done = await work();
      if (metronome?.hasStopped === true)
        throw new LumosError('failed', `what holds ${name} to its part of a core has ended by itself`);
      return done;
    } finally {
      await metronome?.stop();
    }
  }

  records(): EnvironmentRecord[] {
    return this.all.map((environment) => ({ environment, applied: this.appliedOf(environment) }));
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.networks.values()].map((one) => one.stop()));
    this.networks.clear();
  }

  private async metronome(name: string): Promise<Metronome | undefined> {
    const { cpu } = this.limits(name);
    if (cpu === undefined || !needsQuota(cpu) || this.parts === undefined) return undefined;
    return await Metronome.start(await this.parts.shimPath(), cpu.cpus);
  }

  private appliedOf(environment: Environment): Record<string, string> {
    if (!environment.emulated) return {};
    const { cpu, memoryBytes } = limitsIn(environment, this.experiment, this.machine);
    const network = this.networks.get(environment.name);
    return {
      ...(cpu === undefined ? {} : { cpu: cpuText(cpu, this.parts?.cgroupVersion) }),
      ...(memoryBytes === undefined
        ? {}
        : { memory: `${memoryBytes} bytes for each sandbox, swap included` }),
      ...(network === undefined ? {} : { dataService: network.description }),
    };
  }
}

function cpuText(cpu: CpuLimit, version: 1 | 2 | undefined): string {
  const where = `CPU ${cpu.cpus.join(', ')} alone (cpuset${version === undefined ? '' : `, control groups version ${version}`})`;
  if (!needsQuota(cpu)) return where;
  const { quotaMicroseconds, periodMicroseconds } = cpuQuota(cpu.cores);
  return `${where}; ${quotaMicroseconds} us of CPU time in each ${periodMicroseconds} us, enforced every 250 us`;
}
