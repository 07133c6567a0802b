/** The function itself, as the SDK sees it. */
import type { Context } from './context.js';

/**
 * A function's own logic. What it throws is answered as an error with the message; the instance lives on. `payload`, and an
 * object that `context.get` gave, are its own until it has answered, and no longer.
 */
export type Handle = (context: Context, payload: Uint8Array) => Uint8Array | Promise<Uint8Array>;
