/** A simulation over time, in few slices however long it is. */
import type { TimeSlice } from '../domain/level.js';
import { milliseconds, type Milliseconds } from '../domain/units.js';

type Slice = { -readonly [Key in keyof TimeSlice]: TimeSlice[Key] };

const mostSlices = 120;
const shortest = 250;

/** Nobody knows beforehand how long a trace is: when there are too many slices, two become one. */
export class Timeline {
  private slices: Slice[] = [];
  private width = shortest;
  private instances = 0;

  /** A request by when it came; without a latency it was rejected. */
  request(arrivedAt: Milliseconds, cold: boolean, latency: Milliseconds | undefined): void {
    const slice = this.at(arrivedAt);
    if (latency === undefined) slice.failed += 1;
    else {
      slice.ok += 1;
      if (!(latency <= (slice.worstMs ?? -1))) slice.worstMs = latency;
    }
    if (cold) slice.cold += 1;
  }

  /** So many more instances stand. */
  changed(at: Milliseconds, by: number): void {
    const slice = this.at(at);
    slice.instances = Math.max(slice.instances, this.instances, this.instances + by);
    this.instances += by;
  }

  /** Until `end`, without gaps. */
  until(end: Milliseconds): readonly TimeSlice[] {
    if (end > 0) this.at(milliseconds(Math.max(0, end - 1e-6)));
    return this.slices;
  }

  /** A slice that nothing has happened in yet has the instances that there are. */
  private at(time: Milliseconds): Slice {
    while (time >= this.width * mostSlices) this.coarsen();
    const index = Math.floor(time / this.width);
    while (this.slices.length <= index) {
      const fromMs = milliseconds(this.slices.length * this.width);
      this.slices.push({ fromMs, ok: 0, cold: 0, failed: 0, instances: this.instances });
    }
    return this.slices[index] as Slice;
  }

  private coarsen(): void {
    this.width *= 2;
    const halved: Slice[] = [];
    for (let i = 0; i < this.slices.length; i += 2) {
      const [first, second] = [this.slices[i] as Slice, this.slices[i + 1]];
      halved.push(second === undefined ? first : joined(first, second));
    }
    this.slices = halved;
  }
}

function joined(first: Slice, second: Slice): Slice {
  const worst = Math.max(first.worstMs ?? -1, second.worstMs ?? -1);
  return {
    fromMs: first.fromMs,
    ok: first.ok + second.ok,
    cold: first.cold + second.cold,
    failed: first.failed + second.failed,
    ...(worst < 0 ? {} : { worstMs: milliseconds(worst) }),
    instances: Math.max(first.instances, second.instances),
  };
}
