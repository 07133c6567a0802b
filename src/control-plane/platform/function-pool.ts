/** The instances of one function: the requests they serve, those that wait, and when instances come and go. */
import type { Clock } from '../../domain/clock.js';
import { messageOf } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import type { PlatformEvent, RunningInstance, Served, StartInstance } from './instance.js';
import { PoolFigures, type PoolCounts } from './pool-figures.js';
import type { CpuPlacement } from './placement.js';
import { BackOff } from '../../policies/back-off.js';
import { IdleTimers } from '../../policies/idle-timers.js';
import type { PlatformPolicy } from '../../policies/policy.js';
import { ScalingTicks } from '../../policies/scaling-ticks.js';
import type { StartLimiter } from './start-limiter.js';

export interface FunctionOptions<Request, Answer> {
  readonly start: StartInstance<Request, Answer>;
  readonly policy: PlatformPolicy;
  /** Kept whatever the policy says; started by `begin`. */
  readonly minInstances: number;
  readonly maxInstances: number;
  /** Idle instances that are started besides as soon as one is taken; none where absent. */
  readonly preWarm?: number;
  /** Requests an instance serves at once. */
  readonly concurrency: number;
  /** Requests that may wait besides those that an instance is started for; the next is rejected. */
  readonly queueLimit: number;
}

export interface Surroundings {
  readonly clock: Clock;
  readonly starts: StartLimiter;
  readonly cpus: CpuPlacement;
  readonly onEvent?: (event: PlatformEvent) => void;
}

export interface Slot<Request, Answer> {
  readonly number: number;
  readonly running: RunningInstance<Request, Answer>;
  readonly giveBack: () => void;
  inFlight: number;
  /**
   * One for each request it serves: fails it. Kept here, because racing every request against one promise that lasts as
   * long as the instance would let that promise's list of waiters grow with every request.
   */
  readonly breakOff: Set<(reason: string) => void>;
  /** Taken out of service: asked no more. */
  isGone: boolean;
  /** It has given at least one response. */
  hasServed: boolean;
  /** Its process could not be started: it is counted as a failed start. */
  neverRan: boolean;
}

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly arrivedAt: number;
  readonly settle: (served: Served<Answer>) => void;
}

export class FunctionPool<Request, Answer> {
  /** Ready instances, the one used last at the end: it is asked first, so that the others can go. */
  private ready: Slot<Request, Answer>[] = [];
  private readonly queue: Waiting<Request, Answer>[] = [];
  private starting = 0;
  private numbered = 0;
  private isStopped = false;
  private readonly background = new Set<Promise<unknown>>();
  private readonly idle: IdleTimers<Slot<Request, Answer>> | undefined;
  private readonly scaling: ScalingTicks | undefined;
  /** Between starts that fail, and instances that end before they have served. */
  private readonly backOff: BackOff;
  private readonly figures: PoolFigures;

  constructor(
    private readonly options: FunctionOptions<Request, Answer>,
    private readonly around: Surroundings,
  ) {
    const { clock } = around;
    const { policy } = options;
    this.figures = new PoolFigures(clock, around.onEvent);
    this.backOff = new BackOff(clock, () => this.startWhatIsNeeded());
    if (policy.kind === 'keep-alive')
      this.idle = new IdleTimers(clock, policy, {
        retire: (slot) => this.standing > options.minInstances && this.retire(slot),
        preWarm: () => this.standing === 0 && this.startOne(),
      });
    else
      this.scaling = new ScalingTicks(
        clock,
        policy,
        () => this.ready.length,
        (count) => this.scaleTo(count),
      );
  }

  /** Instances that are up or starting. */
  get standing(): number {
    return this.ready.length + this.starting;
  }

  counts(): PoolCounts {
    return this.figures.counts();
  }

  /** Starts the least number of instances, and the policy's clock. */
  begin(): void {
    this.scaling?.begin();
    this.startUpTo(this.options.minInstances);
  }

  /** Never rejects. */
  invoke(request: Request): Promise<Served<Answer>> {
    if (this.isStopped) return Promise.resolve(this.reject('the platform is stopped'));
    this.idle?.arrived();
    return new Promise((settle) => {
      const waiting = { request, settle, arrivedAt: this.around.clock.now() };
      const slot = this.freeSlot();
      if (slot === undefined && this.queue.length >= this.options.queueLimit + this.servedByStarts()) {
        settle(this.reject(`the queue is full: ${this.options.queueLimit} requests wait`));
        return;
      }
      this.scaling?.changed(1);
      if (slot !== undefined) this.dispatch(waiting, slot, false);
      else {
        this.queue.push(waiting);
        this.startForQueue();
      }
    });
  }

