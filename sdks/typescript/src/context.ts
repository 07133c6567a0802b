/** One invocation as the function sees it: the clocks of its phases, and its objects. */
import type { Head, Phase } from './head.js';
import type { Session } from './storage/session.js';

const notConfigured = 'storage: the function was not configured with a storage';

/** Nanoseconds in the millisecond, which is what `performance.now` counts. */
const nanosecondsPerMillisecond = 1e6;

/**
 * One invocation, as the function sees it: it names the phase each part of the work belongs to, and gets and puts the
 * function's objects.
 *
 * A phase that is entered more than once adds up; one that is never entered is reported as not measured. Phases do not nest
 * and do not overlap: one ends before the next begins.
 */
export class Context {
  private readonly nanoseconds: Partial<Record<Phase, number>> = {};

  /** @param session its objects, if it has any */
  constructor(
    /** Which invocation of this instance this is; the first is 1. */
    readonly sequence: number,
    private readonly session?: Session,
  ) {}

  /** Runs `work` as part of turning the payload's bytes into values. */
  deserialize<T>(work: () => T): T {
    return this.time('deserialize', work);
  }

  /** Runs `work` as part of getting data from storage. */
  fetch<T>(work: () => T): T {
    return this.time('fetch', work);
  }

  /** Runs `work` as part of what the function is for. */
  compute<T>(work: () => T): T {
    return this.time('compute', work);
  }

  /** Runs `work` as part of putting data into storage. */
  store<T>(work: () => T): T {
    return this.time('store', work);
  }

  /** Runs `work` as part of turning the result into the response's bytes. */
  serialize<T>(work: () => T): T {
    return this.time('serialize', work);
  }

  /**
   * The object under `key`, from wherever the experiment keeps the function's objects. Its time belongs to the phase *fetch*.
   * A key is 1 to 200 of the characters `a-z`, `0-9`, `.`, `_` and `-`, and begins with a letter or digit.
   *
   * Rejects with the messages of `docs/protocol.md`, the same wherever the objects are.
   */
  async get(key: string): Promise<Uint8Array> {
    const { session } = this;
    if (session === undefined) throw new Error(notConfigured);
    return await this.time('fetch', () => session.get(key));
  }

  /**
   * Stores `object` under `key`, wherever the experiment keeps the function's objects, in the place of one that is there. Its
   * time belongs to the phase *store*. Rejects as `get`.
   */
  async put(key: string, object: Uint8Array): Promise<void> {
    const { session } = this;
    if (session === undefined) throw new Error(notConfigured);
    await this.time('store', () => session.put(key, object));
  }

  /** What the reply says of this invocation. */
  head(): Head {
    return { sequence: this.sequence, nanoseconds: this.nanoseconds, counts: this.session?.counts() };
  }

  private time<T>(phase: Phase, work: () => T): T {
    const begun = performance.now();
    const add = (): void => {
      const spent = (performance.now() - begun) * nanosecondsPerMillisecond;
      this.nanoseconds[phase] = (this.nanoseconds[phase] ?? 0) + spent;
    };
    const result = work();
    if (!(result instanceof Promise)) {
      add();
      return result;
    }
    return result.finally(add) as T;
  }
}
