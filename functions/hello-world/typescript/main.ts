/** Greets the name in the payload: `Hello, <name>!`. */
import { decode, encode, type Context } from 'lumos-function';

export function handle(context: Context, payload: Uint8Array): Uint8Array {
  const name = context.deserialize(() => decode(payload));
  const greeting = context.compute(() => greet(name));
  return context.serialize(() => encode(greeting));
}

const greet = (name: string): string => `Hello, ${name === '' ? 'world' : name}!`;
