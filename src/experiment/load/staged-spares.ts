/** Sandboxes staged ahead of their start, as a trial stages before its window: making a control group is no part of a start. */
import type { StagedSandbox } from '../../domain/runtime.js';

export interface Stages {
  /** Makes one ready to be launched. @param cpus what it is kept to */
  readonly stage: (cpus: string | undefined) => Promise<StagedSandbox>;
  /** How many of the same CPUs are kept ready. */
  readonly most: number;
  /** Resolves when staging is in nobody's way; at once where absent. */
  readonly gap?: () => Promise<void>;
}

/** One that is staged when there is time for it, or when it is needed, whichever comes first. */
class Spare {
  private staging: Promise<StagedSandbox> | undefined;
  private isDropped = false;

  constructor(private readonly stage: () => Promise<StagedSandbox>) {}

  /** Rejects where it cannot be staged. */
  begin(): Promise<StagedSandbox> {
    return (this.staging ??= this.stage());
  }

  async beginAfter(gap: Promise<void>): Promise<void> {
    await gap;
    if (!this.isDropped) await this.begin();
  }

  async drop(): Promise<void> {
    this.isDropped = true;
    const staged = await this.staging?.catch(() => undefined);
    await staged?.discard();
  }
}

/**
 * A start takes a spare; another takes its place when the start is over. What comes faster than spares are staged is staged
 * within its start, as is the first of CPUs that nobody asked to have one for.
 */
export class StagedSpares {
  private readonly spares = new Map<string | undefined, Spare[]>();
  private isClosed = false;

  constructor(private readonly stages: Stages) {}

  /** Resolves when all spares for these CPUs are there. One that cannot be staged is tried again when it is needed. */
  async fill(cpus?: string): Promise<void> {
    const own = this.spares.get(cpus) ?? [];
    this.spares.set(cpus, own);
    const begun: Promise<void>[] = [];
    while (!this.isClosed && own.length < this.stages.most) begun.push(this.add(cpus, own));
    await Promise.all(begun);
  }

  async take(cpus?: string): Promise<StagedSandbox> {
    return await (this.spares.get(cpus)?.shift()?.begin() ?? this.stages.stage(cpus));
  }

  /** Gives back what nobody took. Idempotent; nothing is staged any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    const left = [...this.spares.values()].flatMap((own) => own.splice(0));
    for (const one of left) await one.drop();
  }

  /** Never rejects. */
  private async add(cpus: string | undefined, own: Spare[]): Promise<void> {
    const spare = new Spare(() => this.stages.stage(cpus));
    own.push(spare);
    try {
      await spare.beginAfter(this.stages.gap?.() ?? Promise.resolve());
    } catch {
      const place = own.indexOf(spare);
      if (place >= 0) void own.splice(place, 1);
    }
  }
}
