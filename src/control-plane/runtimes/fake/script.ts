/** What a fake runtime is told to do: exact times, and every way in which things go wrong. */
import type { RuntimeClass, Start } from '../../../domain/factors.js';
import type { ArtifactKind, Availability, ExitStatus } from '../../../domain/runtime.js';
import type { Bytes, Milliseconds } from '../../../domain/units.js';
import type { PhaseTimes } from './function-frames.js';

/** What a sandbox does when an invocation's time is over. */
export type Deed =
  /** Answers what the function is to answer. */
  | { readonly does: 'answer' }
  | { readonly does: 'answer-with'; readonly response: Uint8Array }
  /** Answers rightly, and a second time unasked. */
  | { readonly does: 'answer-twice' }
  /** Writes an `error` frame. */
  | { readonly does: 'report-error'; readonly message: string }
  /** Says `ready` once more. */
  | { readonly does: 'say-ready' }
  /** Writes these bytes as they are. */
  | { readonly does: 'write'; readonly bytes: Uint8Array }
  /** Begins an answer whose response is to have this many bytes, and goes on writing. */
  | { readonly does: 'flood'; readonly responseBytes: Bytes }
  /** Ends without an answer, after a last word on standard error. */
  | { readonly does: 'exit'; readonly status: Partial<ExitStatus>; readonly stderr?: string }
  | { readonly does: 'hang' };

export type InvocationScript = Deed & {
  /** From the request's last byte (or `ready`, if that is later) to the answer's last byte. */
  readonly takes: Milliseconds;
  /** Frames it writes before, each after the host's result to the one before it. */
  readonly asks?: readonly Uint8Array[];
  /** Takes the host's results in one piece for its payload. */
  readonly echoesResults?: boolean;
  /** What the function says of its own phases. */
  readonly phases?: PhaseTimes;
  /** What it says is its count of invocations, where that is not the truth. */
  readonly claimsSequence?: number;
};

export interface SandboxScript {
  /** Rejects when it is to be staged, with this message. */
  readonly stageFails?: string;
  /** Sandboxes of the function that stand besides the runtime's own. */
  readonly existing?: number;
  /** Rejects when it is asked how many sandboxes there are. */
  readonly existingFails?: string;
  /** From being asked for until a request can be written to it. Default 0. */
  readonly launch?: Milliseconds | 'never';
  /** Rejects at the end of `launch`, with this message. */
  readonly launchFails?: string;
  /** From being asked for until it says `ready`; not before the end of `launch`. Default 1 ms. */
  readonly ready?: Milliseconds | 'never';
  /** Rejects when it is to be removed for the first time, with this message; the next time it goes. */
  readonly removeFails?: string;
  /** Rejects so many times instead. */
  readonly removeFailures?: number;
  /** What comes of its invocations, counted from 1. Default: answers after 1 ms. */
  readonly invocation?: (sequence: number) => InvocationScript;
}

export interface FakeScript {
  readonly id: string;
  readonly class?: RuntimeClass;
  readonly starts?: readonly Start[];
  readonly artifactKind?: ArtifactKind;
  readonly availability?: Availability;
  /** Rejects when a function is to be made ready on it, with this message. */
  readonly prepareFails?: string;
  /** The right answer of a function. Default: the payload. */
  readonly respond?: (payload: Uint8Array) => Uint8Array;
  /** The script of each sandbox, counted from 0 in the order of their staging. */
  readonly sandbox?: (nth: number) => SandboxScript;
}
