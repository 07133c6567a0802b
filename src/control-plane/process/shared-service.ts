/**
 * A server of our own that is up while anybody uses it: the first to ask starts it, the last to give it back ends it. One
 * that has died meanwhile is started again for whoever asks next, in the same folder and so at the same address.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LumosError, messageOf } from '../../domain/errors.js';
import type { Milliseconds } from '../../domain/units.js';
import { ServiceProcess } from './service-process.js';

export interface SharedServiceKind {
  /** What it is called in an error. */
  readonly name: string;
  /** Path of the built supervisor. */
  readonly shim: () => Promise<string>;
  readonly startLimit: Milliseconds;
  /** Makes what it needs before it starts, and says how it is started. */
  command(): Promise<{
    readonly file: string;
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  }>;
  /** Resolves when it answers. Throws what the call to it threw. */
  greet(): Promise<void>;
  /** What is to be asked of it before it is ended, while it answers; what fails is left to `tidy`. */
  beforeEnd?(): Promise<void>;
  /** Removes what it leaves behind, after it has ended. */
  tidy(): Promise<void>;
}

const askEveryMs = 20;

export class SharedService {
  private users = 0;
  private process: ServiceProcess | undefined;
  /** Starts and stops, one after the other. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly kind: SharedServiceKind) {}

  /** The server's process, while it is up. */
  get processId(): number | undefined {
    return this.process?.ended === false ? this.process.processId : undefined;
  }

  /**
   * Resolves when the server answers. @returns gives it back; idempotent
   * @throws LumosError `failed` with the last of what the server said when it does not come up
   */
  async use(): Promise<() => Promise<void>> {
    this.users += 1;
    try {
      await this.inTurn(() => this.ensure());
    } catch (error) {
      await this.release();
      throw error;
    }
    let returned: Promise<void> | undefined;
    return () => (returned ??= this.release());
  }

  private async release(): Promise<void> {
    this.users -= 1;
    await this.inTurn(async () => {
      if (this.users > 0) return;
      const { process } = this;
      if (process?.ended === false) await this.kind.beforeEnd?.().catch(() => undefined);
      this.process = undefined;
      await process?.stop();
      if (process !== undefined) await this.kind.tidy();
    });
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work);
    this.queue = turn.catch(() => undefined);
    return await turn;
  }

  private async ensure(): Promise<void> {
    if (this.process?.ended === false) return;
    const [shim, command] = await Promise.all([this.kind.shim(), this.kind.command()]);
    const process = await ServiceProcess.start({ shim, ...command, stdin: '' });
    this.process = process;
    const ends = performance.now() + this.kind.startLimit;
    let why = 'it never answered';
    while (!process.ended && performance.now() < ends) {
      try {
        await this.kind.greet();
        return;
      } catch (error) {
        why = messageOf(error);
      }
      await sleep(askEveryMs);
    }
    const said = process.said();
    await process.stop();
    throw new LumosError('failed', `${this.kind.name} does not come up: ${said === '' ? why : said}`);
  }
}
