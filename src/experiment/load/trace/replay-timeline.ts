/** A function under a trace over time, in slices that can be added to those of others. */
import type { PlatformEvent } from '../../../control-plane/platform/instance.js';
import type { TimeSlice } from '../../../domain/level.js';
import { milliseconds, type Milliseconds } from '../../../domain/units.js';

type Slice = { -readonly [Key in keyof Required<Omit<TimeSlice, 'worstMs'>>]: number } & {
  worst: number | undefined;
};

/** About so many slices, none shorter than a quarter of a second. */
const mostSlices = 120;
const shortest = 250;

export interface TimedRequest {
  readonly ok: boolean;
  readonly served: boolean;
  readonly cold: boolean;
  readonly rejected: boolean;
  /** Of an answer. */
  readonly latencyMs?: Milliseconds;
}

export class ReplayTimeline {
  private readonly slices: Slice[] = [];
  private readonly width: number;
  private instances = 0;
  private changedAt: number;
  private most = 0;
  private isClosed = false;

  /** @param origin of the replay, on the clock @param length until its last arrival */
  constructor(
    private readonly origin: Milliseconds,
    length: Milliseconds,
  ) {
    this.width = Math.max(shortest, Math.ceil(length / mostSlices));
    this.changedAt = origin;
  }

  /** The most instances that stood or started at one moment. */
  get highest(): number {
    return this.most;
  }

  request(dueAt: Milliseconds, { ok, served, cold, rejected, latencyMs }: TimedRequest): void {
    const slice = this.at(dueAt);
    slice[ok ? 'ok' : 'failed'] += 1;
    if (served) slice.served += 1;
    if (cold) slice.cold += 1;
    if (rejected) slice.rejected += 1;
    if (latencyMs !== undefined) slice.worst = Math.max(slice.worst ?? 0, latencyMs);
  }

  event({ what, at }: Pick<PlatformEvent, 'what' | 'at'>): void {
    const change = what === 'asked' ? 1 : what === 'stopped' || what === 'start-failed' ? -1 : 0;
    if (change === 0 || this.isClosed) return;
    this.stand(at);
    this.instances += change;
    this.most = Math.max(this.most, this.instances);
    const slice = this.at(at);
    slice.instances = Math.max(slice.instances, this.instances);
  }

  /** The replay is over: how its instances are taken down is no part of it. */
  close(end: Milliseconds): void {
    this.stand(end);
    this.isClosed = true;
  }

  /** Until `end` on the clock, without gaps. The last slice may be shorter than the others; its mean is over what there is of it. */
  until(end: Milliseconds): TimeSlice[] {
    if (!this.isClosed) this.close(end);
    return this.slices.map(({ worst, meanInstances, ...slice }, index) => {
      const length = Math.min(this.width, end - this.origin - index * this.width);
      return {
        ...slice,
        fromMs: milliseconds(slice.fromMs),
        meanInstances: length > 0 ? meanInstances / length : 0,
        ...(worst === undefined ? {} : { worstMs: milliseconds(worst) }),
      };
    });
  }

  /** The instances that there are have stood until `now`: adds their time to every slice it is in. */
  private stand(now: number): void {
    while (this.changedAt < now) {
      const index = this.indexOf(this.changedAt);
      const until = Math.min(now, this.borderAfter(index));
      const slice = this.slice(index);
      slice.meanInstances += this.instances * (until - this.changedAt);
      slice.instances = Math.max(slice.instances, this.instances);
      this.changedAt = until;
    }
  }

  private borderAfter(index: number): number {
    return this.origin + (index + 1) * this.width;
  }

  /** A border that rounding puts on this side of itself would be passed never: it belongs to the slice that it begins. */
  private indexOf(time: number): number {
    const index = Math.max(0, Math.floor((time - this.origin) / this.width));
    return this.borderAfter(index) > time ? index : index + 1;
  }

  private at(time: number): Slice {
    return this.slice(this.indexOf(time));
  }

  private slice(index: number): Slice {
    while (this.slices.length <= index)
      this.slices.push({
        ...{ fromMs: this.slices.length * this.width, ok: 0, cold: 0, failed: 0, instances: 0 },
        ...{ served: 0, rejected: 0, meanInstances: 0, worst: undefined },
      });
    return this.slices[index] as Slice;
  }
}