  /** Rejects what waits, breaks off what is being served, and resolves when no instance stands. Idempotent. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.idle?.stop();
    this.scaling?.stop();
    this.backOff.stop();
    for (const { settle } of this.queue.splice(0)) {
      this.scaling?.changed(-1);
      settle(this.reject('the platform is stopped'));
    }
    for (const slot of [...this.ready]) this.retire(slot);
    while (this.background.size > 0) await Promise.all(this.background);
  }

  private reject(reason: string): Served<Answer> {
    this.figures.note('rejected');
    return { outcome: 'rejected', reason };
  }

  private freeSlot(): Slot<Request, Answer> | undefined {
    return this.ready.findLast(({ inFlight }) => inFlight < this.options.concurrency);
  }

  /**
   * Requests that wait for an instance's start, not for their turn: they are not the queue's, or a limit of 0 would let
   * no function ever start (with it this is a loss system: Erlang B).
   */
  private servedByStarts(): number {
    const { concurrency, policy, maxInstances } = this.options;
    const starts =
      policy.kind === 'scaling'
        ? Math.max(this.starting, this.ready.length === 0 ? 1 : 0)
        : maxInstances - this.ready.length;
    return Math.max(0, starts) * concurrency;
  }

  /** As many starts as the queue needs; where a policy scales, only the first from none. */
  private startForQueue(): void {
    const { concurrency, policy } = this.options;
    const needed =
      policy.kind === 'scaling' ? 1 - this.ready.length : Math.ceil(this.queue.length / concurrency);
    while (this.queue.length > 0 && this.starting < needed && this.mayStart()) this.startOne();
  }

  private startUpTo(count: number): void {
    while (this.standing < count && this.mayStart()) this.startOne();
  }

  /** A back-off is over: another instance is started for whoever needs one. */
  private startWhatIsNeeded(): void {
    this.startUpTo(this.options.minInstances);
    this.startForQueue();
  }

  private mayStart(): boolean {
    const { backOff, starting, standing } = this;
    if (this.isStopped || backOff.isWaiting || standing >= this.options.maxInstances) return false;
    return !backOff.isTrying || starting === 0;
  }

  private scaleTo(count: number): void {
    const { minInstances, maxInstances } = this.options;
    const wanted = Math.min(Math.max(count, minInstances, this.queue.length > 0 ? 1 : 0), maxInstances);
    this.startUpTo(wanted);
    // The ones used longest ago first, and none that is serving.
    for (const slot of this.ready.filter(({ inFlight }) => inFlight === 0))
      if (this.standing > wanted) this.retire(slot);
  }

  private startOne(): void {
    if (!this.mayStart()) return;
    const number = this.numbered++;
    this.starting += 1;
    this.figures.note('asked', number);
    this.inBackground(this.bringUp(number));
  }

  private async bringUp(number: number): Promise<void> {
    const { starts, cpus } = this.around;
    let running: RunningInstance<Request, Answer> | undefined;
    let set: ReturnType<CpuPlacement['take']>;
    let reason = 'the platform is stopped';
    try {
      running = await starts.run(async () => {
        // Whoever waited for room until the platform was stopped starts nothing.
        if (this.isStopped) return undefined;
        set = cpus.take();
        return await this.options.start(number, set);
      });
    } catch (error) {
      reason = messageOf(error);
      cpus.giveBack(set);
    }
    this.starting -= 1;
    if (running === undefined) this.startFailed(number, reason);
    else
      this.takeIn({
        number,
        running,
        giveBack: () => cpus.giveBack(set),
        inFlight: 0,
        breakOff: new Set(),
        isGone: false,
        hasServed: false,
        neverRan: false,
      });
  }

  /**
   * If a start fails and no instance is up or starting, fail the oldest waiting requests. From the second failure in a
   * row on, fail all of them: nothing could serve them before their time limit.
   */
  private startFailed(number: number, reason: string): void {
    this.figures.note('start-failed', number);
    if (this.isStopped) return;
    this.backOff.failed();
    if (this.standing === 0) {
      const { concurrency } = this.options;
      const failing = this.backOff.failures > 1 ? this.queue.length : concurrency;
      for (const waiting of this.queue.splice(0, failing)) this.failUnstarted(waiting, reason);
    }
    this.startForQueue();
    this.idleIfUnused();
  }

  private failUnstarted({ settle, arrivedAt }: Waiting<Request, Answer>, reason: string): void {
    this.scaling?.changed(-1);
    const queuedMs = milliseconds(this.around.clock.now() - arrivedAt);
    settle({
      outcome: 'crashed',
      reason: `no instance could be started: ${reason}`,
      cold: true,
      queuedMs,
    });
  }

