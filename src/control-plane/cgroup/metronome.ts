/**
 * What makes a quota bite on short work. The kernel charges a control group for its CPU time when it looks at what runs,
 * and of its own accord it does that at its tick, every 4 ms or so: a start of 3 ms is over before it was ever held up. While
 * a sandbox of a part of a core is measured, a process of ours preempts whatever runs on its CPUs four times a
 * millisecond, which makes the kernel look. docs/method.md has what that costs and how near it comes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LumosError } from '../../domain/errors.js';
import { ServiceProcess } from '../process/service-process.js';

/** A quarter of the shortest quota. */
export const metronomeMicroseconds = 250;

const startsWithinMs = 2000;
const lookEveryMs = 2;

export class Metronome {
  private constructor(private readonly processes: readonly ServiceProcess[]) {}

  /**
   * @param shim the supervisor's path, which is this program too
   * @throws LumosError `missing-dependency` where no process may have real-time priority
   */
  static async start(shim: string, cpus: readonly number[]): Promise<Metronome> {
    const processes: ServiceProcess[] = [];
    const metronome = new Metronome(processes);
    try {
      for (const cpu of cpus) {
        const args = ['--metronome', String(cpu), String(metronomeMicroseconds)];
        const process = await ServiceProcess.start({ shim, file: shim, args, stdin: '' });
        processes.push(process);
        await ticking(process);
      }
      return metronome;
    } catch (error) {
      await metronome.stop();
      throw error;
    }
  }

  /** Whether one of them has ended by itself: what was measured since was held to its quota by the tick alone. */
  get hasStopped(): boolean {
    return this.processes.some(({ ended }) => ended);
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.stop()));
  }
}

async function ticking(process: ServiceProcess): Promise<void> {
  const ends = performance.now() + startsWithinMs;
  while (!process.said().includes('ticking')) {
    if (process.ended || performance.now() > ends) {
      throw new LumosError(
        'missing-dependency',
        `a part of a core cannot be emulated truly here: ${process.said() || 'no real-time process starts'}`,
        { remedy: 'Run as root, or with the capability CAP_SYS_NICE; or use an environment of whole cores.' },
      );
    }
    await sleep(lookEveryMs);
  }
}
