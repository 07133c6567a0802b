/** A sandbox of an emulated environment is held to it, with all that runs in it. */
import { allowedCpus } from '../../control-plane/cgroup/cpu-limit.js';
import { heldTo } from '../../control-plane/cgroup/held-to.js';
import type { CpuLimit, Runtime } from '../../domain/runtime.js';
import type { Behaviour } from '../behaviour.js';
import { expectEqual, expectPresent, expectWithin } from '../expectations.js';
import type { Subject } from '../subject.js';

const half = (): CpuLimit => ({ cores: 0.5, cpus: allowedCpus().slice(-1) });

const canBeHeld = (runtime: Runtime): boolean => runtime.whyNotHeld !== undefined;

async function skipWhereNotHeld(subject: Subject, cpu: CpuLimit): Promise<void> {
  const why = await subject.runtime.whyNotHeld?.({ cpu });
  if (why !== undefined) subject.skip(why);
}

const partOfACore: Behaviour = {
  name: 'every process of a sandbox that has half a core is held to it, and to one CPU',
  group: 'figures',
  appliesTo: canBeHeld,
  async run(subject) {
    const cpu = half();
    await skipWhereNotHeld(subject, cpu);
    const bench = await subject.open('hashing', { cpu });
    const standing = await bench.launch();
    expectEqual('state of the answer', (await standing.ask('huge')).state, 'answered');
    const processes = (await standing.sandbox.accounting()).processes();
    expectWithin('processes', processes.length, { least: 1 });
    for (const pid of processes) {
      const held = expectPresent(`what process ${pid} is held to`, heldTo(pid));
      expectEqual('CPUs', held.cpus, cpu.cpus);
      expectEqual('cores', held.cores, cpu.cores);
      expectWithin('times it was held up', held.throttled, { least: 1 });
    }
    await standing.sandbox.remove();
  },
};

const wholeCore: Behaviour = {
  name: 'every process of a sandbox that has one core has one CPU',
  group: 'figures',
  appliesTo: canBeHeld,
  async run(subject) {
    const cpu = { ...half(), cores: 1 };
    await skipWhereNotHeld(subject, cpu);
    const bench = await subject.open('hello-world', { cpu });
    const standing = await bench.launch();
    expectEqual('state of the answer', (await standing.ask('small')).state, 'answered');
    for (const pid of (await standing.sandbox.accounting()).processes())
      expectEqual('CPUs', expectPresent(`what process ${pid} is held to`, heldTo(pid)).cpus, cpu.cpus);
    await standing.sandbox.remove();
  },
};

export const limitBehaviours: readonly Behaviour[] = [partOfACore, wholeCore];
