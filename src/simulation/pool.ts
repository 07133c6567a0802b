/** The instances of one function in a simulation: `FunctionPool` of the platform, decision by decision, without promises. */
import type { TraceInvocation } from '../domain/trace.js';
import { milliseconds, type Bytes, type Milliseconds } from '../domain/units.js';
import { IdleTimers } from '../policies/idle-timers.js';
import type { PlatformPolicy } from '../policies/policy.js';
import { ScalingTicks } from '../policies/scaling-ticks.js';
import type { EventClock } from './event-clock.js';
import type { Processors } from './processors.js';
import type { StartLimit } from './start-limit.js';
import type { FunctionTimes } from './times.js';

/** How a function is run. The limits mean what they mean on the platform (src/control-plane/platform/function-pool.ts). */
export interface Deployment {
  readonly policy: PlatformPolicy;
  readonly minInstances: number;
  readonly maxInstances: number;
  /** Idle instances that are started besides as soon as one is taken; none where absent. */
  readonly preWarm?: number;
  readonly concurrency: number;
  readonly queueLimit: number;
  readonly times: FunctionTimes;
  /** Of one instance; absent where it was not measured. */
  readonly memoryBytes?: Bytes;
}

/** One instance, from being asked for. */
interface Instance {
  readonly number: number;
  readonly draw: number;
  readonly askedAt: number;
  /** Counts up over all of the function's: the highest was used last. */
  lastUsed: number;
  inFlight: number;
  isGone: boolean;
}

/** A request as it came, with the draw that decides how long it takes, whoever serves it and under which policy. */
interface Request {
  readonly invocation: TraceInvocation;
  readonly draw: number;
}

/** What came of a request. */
export interface Settled {
  readonly invocation: TraceInvocation;
  readonly outcome: 'ok' | 'rejected';
  readonly cold: boolean;
  readonly queuedMs: Milliseconds;
  readonly serviceMs: Milliseconds;
  /** Between client and platform; absent where no such network is declared. */
  readonly clientMs?: Milliseconds;
  /** Absent of a rejection. */
  readonly instance?: number;
}

export type InstanceEvent = 'asked' | 'ready' | 'stopped';

export interface PoolSurroundings {
  readonly clock: EventClock;
  readonly starts: StartLimit;
  /** Where instances start and requests are served. */
  readonly processors: Processors;
  /** Uniform in [0, 1): one stream for requests, one for instances, so that neither changes the other. */
  readonly draws: { readonly request: () => number; readonly instance: () => number };
  readonly onSettled: (settled: Settled) => void;
  readonly onInstance: (what: InstanceEvent, instance: number) => void;
}

export class Pool {
  /** Ready instances with room, by their last use, ascending: the last is asked first. */
  private readonly free: Instance[] = [];
  private readonly ready = new Set<Instance>();
  private readonly standing = new Set<Instance>();
  private readonly queue: Request[] = [];
  private starting = 0;
  private serving = 0;
  private numbered = 0;
  private uses = 0;
  private goneMs = 0;
  private highestSoFar = 0;
  private readonly idle: IdleTimers<Instance> | undefined;
  private readonly scaling: ScalingTicks | undefined;

  constructor(
    private readonly options: Deployment,
    private readonly around: PoolSurroundings,
  ) {
    const { policy, minInstances } = options;
    const { clock } = around;
    if (policy.kind === 'keep-alive')
      this.idle = new IdleTimers(clock, policy, {
        retire: (instance) => this.up > minInstances && this.retire(instance),
        preWarm: () => this.up === 0 && this.startOne(),
      });
    else
      this.scaling = new ScalingTicks(
        clock,
        policy,
        () => this.ready.size,
        (count) => this.scaleTo(count),
      );
  }

  /** Up or starting. */
  private get up(): number {
    return this.ready.size + this.starting;
  }

  /** Requests that wait or are being served. */
  get pending(): number {
    return this.queue.length + this.serving;
  }

  get started(): number {
    return this.numbered;
  }

  /** The most instances that stood at one moment, those that were starting or being stopped included. */
  get highest(): number {
    return this.highestSoFar;
  }

  /** From being asked for until nothing was left, summed over instances; of those that stand, until now. */
  get instanceMs(): Milliseconds {
    const now = this.around.clock.now();
    let sum = this.goneMs;
    for (const { askedAt } of this.standing) sum += now - askedAt;
    return milliseconds(sum);
  }

  /** The least number of instances is up when the simulation begins, as a load waits for it; and the policy's clock runs. */
  begin(): void {
    this.scaling?.begin();
    while (this.up < this.options.minInstances) this.takeIn(this.newInstance(0));
  }

  /** A request comes, at the clock's time. */
  arrive(invocation: TraceInvocation): void {
    const request = { invocation, draw: this.around.draws.request() };
    this.idle?.arrived();
    const instance = this.free.at(-1);
    if (instance === undefined && this.queue.length >= this.options.queueLimit + this.servedByStarts()) {
      const [queuedMs, serviceMs] = [milliseconds(0), milliseconds(0)];
      this.around.onSettled({ invocation, outcome: 'rejected', cold: false, queuedMs, serviceMs });
      return;
    }
    this.scaling?.changed(1);
    if (instance !== undefined) this.dispatch(request, instance, false);
    else {
      this.queue.push(request);
      this.startForQueue();
    }
  }

  private servedByStarts(): number {
    const { concurrency, policy, maxInstances } = this.options;
    const starts =
      policy.kind === 'scaling'
        ? Math.max(this.starting, this.ready.size === 0 ? 1 : 0)
        : maxInstances - this.ready.size;
    return Math.max(0, starts) * concurrency;
  }

