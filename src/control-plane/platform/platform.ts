/** A serverless platform in small, on this machine: functions that share its starts and its CPUs. */
import type { Clock } from '../../domain/clock.js';
import { invalidInput } from '../../domain/errors.js';
import type { PlatformEvent, Served } from './instance.js';
import { FunctionPool, type FunctionOptions } from './function-pool.js';
import type { PoolCounts } from './pool-figures.js';
import { anywhere, type CpuPlacement } from './placement.js';
import { StartLimiter } from './start-limiter.js';

export interface PlatformOptions {
  /** Virtual or real: nothing here reads another. */
  readonly clock: Clock;
  /** Starts at once, over all functions: two hundred cold starts must not bring the machine down. */
  readonly startsAtOnce: number;
  readonly cpus?: CpuPlacement;
  readonly onEvent?: (event: PlatformEvent & { readonly function: string }) => void;
}

export class Platform<Request, Answer> {
  readonly starts: StartLimiter;
  private readonly pools = new Map<string, FunctionPool<Request, Answer>>();
  private stopped: Promise<void> | undefined;

  constructor(private readonly options: PlatformOptions) {
    if (!(options.startsAtOnce >= 1)) throw invalidInput('A platform starts at least one instance at once.');
    this.starts = new StartLimiter(options.startsAtOnce);
  }

  /** Adds a function and starts its least number of instances. @throws LumosError `invalid-input` for limits that are none */
  deploy(name: string, options: FunctionOptions<Request, Answer>): void {
    checkLimits(name, options);
    if (this.pools.has(name)) throw invalidInput(`The function ${name} is deployed already.`);
    const { clock, cpus = anywhere, onEvent } = this.options;
    const pool = new FunctionPool(options, {
      ...{ clock, cpus, starts: this.starts },
      ...(onEvent === undefined ? {} : { onEvent: (event) => onEvent({ ...event, function: name }) }),
    });
    this.pools.set(name, pool);
    pool.begin();
  }

  /** Never rejects but for a function that was not deployed. */
  async invoke(name: string, request: Request): Promise<Served<Answer>> {
    return await this.poolOf(name).invoke(request);
  }

  /** Instances of a function that are up or starting. */
  standing(name: string): number {
    return this.poolOf(name).standing;
  }

  counts(name: string): PoolCounts {
    return this.poolOf(name).counts();
  }

  /** Resolves when no instance stands. What waits is rejected, what is being served is broken off. Idempotent. */
  stop(): Promise<void> {
    this.stopped ??= Promise.all([...this.pools.values()].map((pool) => pool.stop())).then(() => undefined);
    return this.stopped;
  }

  private poolOf(name: string): FunctionPool<Request, Answer> {
    const pool = this.pools.get(name);
    if (pool === undefined) throw invalidInput(`No function ${name} is deployed.`);
    return pool;
  }
}

function checkLimits<Q, A>(
  name: string,
  { minInstances, maxInstances, concurrency, queueLimit }: FunctionOptions<Q, A>,
): void {
  const isRight =
    minInstances >= 0 &&
    maxInstances >= 1 &&
    maxInstances >= minInstances &&
    concurrency >= 1 &&
    queueLimit >= 0;
  if (!isRight)
    throw invalidInput(
      `The function ${name} needs 0 <= min <= max instances, max and concurrency of at least 1, and a queue limit of 0 or more.`,
    );
}
