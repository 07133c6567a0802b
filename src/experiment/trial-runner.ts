/** Runs one trial: a sandbox launched, its invocations timed one after another, everything removed. */
import { Connection } from '../control-plane/invoke/connection.js';
import { encodeHttpRequest, HttpLine } from '../control-plane/invoke/http-line.js';
import type { Exchange, Line } from '../control-plane/invoke/line.js';
import { frameBody } from '../control-plane/invoke/storage-frames.js';
import { beforeAnything, between, readCounters, type Counters } from '../data-plane/probes/counters.js';
import { messageOf } from '../domain/errors.js';
import { passed, type Clock } from '../domain/clock.js';
import type { Measurement } from '../domain/measurement.js';
import type { Accounting, Prepared, Sandbox, StagedSandbox } from '../domain/runtime.js';
import { milliseconds, type Bytes, type Milliseconds } from '../domain/units.js';
import { launchInTime } from './launch-in-time.js';
import { toRow, type Observation } from './measured-invocation.js';
import type { Trial } from './plan.js';
import type { ReadyPayload } from './ready-payloads.js';
import type { TrialStorage } from './trial-storage.js';

export interface TrialOptions {
  readonly clock: Clock;
  /** Added to a trial's index it gives the number of its sandbox, unique in the run directory. */
  readonly firstSandbox: number;
  readonly timeLimitMs: Milliseconds;
  readonly maximumResponseBytes: Bytes;
  /** Invocations before the first measured one of a warm trial. */
  readonly warmups: number;
  /** Idle before a cold sandbox is asked for, all being ready for it, and before each measured invocation of a warm trial. */
  readonly pauseMs?: Readonly<Record<'cold' | 'warm', Milliseconds>>;
  /** Called right before a cold sandbox is staged, e.g. to drop the page cache. */
  readonly beforeCold: () => void;
  readonly signal: AbortSignal;
  /** Called when a sandbox could not be removed: the next trial has to begin without it. */
  readonly onLeft?: () => void;
  /** Where the function's objects lie; absent for a function without. */
  readonly storage?: TrialStorage;
}

/** The run was told to stop; the invocation in flight has no row. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** @throws Interrupted when the run was told to stop */
export function stopIfTold(signal: AbortSignal): void {
  if (signal.aborted) throw new Interrupted('interrupted');
}

/**
 * Whether nothing more is asked of a trial after this row: a sandbox that failed is not asked again. A server that opened one
 * more instance for a request is well, and the next request may find an instance that has served.
 */
export function endsTrial({ outcome, start, transport, sequence }: Measurement): boolean {
  const metNewInstance = start === 'warm' && transport === 'http' && sequence === 1;
  return outcome !== 'ok' && !metNewInstance;
}

/**
 * Runs `trial` from its invocation `from` on, without those that have rows, and hands over each row as it comes about. Ends early after a failure:
 * a sandbox that failed is not asked again, unless all that failed is that its server opened one more instance. Leaves
 * nothing behind, however it ends. @throws Interrupted
 */
export async function runTrial(
  trial: Trial,
  prepared: Prepared,
  payload: ReadyPayload,
  options: TrialOptions,
  onRow: (row: Measurement) => void,
  from = 0,
): Promise<void> {
  const runner = new TrialRunner(trial, payload, options);
  const { start } = trial.cell;
  if (start === 'warm' || start === 'fresh') await runner.served(prepared, onRow, from);
  else await runner.cold(prepared, onRow);
}

/** The row of a trial whose function could not be made ready on its runtime. */
export function unpreparedRow(
  trial: Trial,
  payload: ReadyPayload,
  reason: string,
  { clock, firstSandbox }: TrialOptions,
  invocation = 0,
): Measurement {
  return toRow({
    trial,
    sandbox: firstSandbox + trial.index,
    invocation,
    startedAt: clock.wallTime(),
    payloadBytes: payload.payloadBytes,
    exchange: failed('crashed', `could not be made ready: ${reason}`),
    counters: {},
    existingSandboxes: 0,
    verify: (answer) => payload.verify(answer),
  });
}