  private startForQueue(): void {
    const { concurrency, policy, maxInstances } = this.options;
    const needed =
      policy.kind === 'scaling' ? 1 - this.ready.size : Math.ceil(this.queue.length / concurrency);
    while (this.queue.length > 0 && this.starting < needed && this.up < maxInstances) this.startOne();
  }

  private scaleTo(count: number): void {
    const { minInstances, maxInstances } = this.options;
    const wanted = Math.min(Math.max(count, minInstances, this.queue.length > 0 ? 1 : 0), maxInstances);
    while (this.up < wanted) this.startOne();
    if (this.up <= wanted) return;
    const idle = [...this.ready].filter(({ inFlight }) => inFlight === 0);
    for (const instance of idle.sort((a, b) => a.lastUsed - b.lastUsed))
      if (this.up > wanted) this.retire(instance);
  }

  private newInstance(askedAt: number): Instance {
    const draw = this.around.draws.instance();
    const number = this.numbered++;
    const instance: Instance = { number, draw, askedAt, lastUsed: 0, inFlight: 0, isGone: false };
    this.standing.add(instance);
    this.highestSoFar = Math.max(this.highestSoFar, this.standing.size);
    this.around.onInstance('asked', instance.number);
    return instance;
  }

  private startOne(): void {
    if (this.up >= this.options.maxInstances) return;
    const { clock, starts, processors } = this.around;
    const { times } = this.options;
    const instance = this.newInstance(clock.now());
    this.starting += 1;
    starts.run(() => {
      processors.run(times.launch(instance.draw, starts.atOnce), times.cpuShares?.launch ?? 1, () => {
        starts.ended();
        this.starting -= 1;
        this.takeIn(instance);
      });
    });
  }

  private takeIn(instance: Instance): void {
    this.around.onInstance('ready', instance.number);
    this.ready.add(instance);
    instance.lastUsed = this.uses++;
    this.serveQueue(instance, true);
    this.offer(instance);
    if (instance.inFlight === 0) this.idle?.instanceIdle(instance, true);
  }

  /** An instance with room is put where its last use belongs, mostly at the end. */
  private offer(instance: Instance): void {
    if (instance.isGone || instance.inFlight >= this.options.concurrency) return;
    this.free.splice(this.placeOf(instance), 0, instance);
  }

  /** Where it stands among those with room, or would. */
  private placeOf({ lastUsed }: Instance): number {
    let [low, high] = [0, this.free.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.free[middle] as Instance).lastUsed < lastUsed) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private withdraw(instance: Instance): void {
    const place = this.placeOf(instance);
    if (this.free[place] === instance) this.free.splice(place, 1);
  }

  private serveQueue(instance: Instance, cold: boolean): void {
    while (instance.inFlight < this.options.concurrency) {
      const request = this.queue.shift();
      if (request === undefined) return;
      this.hand(request, instance, cold);
    }
  }

  /** To one that has room and stands among those. */
  private dispatch(request: Request, instance: Instance, cold: boolean): void {
    this.withdraw(instance);
    this.hand(request, instance, cold);
    this.offer(instance);
  }

  private hand({ invocation, draw }: Request, instance: Instance, cold: boolean): void {
    const { clock, onSettled, processors } = this.around;
    const queuedMs = milliseconds(clock.now() - invocation.atMs);
    const { times } = this.options;
    const alone = times.service(draw, cold ? instance.draw : undefined, invocation);
    instance.inFlight += 1;
    instance.lastUsed = this.uses++;
    this.serving += 1;
    this.idle?.instanceBusy(instance);
    processors.run(alone, times.cpuShares?.service ?? 1, (serviceMs) => {
      this.served(instance);
      const settled = {
        invocation,
        outcome: 'ok',
        cold,
        queuedMs,
        serviceMs,
        instance: instance.number,
      } as const;
      onSettled(times.client === undefined ? settled : { ...settled, clientMs: times.client(draw) });
      this.next(instance);
    });
    this.startAhead();
  }

  /** Whoever comes next is to find an instance idle, or one of these on its way. */
  private startAhead(): void {
    const { preWarm = 0, maxInstances, concurrency } = this.options;
    if (preWarm === 0) return;
    let idle = 0;
    for (const { inFlight } of this.ready) if (inFlight === 0) idle += 1;
    const forQueue = Math.ceil(this.queue.length / concurrency);
    while (idle + this.starting - forQueue < preWarm && this.up < maxInstances) this.startOne();
  }

  private served(instance: Instance): void {
    this.withdraw(instance);
    instance.inFlight -= 1;
    this.serving -= 1;
    this.scaling?.changed(-1);
  }

  private next(instance: Instance): void {
    this.serveQueue(instance, false);
    this.offer(instance);
    if (instance.inFlight === 0) this.idle?.instanceIdle(instance, false);
    if (this.pending === 0) this.idle?.functionIdle();
    this.startForQueue();
  }

  private retire(instance: Instance): void {
    if (instance.isGone) return;
    instance.isGone = true;
    this.idle?.instanceBusy(instance);
    this.ready.delete(instance);
    this.withdraw(instance);
    const { clock, onInstance } = this.around;
    clock.after(this.options.times.stopMs, () => {
      this.standing.delete(instance);
      this.goneMs += clock.now() - instance.askedAt;
      onInstance('stopped', instance.number);
    });
    while (this.up < this.options.minInstances) this.startOne();
  }
}
