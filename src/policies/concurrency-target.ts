/** Knative's policy: as many instances as keep the requests an instance serves at once near a target. */
import { milliseconds, type Milliseconds } from '../domain/units.js';
import type { ScalingPolicy } from './policy.js';

/** The names and defaults are those of Knative's ConfigMap `config-autoscaler`. */
export interface ConcurrencyTargetOptions {
  /** Requests an instance may serve at once (`container-concurrency-target-default`). */
  readonly concurrencyPerInstance: number;
  /** The share of it that is aimed at (`container-concurrency-target-percentage`). */
  readonly targetUtilization: number;
  readonly stableWindowMs: Milliseconds;
  readonly panicWindowMs: Milliseconds;
  /** Panic begins when the panic window asks for this many times the ready instances. */
  readonly panicThreshold: number;
  readonly maxScaleUpRate: number;
  readonly maxScaleDownRate: number;
  /** How long the last instance stays after none is wanted any more. */
  readonly scaleToZeroGraceMs: Milliseconds;
  readonly tickMs: Milliseconds;
}

const defaults: ConcurrencyTargetOptions = {
  concurrencyPerInstance: 100,
  targetUtilization: 0.7,
  stableWindowMs: milliseconds(60_000),
  panicWindowMs: milliseconds(6_000),
  panicThreshold: 2,
  maxScaleUpRate: 1000,
  maxScaleDownRate: 2,
  scaleToZeroGraceMs: milliseconds(30_000),
  tickMs: milliseconds(2_000),
};

interface Sample {
  readonly at: number;
  readonly concurrency: number;
}

/**
 * The Knative Pod Autoscaler's decision (knative.dev, "Autoscaling"; knative/serving pkg/autoscaler/scaling/autoscaler.go):
 * mean concurrency over the stable window, over the target, rounded up, within the rates by which it may grow and shrink
 * at once. When the panic window asks for `panicThreshold` times the instances that are ready, it panics: until a stable
 * window has passed without that, it takes the larger of the two windows' wishes and never lets go of an instance. Windows
 * that are not full yet are averaged over what there is.
 */
export class ConcurrencyTarget implements ScalingPolicy {
  readonly kind = 'scaling';
  private readonly options: ConcurrencyTargetOptions;
  private samples: Sample[] = [];
  private panickedAt: number | undefined;
  private mostInPanic = 0;
  private unwantedSince: number | undefined;

  constructor(options: Partial<ConcurrencyTargetOptions> = {}) {
    this.options = { ...defaults, ...options };
  }

  get tickMs(): Milliseconds {
    return this.options.tickMs;
  }

  get isPanicking(): boolean {
    return this.panickedAt !== undefined;
  }

  desired(now: Milliseconds, concurrency: number, ready: number): number {
    const { concurrencyPerInstance, targetUtilization, stableWindowMs, panicWindowMs } = this.options;
    this.samples.push({ at: now, concurrency });
    this.samples = this.samples.filter(({ at }) => at > now - stableWindowMs);
    const target = concurrencyPerInstance * targetUtilization;
    const wanted = (window: number): number =>
      Math.ceil(meanOf(this.samples.filter(({ at }) => at > now - window)) / target - 1e-9);
    const panic = wanted(panicWindowMs);
    this.updatePanic(now, panic / Math.max(1, ready));
    const stable = this.withinRates(wanted(stableWindowMs), ready);
    if (!this.isPanicking) return this.withGrace(now, stable, ready);
    this.mostInPanic = Math.max(this.mostInPanic, stable, this.withinRates(panic, ready));
    return this.withGrace(now, this.mostInPanic, ready);
  }

  private updatePanic(now: number, over: number): void {
    const { panicThreshold, stableWindowMs } = this.options;
    if (over >= panicThreshold) this.panickedAt = now;
    else if (this.panickedAt !== undefined && now - this.panickedAt > stableWindowMs) {
      this.panickedAt = undefined;
      this.mostInPanic = 0;
    }
  }

  private withinRates(wanted: number, ready: number): number {
    const { maxScaleUpRate, maxScaleDownRate } = this.options;
    const standing = Math.max(1, ready);
    const least = Math.floor(standing / maxScaleDownRate);
    return Math.min(Math.max(wanted, least), Math.ceil(maxScaleUpRate * standing));
  }

  private withGrace(now: number, wanted: number, ready: number): number {
    if (wanted > 0 || ready === 0) {
      this.unwantedSince = undefined;
      return wanted;
    }
    this.unwantedSince ??= now;
    return now - this.unwantedSince >= this.options.scaleToZeroGraceMs ? 0 : 1;
  }
}

const meanOf = (samples: readonly Sample[]): number =>
  samples.length === 0 ? 0 : samples.reduce((sum, { concurrency }) => sum + concurrency, 0) / samples.length;
