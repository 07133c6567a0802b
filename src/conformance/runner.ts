/** Runs behaviours over a runtime, each by itself, and looks for what is left behind after each. */
import { randomBytes } from 'node:crypto';
import { messageOf } from '../domain/errors.js';
import type { Transport } from '../domain/factors.js';
import type { Runtime } from '../domain/runtime.js';
import { Interrupted } from '../experiment/trial-runner.js';
import { Skipped, type Behaviour, type Verdict } from './behaviour.js';
import { Subject } from './subject.js';
import type { Suite } from './suite.js';

/**
 * Runs one behaviour. Never rejects for what the runtime does; whatever was opened is taken down, and what is still there
 * after that is a failure, also of a behaviour that was had or skipped. @throws Interrupted
 */
export async function runBehaviour(
  behaviour: Behaviour,
  suite: Suite,
  runtime: Runtime,
  transport: Transport,
): Promise<Verdict> {
  if (suite.signal?.aborted === true) throw new Interrupted('interrupted');
  const runId = `conf${randomBytes(6).toString('hex')}`;
  const subject = new Subject(suite, runtime, transport, runId, await suite.traces());
  const verdict = await attempt(behaviour, subject);
  const undone = await subject.close();
  if (isInterrupted(suite)) throw new Interrupted('interrupted');
  const left = await subject.left();
  const troubles = [...undone, ...(left.length === 0 ? [] : [`left behind: ${left.join(', ')}`])];
  if (troubles.length === 0) return verdict;
  if (verdict.state === 'failed') return { ...verdict, why: [verdict.why, ...troubles].join('; ') };
  return { state: 'failed', why: troubles.join('; '), cause: undefined };
}

const isInterrupted = ({ signal }: Suite): boolean => signal?.aborted === true;

async function attempt(behaviour: Behaviour, subject: Subject): Promise<Verdict> {
  try {
    await behaviour.run(subject);
    return { state: 'passed' };
  } catch (error) {
    if (error instanceof Skipped) return { state: 'skipped', reason: error.message };
    return { state: 'failed', why: messageOf(error), cause: error };
  }
}

/** One behaviour as it is asked of a runtime over one of its transports. */
export interface Asking {
  readonly behaviour: Behaviour;
  readonly transport: Transport;
  /** The behaviour's name, with the transport where the runtime has several. */
  readonly title: string;
}

/** Everything that is asked of `runtime`, in order. */
export const askingsOf = (runtime: Runtime, behaviours: readonly Behaviour[]): Asking[] =>
  runtime.transports.flatMap((transport) =>
    behaviours
      .filter(({ appliesTo }) => appliesTo?.(runtime, transport) ?? true)
      .map((behaviour) => ({
        behaviour,
        transport,
        title: runtime.transports.length === 1 ? behaviour.name : `${behaviour.name}, over ${transport}`,
      })),
  );

export interface Answered extends Asking {
  readonly verdict: Verdict;
}

/**
 * Runs all of `behaviours` over `runtime`, one after another; `onStart` and `onVerdict` are told of each. Never rejects for
 * what the runtime does. @throws Interrupted
 */
export async function runSuite(
  suite: Suite,
  runtime: Runtime,
  behaviours: readonly Behaviour[],
  tell: { onStart?(asking: Asking): void; onVerdict?(answered: Answered): void } = {},
): Promise<Answered[]> {
  const all: Answered[] = [];
  for (const asking of askingsOf(runtime, behaviours)) {
    tell.onStart?.(asking);
    const verdict = await runBehaviour(asking.behaviour, suite, runtime, asking.transport);
    const answered = { ...asking, verdict };
    all.push(answered);
    tell.onVerdict?.(answered);
  }
  return all;
}