  private takeIn(slot: Slot<Request, Answer>): void {
    this.figures.note('ready', slot.number);
    this.ready.push(slot);
    // Not waited for when stopping: an instance that was stopped has ended, whether or not it says so.
    void slot.running.ended.then((neverRan) => {
      breakOffAll(slot, neverRan ?? 'the instance ended while serving');
      if (slot.isGone) return;
      this.lose(slot, neverRan !== undefined);
      this.startForQueue();
    });
    if (this.isStopped) this.retire(slot);
    else {
      this.serveQueue(slot, true);
      // Starts that failed before it left others waiting.
      if (this.backOff.isTrying) this.startWhatIsNeeded();
    }
    if (!slot.isGone && slot.inFlight === 0) this.idle?.instanceIdle(slot, true);
  }

  /** The first response of an instance shows that starts succeed; the later ones of a warm instance say nothing of that. */
  private noteService(slot: Slot<Request, Answer>): void {
    if (slot.hasServed) return;
    slot.hasServed = true;
    this.backOff.succeeded();
  }

  private serveQueue(slot: Slot<Request, Answer>, cold: boolean): void {
    while (!slot.isGone && slot.inFlight < this.options.concurrency) {
      const waiting = this.queue.shift();
      if (waiting === undefined) return;
      this.dispatch(waiting, slot, cold);
    }
  }

  private dispatch(waiting: Waiting<Request, Answer>, slot: Slot<Request, Answer>, cold: boolean): void {
    const queuedMs = milliseconds(this.around.clock.now() - waiting.arrivedAt);
    const how = { cold, queuedMs, instance: slot.number };
    slot.inFlight += 1;
    this.idle?.instanceBusy(slot);
    this.ready = [...this.ready.filter((other) => other !== slot), slot];
    this.inBackground(
      this.serve(waiting.request, slot).then((served) => {
        slot.inFlight -= 1;
        if (served.outcome === 'ok') this.noteService(slot);
        this.scaling?.changed(-1);
        waiting.settle({ ...served, ...how });
        this.serveQueue(slot, false);
        if (!slot.isGone && slot.inFlight === 0) this.idle?.instanceIdle(slot, false);
        this.idleIfUnused();
        this.startForQueue();
      }),
    );
    this.startAhead();
  }

  /** Whoever comes next is to find an instance idle, or one of these on its way. */
  private startAhead(): void {
    const { preWarm = 0, concurrency } = this.options;
    if (preWarm === 0) return;
    const idle = this.ready.filter(({ inFlight }) => inFlight === 0).length;
    const forQueue = Math.ceil(this.queue.length / concurrency);
    while (idle + this.starting - forQueue < preWarm && this.mayStart()) this.startOne();
  }

  /** The answer, or that the instance ended or failed before it. */
  private async serve(
    request: Request,
    slot: Slot<Request, Answer>,
  ): Promise<{ outcome: 'ok'; answer: Answer } | { outcome: 'crashed'; reason: string; cause: unknown }> {
    let breakOff: (reason: string) => void = () => undefined;
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        breakOff = (reason) => reject(new Error(reason));
        slot.breakOff.add(breakOff);
        slot.running.serve(request).then(resolve, reject);
      });
      return { outcome: 'ok', answer };
    } catch (error) {
      if (!slot.isGone) this.lose(slot, false);
      return { outcome: 'crashed', reason: messageOf(error), cause: error };
    } finally {
      slot.breakOff.delete(breakOff);
    }
  }

  private idleIfUnused(): void {
    if (this.queue.length === 0 && this.ready.every(({ inFlight }) => inFlight === 0))
      this.idle?.functionIdle();
  }

  /** An instance has ended or failed. One that has not served is a reason to wait before another is started. */
  private lose(slot: Slot<Request, Answer>, neverRan: boolean): void {
    if (neverRan) {
      slot.neverRan = true;
      this.figures.neverRan(slot.number);
    } else this.figures.note('died', slot.number);
    if (!slot.hasServed && !this.isStopped) this.backOff.failed();
    this.retire(slot);
  }

  /** Takes an instance out of service and stops it. */
  private retire(slot: Slot<Request, Answer>): void {
    if (slot.isGone) return;
    slot.isGone = true;
    this.idle?.instanceBusy(slot);
    this.ready = this.ready.filter((other) => other !== slot);
    this.inBackground(this.takeDown(slot));
    this.startUpTo(this.options.minInstances);
  }

  /** Tried twice: a daemon that was busy may do it the second time. What then still stands is said. */
  private async takeDown(slot: Slot<Request, Answer>): Promise<void> {
    const { number, running, giveBack } = slot;
    try {
      await running.stop().catch(() => running.stop());
      if (!slot.neverRan) this.figures.note('stopped', number);
    } catch {
      this.figures.note('stop-failed', number);
    }
    giveBack();
    breakOffAll(slot, 'the instance was stopped while serving');
  }

  private inBackground(work: Promise<unknown>): void {
    const tracked = work.finally(() => this.background.delete(tracked));
    this.background.add(tracked);
  }
}

function breakOffAll<Request, Answer>({ breakOff }: Slot<Request, Answer>, reason: string): void {
  for (const fail of breakOff) fail(reason);
}