interface Launched {
  readonly sandbox: Sandbox;
  readonly connection: Line;
}

class TrialRunner {
  /** What is sent to an instance first: where its objects are, if it has any, and the payload, as one write. */
  private readonly first: Buffer;
  /** What is sent to it from then on. Over HTTP the same: an instance may be new with every request. */
  private readonly next: Buffer;

  constructor(
    private readonly trial: Trial,
    private readonly payload: ReadyPayload,
    private readonly options: TrialOptions,
  ) {
    const { storage } = options;
    if (trial.cell.transport === 'http') {
      const configure = storage === undefined ? undefined : frameBody(storage.configure);
      this.first = this.next = encodeHttpRequest(payload.input, configure);
    } else {
      this.first = storage === undefined ? payload.frame : Buffer.concat([storage.configure, payload.frame]);
      this.next = payload.frame;
    }
  }

  async cold(prepared: Prepared, onRow: (row: Measurement) => void): Promise<void> {
    const { clock } = this.options;
    if (!(await this.objectsInPlace(onRow, 0))) return;
    this.options.beforeCold();
    const staged = await this.stage(prepared, onRow);
    if (staged === undefined) return;
    await this.idle('cold');
    const existingSandboxes = await this.existing(staged, onRow);
    if (existingSandboxes === undefined) return;
    const before = { ...beforeAnything, ...countersOf(staged.accounting) };
    const startedAt = clock.wallTime();
    const launchedAt = clock.now();
    const launched = await this.launch(staged);
    if ('state' in launched) {
      await this.options.storage?.after();
      onRow(this.row({ invocation: 0, startedAt, exchange: launched, counters: {}, existingSandboxes }));
      return;
    }
    const { connection, sandbox } = launched;
    try {
      const exchange = await this.ask(connection, launchedAt, this.first);
      const after = exchange.state === 'answered' ? countersOf(await accountingOf(sandbox)) : {};
      const counters = between(before, after);
      const { readyAt } = connection;
      const storage = await this.storageAfter(exchange);
      onRow(
        this.row({
          ...{ invocation: 0, startedAt, launchedAt, exchange, counters, existingSandboxes, readyAt },
          ...storage,
        }),
      );
    } finally {
      connection.close();
      await this.removed(sandbox);
    }
  }

  /** Trials of starts that find a sandbox up: `warm` and `fresh`. */
  async served(prepared: Prepared, onRow: (row: Measurement) => void, from: number): Promise<void> {
    const { clock } = this.options;
    if (!(await this.objectsInPlace(onRow, from))) return;
    const staged = await this.stage(prepared, onRow, from);
    if (staged === undefined) return;
    const startedAt = clock.wallTime();
    const launchedAt = clock.now();
    const launched = await this.launch(staged);
    if ('state' in launched) {
      onRow(this.row({ invocation: from, startedAt, exchange: inWarmUp(launched), counters: {} }));
      return;
    }
    try {
      const failure = await this.warmUp(launched.connection, from, launchedAt);
      if (failure !== undefined) onRow(failure);
      else await this.measureServed(launched, onRow, from);
    } finally {
      launched.connection.close();
      await this.removed(launched.sandbox);
    }
  }

  /** Serves the unmeasured invocations; gives back the row of the first that failed. */
  private async warmUp(
    connection: Line,
    from: number,
    launchedAt: Milliseconds,
  ): Promise<Measurement | undefined> {
    const { clock, warmups } = this.options;
    for (let i = 0; i < warmups; i += 1) {
      // A server may keep several instances for one connection: each of them has a first service.
      const isFirstService = i === 0 || this.trial.cell.transport === 'http';
      const misplaced = i === 0 ? undefined : await this.misplacedObjects();
      if (misplaced !== undefined) return this.row({ ...misplaced, invocation: from });
      const startedAt = clock.wallTime();
      const exchange =
        i === 0
          ? await this.ask(connection, launchedAt, this.first)
          : await this.ask(connection, clock.now());
      const storage = await this.storageAfter(exchange);
      const row = this.row({
        invocation: from,
        startedAt,
        exchange,
        counters: {},
        isFirstService,
        ...storage,
      });
      if (row.outcome === 'ok') continue;
      // A warm-up is no sample: of one that failed the row says what went wrong, and has no figures.
      const outcome = row.outcome === 'timeout' || row.outcome === 'crashed' ? row.outcome : 'wrong-output';
      const warmUp = inWarmUp({ state: 'failed', outcome, reason: row.reason ?? '' });
      return this.row({ invocation: from, startedAt, exchange: warmUp, counters: {}, isFirstService });
    }
    return undefined;
  }

