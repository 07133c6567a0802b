/** A sandbox as an instance of the small platform. */
import { Connection } from '../../control-plane/invoke/connection.js';
import { encodeHttpRequest, HttpLine } from '../../control-plane/invoke/http-line.js';
import type { Line } from '../../control-plane/invoke/line.js';
import type { RunningInstance, StartInstance } from '../../control-plane/platform/instance.js';
import type { Clock } from '../../domain/clock.js';
import type { Load } from '../../domain/load.js';
import type { Transport } from '../../domain/factors.js';
import type { Prepared, Sandbox } from '../../domain/runtime.js';
import { milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import { launchInTime } from '../launch-in-time.js';
import type { ReadyPayload } from '../ready-payloads.js';
import type { NextSend } from './next-send.js';
import { BrokenLine, loadExchangeOf } from './platform-target.js';
import type { SandboxFigures } from './sandbox-figures.js';
import { StagedSpares } from './staged-spares.js';
import type { LoadExchange, LoadRequest } from './target.js';

export interface InstanceOptions {
  readonly spares: StagedSpares;
  readonly payload: ReadyPayload;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timeLimitMs: Milliseconds;
  readonly maximumResponseBytes: Bytes;
  readonly figures: SandboxFigures;
  /** What takes an instance down waits for a gap in it. */
  readonly nextSend: NextSend;
}

/** Starts come in bursts, and a spare is replaced when there is time. */
const sparesInABurst = 8;

export const sparesOf = (prepared: Prepared, { instances }: Load, nextSend: NextSend): StagedSpares =>
  new StagedSpares({
    gap: () => nextSend.gap(),
    stage: (cpus) => prepared.stage('warm', cpus),
    most: Math.min(instances.max, Math.max(instances.startsAtOnce, sparesInABurst)),
  });

/** The level gives up on a request first: it then knows by itself that it was a `timeout`. */
const grace = 250;

/**
 * What the platform asks for an instance: a staged sandbox is launched, which is what a trial's launch is. It is one as soon
 * as its sandbox is launched: what a function takes to come up after that is in its first request's time. Over HTTP as many
 * connections as requests at once.
 */
export const startInstanceOf =
  (options: InstanceOptions): StartInstance<LoadRequest, LoadExchange> =>
  async (instance, cpus) => {
    const staged = await options.spares.take(cpus);
    const sandbox = await launched(staged.launch(), options).finally(() => void options.spares.fill(cpus));
    options.figures.started(instance, await sandbox.accounting().catch(() => undefined));
    return instanceOf(instance, sandbox, options);
  };

async function launched(launching: Promise<Sandbox>, options: InstanceOptions): Promise<Sandbox> {
  const sandbox = await launchInTime(launching, options);
  if (sandbox === undefined) throw new Error('no sandbox within the time limit');
  return sandbox;
}

function instanceOf(
  instance: number,
  sandbox: Sandbox,
  { payload, transport, clock, maximumResponseBytes, figures, nextSend }: InstanceOptions,
): RunningInstance<LoadRequest, LoadExchange> {
  const request = transport === 'http' ? encodeHttpRequest(payload.input) : payload.frame;
  const { http } = sandbox;
  const free: Line[] = [];
  const all: Line[] = [];
  const newLine = (): Line => {
    const line =
      http === undefined
        ? new Connection(sandbox, { clock, maximumResponseBytes })
        : new HttpLine(sandbox, http, { clock, maximumResponseBytes });
    all.push(line);
    return line;
  };
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    // Reading all counters and removing a sandbox stop this process for some milliseconds.
    await nextSend.gap();
    figures.leaves(instance);
    for (const line of all) line.close();
    await sandbox.remove();
  };
  return {
    serve: async ({ deadline }) => {
      const line = free.pop() ?? newLine();
      const exchange = await line.invoke(request, milliseconds(deadline + grace));
      if (exchange.state === 'failed' && exchange.outcome !== 'wrong-output')
        throw new BrokenLine(exchange.broke ?? exchange.outcome, exchange.reason);
      free.push(line);
      return loadExchangeOf(exchange, payload.verify);
    },
    ended: sandbox.exited.then(({ neverRan }) => neverRan),
    stop: () => {
      // The platform tries again what failed.
      stopping ??= stop().catch((error: unknown) => {
        stopping = undefined;
        throw error;
      });
      return stopping;
    },
  };
}
