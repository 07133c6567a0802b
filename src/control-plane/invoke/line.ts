/** A line to a sandbox, on which invocations are made one at a time. */
import type { Milliseconds } from '../../domain/units.js';
import type { AnswerHead } from './frames.js';

/** What came of one invocation, with the moments between which its latency lies. */
export type Exchange =
  | {
      readonly state: 'answered';
      /** Taken right before the request was written; everything that has to be set up for it was set up before. */
      readonly sentAt: Milliseconds;
      readonly answeredAt: Milliseconds;
      readonly head: AnswerHead;
      readonly body: Buffer;
    }
  | {
      readonly state: 'failed';
      readonly outcome: 'timeout' | 'crashed' | 'wrong-output';
      /** How a connection broke whose sandbox still stands. */
      readonly broke?: 'refused' | 'reset' | 'half-closed';
      readonly reason: string;
    };

export interface Line {
  /** When the function said, or its server showed, that it was ready; `undefined` until it did. */
  readonly readyAt: Milliseconds | undefined;
  /**
   * Sends one prepared request and waits for its answer, at most until `deadline` on the clock. Never rejects: whatever
   * goes wrong is a failed exchange. After a failure the sandbox cannot be used again.
   */
  invoke(request: Buffer, deadline: Milliseconds): Promise<Exchange>;
  /** Gives back what the line has of its own. An invocation that is still waited for has failed, and its time limit with it. */
  close(): void;
}

/** What came of an invocation whose line was closed under it: a run was stopped, or its instance was taken down. */
export const closedMeanwhile: Extract<Exchange, { state: 'failed' }> = {
  state: 'failed',
  outcome: 'crashed',
  reason: 'given up before its answer',
};
