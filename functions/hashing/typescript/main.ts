/** SHA-256 of the payload, as 64 hexadecimal digits in lower case. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { encode, type Context } from 'lumos-function';

export function handle(context: Context, payload: Uint8Array): Uint8Array {
  const digest = context.compute(() => sha256(payload));
  return context.serialize(() => encode(bytesToHex(digest)));
}