  private async measureServed(
    { connection, sandbox }: Launched,
    onRow: (row: Measurement) => void,
    from: number,
  ): Promise<void> {
    const { clock } = this.options;
    const accounting = await accountingOf(sandbox);
    for (let invocation = from; invocation < this.trial.invocations; invocation += 1) {
      if (this.trial.measured?.has(invocation) === true) continue;
      await this.idle('warm');
      if (!(await this.objectsInPlace(onRow, invocation))) return;
      const before = countersOf(accounting);
      const startedAt = clock.wallTime();
      const exchange = await this.ask(connection, clock.now());
      const after = countersOf(accounting);
      const counters = exchange.state === 'answered' ? between(before, after) : {};
      const storage = await this.storageAfter(exchange);
      const row = this.row({ invocation, startedAt, exchange, counters, ...storage });
      onRow(row);
      if (endsTrial(row)) return;
    }
  }

  private async idle(before: 'cold' | 'warm'): Promise<void> {
    const { clock, pauseMs } = this.options;
    if (pauseMs !== undefined && pauseMs[before] > 0) await passed(clock, pauseMs[before]);
  }

  /** Puts the function's objects in place; false when that failed, which is then a row. */
  private async objectsInPlace(onRow: (row: Measurement) => void, invocation: number): Promise<boolean> {
    const misplaced = await this.misplacedObjects();
    if (misplaced !== undefined) onRow(this.row({ ...misplaced, invocation }));
    return misplaced === undefined;
  }

  /** What a row says of objects that could not be put in place; `undefined` when they are. */
  private async misplacedObjects(): Promise<
    Pick<Observation, 'startedAt' | 'exchange' | 'counters'> | undefined
  > {
    this.checkInterrupt();
    const startedAt = this.options.clock.wallTime();
    try {
      await this.options.storage?.before();
      return undefined;
    } catch (error) {
      const exchange = failed('crashed', `the objects could not be put in place: ${messageOf(error)}`);
      return { startedAt, exchange, counters: {} };
    }
  }

  /** What was counted of the storage during an invocation, and whether the function stored what it must. */
  private async storageAfter(exchange: Exchange): Promise<Pick<Observation, 'storage'>> {
    const { storage } = this.options;
    if (storage === undefined) return {};
    const figures = await storage.after();
    const wrong = exchange.state === 'answered' ? await storage.verify() : undefined;
    return { storage: { figures, wrong } };
  }

  /** The next sandbox, not yet asked for; `undefined` when it could not even be staged, which is then a row. */
  private async stage(
    prepared: Prepared,
    onRow: (row: Measurement) => void,
    invocation = 0,
  ): Promise<StagedSandbox | undefined> {
    this.checkInterrupt();
    try {
      await prepared.removeLeft?.();
      return await prepared.stage(this.trial.cell.start);
    } catch (error) {
      const { clock } = this.options;
      const exchange = failed('crashed', `the sandbox could not be staged: ${messageOf(error)}`);
      onRow(this.row({ invocation, startedAt: clock.wallTime(), exchange, counters: {} }));
      return undefined;
    }
  }

  /** How many sandboxes stand before a cold start; `undefined` when nobody can tell, which is then a row. */
  private async existing(
    staged: StagedSandbox,
    onRow: (row: Measurement) => void,
  ): Promise<number | undefined> {
    try {
      return await staged.existing();
    } catch (error) {
      await staged.discard();
      const exchange = failed('crashed', `whether a sandbox stands cannot be told: ${messageOf(error)}`);
      onRow(this.row({ invocation: 0, startedAt: this.options.clock.wallTime(), exchange, counters: {} }));
      return undefined;
    }
  }

