/** An instance of a function as the platform sees it, and what the platform asks to have one started. */
import type { Milliseconds } from '../../domain/units.js';
import type { CpuSet } from './placement.js';

export interface RunningInstance<Request, Answer> {
  /** Rejects when the instance could not serve it: it is then not asked again, and stopped. */
  serve(request: Request): Promise<Answer>;
  /**
   * Resolves when it has ended, by itself or stopped: with the reason where its process could never be started, although
   * the start seemed to succeed. Never rejects.
   */
  readonly ended: Promise<string | undefined>;
  /** Resolves when nothing of it is left. Idempotent. */
  stop(): Promise<void>;
}

/** Starts an instance; resolves when it can serve. @throws whatever kept it from starting, with nothing left of it */
export type StartInstance<Request, Answer> = (
  instance: number,
  cpus: CpuSet,
) => Promise<RunningInstance<Request, Answer>>;

/** How the platform served a request, or did not. */
export type Served<Answer> =
  | {
      readonly outcome: 'ok';
      readonly answer: Answer;
      /** An instance was started while it waited, and it was among the first that this instance served. */
      readonly cold: boolean;
      /** From its arrival until an instance took it, a start included. */
      readonly queuedMs: Milliseconds;
      readonly instance: number;
    }
  | {
      readonly outcome: 'crashed';
      readonly reason: string;
      /** What the instance rejected with, where it did. */
      readonly cause?: unknown;
      readonly cold: boolean;
      readonly queuedMs: Milliseconds;
      /** Absent where no instance could be started for it. */
      readonly instance?: number;
    }
  | { readonly outcome: 'rejected'; readonly reason: string };

export interface PlatformEvent {
  readonly at: Milliseconds;
  readonly what: 'asked' | 'ready' | 'start-failed' | 'died' | 'stopped' | 'stop-failed' | 'rejected';
  /** Absent of a rejection. */
  readonly instance?: number;
}
