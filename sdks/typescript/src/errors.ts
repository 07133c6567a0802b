/** The ways in which an invocation does not end in an answer. */

/** Why the stream of frames, or a configuration, cannot be gone on with. */
export class StreamError extends Error {}

/** What is said to whoever invoked a function that failed with `error`. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