  /** Launches within the time limit. A launch given up is removed as soon as it is there. */
  private async launch(staged: StagedSandbox): Promise<Launched | Exclude<Exchange, { state: 'answered' }>> {
    const stop = this.untilStopped();
    try {
      const sandbox = await launchInTime(staged.launch(), this.options, [stop.stopped]);
      if (sandbox === undefined) {
        this.checkInterrupt();
        return failed('timeout', 'no sandbox within the time limit');
      }
      return { sandbox, connection: this.lineTo(sandbox) };
    } catch (error) {
      this.checkInterrupt();
      return failed('crashed', `the sandbox could not be launched: ${messageOf(error)}`);
    } finally {
      stop.forget();
    }
  }

  private lineTo(sandbox: Sandbox): Line {
    const { clock, maximumResponseBytes, storage } = this.options;
    if (sandbox.http !== undefined)
      return new HttpLine(sandbox, sandbox.http, { clock, maximumResponseBytes });
    const host = storage?.host;
    return new Connection(sandbox, { clock, maximumResponseBytes, ...(host === undefined ? {} : { host }) });
  }

  /** One invocation, given up as soon as the run is told to stop. */
  private async ask(connection: Line, begunAt: Milliseconds, request = this.next): Promise<Exchange> {
    this.checkInterrupt();
    const { signal, timeLimitMs } = this.options;
    const stop = this.untilStopped();
    const exchange = await Promise.race([
      connection.invoke(request, milliseconds(begunAt + timeLimitMs)),
      stop.stopped,
    ]);
    stop.forget();
    if (exchange === undefined || signal.aborted) throw new Interrupted('interrupted');
    return exchange;
  }

  /** Resolves when the run is told to stop; `forget` when it is not waited for any longer. */
  private untilStopped(): { readonly stopped: Promise<undefined>; forget(): void } {
    const { signal } = this.options;
    let stop: () => void = () => undefined;
    const stopped = new Promise<undefined>((resolve) => {
      stop = () => resolve(undefined);
      signal.addEventListener('abort', stop, { once: true });
    });
    if (signal.aborted) stop();
    return { stopped, forget: () => signal.removeEventListener('abort', stop) };
  }

  /**
   * Removes a sandbox. One that cannot be removed now (its daemon has gone, say) does not end the run: it is tried again
   * before the next trial and at the end of the run, and then told. While it stands no cold start is taken for one.
   */
  private async removed(sandbox: Sandbox): Promise<void> {
    await sandbox.remove().catch(() => this.options.onLeft?.());
  }

  private checkInterrupt(): void {
    stopIfTold(this.options.signal);
  }

  private row(
    partial: Omit<Observation, 'trial' | 'sandbox' | 'payloadBytes' | 'verify' | 'existingSandboxes'> & {
      existingSandboxes?: number;
    },
  ): Measurement {
    const { trial, payload } = this;
    return toRow({
      existingSandboxes: 0,
      ...partial,
      trial,
      sandbox: this.options.firstSandbox + trial.index,
      payloadBytes: payload.payloadBytes,
      verify: (answer) => payload.verify(answer),
    });
  }
}

const failed = (
  outcome: 'timeout' | 'crashed',
  reason: string,
): Exclude<Exchange, { state: 'answered' }> => ({
  state: 'failed',
  outcome,
  reason,
});

const inWarmUp = (exchange: Exchange): Exchange =>
  exchange.state === 'failed' ? { ...exchange, reason: `in the warm-up: ${exchange.reason}` } : exchange;

/** A sandbox whose counters cannot be found is still measured: those figures are absent from its rows. */
async function accountingOf(sandbox: Sandbox): Promise<Accounting | undefined> {
  return sandbox.accounting().catch(() => undefined);
}

/** Also where they cannot be read, e.g. without a free file descriptor: those figures are absent. */
function countersOf(accounting: Accounting | undefined): Counters {
  try {
    return accounting === undefined ? {} : readCounters(accounting);
  } catch {
    return {};
  }
}
