/** Sandboxes staged ahead of their start, as a trial stages before its window: making a control group is no part of a start. */
import type { StagedSandbox } from '../../domain/runtime.js';

export interface Stages {
  /** Makes one ready to be launched. @param cpus what it is kept to */
  readonly stage: (cpus: string | undefined) => Promise<StagedSandbox>;
  /** How many of the same CPUs are kept ready: as many as may be started at once. */
  readonly most: number;
}

/**
 * A start takes a spare; another takes its place when the start is over. What comes faster than spares are staged is staged
 * within its start, as is the first of CPUs that nobody asked to have one for.
 */
export class StagedSpares {
  private readonly spares = new Map<string | undefined, Promise<StagedSandbox>[]>();
  private isClosed = false;

  constructor(private readonly stages: Stages) {}

  /** Resolves when all spares for these CPUs are there. One that cannot be staged is tried again when it is needed. */
  async fill(cpus?: string): Promise<void> {
    const own = this.spares.get(cpus) ?? [];
    this.spares.set(cpus, own);
    while (!this.isClosed && own.length < this.stages.most) own.push(this.staging(cpus, own));
    await Promise.allSettled(own);
  }

  async take(cpus?: string): Promise<StagedSandbox> {
    return await (this.spares.get(cpus)?.shift() ?? this.stages.stage(cpus));
  }

  /** Gives back what nobody took. Idempotent; nothing is staged any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    const left = [...this.spares.values()].flatMap((own) => own.splice(0));
    const staged = await Promise.allSettled(left);
    for (const one of staged) if (one.status === 'fulfilled') await one.value.discard();
  }

  private staging(cpus: string | undefined, own: Promise<StagedSandbox>[]): Promise<StagedSandbox> {
    const spare = this.stages.stage(cpus);
    void spare.catch(() => {
      const place = own.indexOf(spare);
      if (place >= 0) void own.splice(place, 1);
    });
    return spare;
  }
}
