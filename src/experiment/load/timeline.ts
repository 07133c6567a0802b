/** A level over time: what was due when and what became of it, and how many instances there were. */
import type { TimeSlice } from '../../domain/level.js';
import type { PlatformEvent } from '../../control-plane/platform/instance.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';

type Slice = { -readonly [Key in keyof TimeSlice]: TimeSlice[Key] };

/** About so many slices, none shorter than a quarter of a second. */
const mostSlices = 120;
const shortest = 250;

export class Timeline {
  private readonly slices: Slice[] = [];
  private readonly width: number;
  private instances = 0;

  /** @param origin of the level, on the clock @param length of the level with its warm-up */
  constructor(
    private readonly origin: Milliseconds,
    length: Milliseconds,
  ) {
    this.width = Math.max(shortest, Math.ceil(length / mostSlices));
  }

  request(dueAt: Milliseconds, what: { readonly cold: boolean; readonly latencyMs?: Milliseconds }): void {
    const slice = this.at(dueAt);
    if (what.latencyMs === undefined) slice.failed += 1;
    else {
      slice.ok += 1;
      slice.worstMs = milliseconds(Math.max(slice.worstMs ?? 0, what.latencyMs));
    }
    if (what.cold) slice.cold += 1;
  }

  event({ what, at }: Pick<PlatformEvent, 'what' | 'at'>): void {
    const before = this.at(at);
    before.instances = Math.max(before.instances, this.instances);
    if (what === 'asked') this.instances += 1;
    else if (what === 'stopped' || what === 'start-failed') this.instances -= 1;
    before.instances = Math.max(before.instances, this.instances);
  }

  /** Until `end` on the clock, without gaps: how instances are taken down after it is no part of a level. */
  until(end: Milliseconds): TimeSlice[] {
    if (end > this.origin) this.at(milliseconds(end - 1e-6));
    return this.slices.filter(({ fromMs }) => fromMs < end - this.origin);
  }

  /** A slice that nothing has happened in yet has the instances that there are. */
  private at(time: Milliseconds): Slice {
    const index = Math.max(0, Math.floor((time - this.origin) / this.width));
    while (this.slices.length <= index) {
      const fromMs = milliseconds(this.slices.length * this.width);
      this.slices.push({ fromMs, ok: 0, cold: 0, failed: 0, instances: this.instances });
    }
    return this.slices[index] as Slice;
  }
}
