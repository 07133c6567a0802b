/** Gets the object whose key is the payload: what is left is the cost of getting it. */
import { decode, encode, type Context } from 'lumos-function';
import { crc32 } from './crc32.js';

export async function handle(context: Context, payload: Uint8Array): Promise<Uint8Array> {
  const key = context.deserialize(() => decode(payload));
  const object = await context.get(key);
  const checksum = context.compute(() => crc32(object));
  return context.serialize(() => encode(`${object.length} ${checksum.toString(16).padStart(8, '0')}`));
}
