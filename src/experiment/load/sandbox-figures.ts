/** What all sandboxes of a level used together, from counters that are read outside of any request. */
import { beforeAnything, between, readCounters, type Counters } from '../../data-plane/probes/counters.js';
import type { Clock } from '../../domain/clock.js';
import type { Accounting } from '../../domain/runtime.js';
import { bytes, milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';

interface Standing {
  readonly accounting: Accounting | undefined;
  readonly since: Milliseconds;
  /** When the time measured began, or, for one that was started later, before it was there. */
  before: Counters;
}

export interface UsedBySandboxes {
  readonly cpuMs?: Milliseconds;
  readonly peakMemoryBytes?: Bytes;
  readonly memoryGibSeconds?: number;
}

const gib = 2 ** 30;

/**
 * CPU counts from `begin` to `end`; of a sandbox started in between, from its start. A figure is absent as soon as one
 * sandbox could not be read for it: a sum with a gap would be too small.
 */
export class SandboxFigures {
  private readonly standing = new Map<number, Standing>();
  private cpu: number | undefined = 0;
  private memory: number | undefined = 0;
  private byteSeconds: number | undefined = 0;
  private isMeasuring = false;
  private isOver = false;

  constructor(private readonly clock: Clock) {}

  started(instance: number, accounting: Accounting | undefined): void {
    this.standing.set(instance, { accounting, since: this.clock.now(), before: beforeAnything });
  }

  /** The time measured begins. */
  begin(): void {
    this.isMeasuring = true;
    for (const one of this.standing.values()) one.before = this.read(one);
  }

  /** Before an instance is taken down: afterwards there is nothing to read. */
  leaves(instance: number): void {
    const one = this.standing.get(instance);
    if (one === undefined) return;
    this.readMemory();
    const after = this.read(one);
    if (this.isMeasuring && !this.isOver) this.addCpu(one, after);
    const held = ((this.clock.now() - one.since) / 1000) * (after.peakMemoryBytes ?? NaN);
    this.byteSeconds =
      this.byteSeconds === undefined || Number.isNaN(held) ? undefined : this.byteSeconds + held;
    this.standing.delete(instance);
  }

  /** The time measured is over. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const one of this.standing.values()) this.addCpu(one, this.read(one));
    this.readMemory();
  }

  /** When every instance has left. */
  used(): UsedBySandboxes {
    const { cpu, memory, byteSeconds } = this;
    return {
      ...(cpu === undefined ? {} : { cpuMs: milliseconds(cpu) }),
      ...(memory === undefined || memory === 0 ? {} : { peakMemoryBytes: bytes(memory) }),
      ...(byteSeconds === undefined || byteSeconds === 0 ? {} : { memoryGibSeconds: byteSeconds / gib }),
    };
  }

  private addCpu({ before }: Standing, after: Counters): void {
    const { cpuMs } = between(before, after);
    this.cpu = this.cpu === undefined || cpuMs === undefined ? undefined : this.cpu + cpuMs;
  }

  private readMemory(): void {
    let sum = 0;
    for (const one of this.standing.values()) {
      const { peakMemoryBytes } = this.read(one);
      if (peakMemoryBytes === undefined) {
        this.memory = undefined;
        return;
      }
      sum += peakMemoryBytes;
    }
    if (this.memory !== undefined) this.memory = Math.max(this.memory, sum);
  }

  private read({ accounting }: Standing): Counters {
    if (accounting === undefined) return {};
    try {
      return readCounters(accounting);
    } catch {
      return {};
    }
  }
}
