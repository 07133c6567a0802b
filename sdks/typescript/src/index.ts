/**
 * What a Lumos function in TypeScript stands on: the framing of `docs/protocol.md`, HTTP, and the clocks of the
 * function's phases. A function's own module is its logic and nothing else:
 *
 *     import { decode, encode, type Context } from 'lumos-function';
 *
 *     export function handle(context: Context, payload: Uint8Array): Uint8Array {
 *       const name = context.deserialize(() => decode(payload));
 *       const shouted = context.compute(() => name.toUpperCase());
 *       return context.serialize(() => encode(shouted));
 *     }
 *
 * The same module runs in Node, on the standard streams and over HTTP, and as a component of `wasi:http`: `lumos build`
 * puts the entry of each around it. Standard output belongs to the protocol; a function that has something to say to people
 * says it on standard error.
 */
export type { Context } from './context.js';
export type { Handle } from './handle.js';
export { decode, encode } from './text.js';
