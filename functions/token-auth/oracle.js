/** A secret and the claims of a user, and their token by OpenSSL's HMAC. */
import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import { uniformBytes } from '../../oracles/bytes.js';
import { englishText } from '../../oracles/text.js';

const SECRET_BYTES = 32;
const ISSUED = 1_700_000_000;
const LIFETIME_SECONDS = 3600;
const HEADER = { alg: 'HS256', typ: 'JWT' };

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  const bytes = step.bytes ?? 0;
  const secret = uniformBytes(SECRET_BYTES, random).toString('base64url');
  const issued = ISSUED + (random() % 10_000_000);
  const claims = {
    iss: 'https://id.example',
    sub: `user-${String(random() % 1_000_000).padStart(6, '0')}`,
    iat: issued,
    exp: issued + LIFETIME_SECONDS,
    about: '',
  };
  const length = bytes - JSON.stringify({ secret, claims }).length;
  if (length < 0)
    throw new RangeError(`bytes: expected at least ${String(bytes - length)}, for secret and claims`);
  // A line end would be two bytes in JSON.
  claims.about = englishText(length, random).toString('latin1').replaceAll('\n', ' ');
  return Buffer.from(JSON.stringify({ secret, claims }));
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  const request = Buffer.from(input).toString('utf8');
  const { secret, claims } = /** @type {{ secret: string, claims: { sub: string } }} */ (JSON.parse(request));
  const signed = `${base64url(HEADER)}.${base64url(claims)}`;
  const signature = createHmac('sha256', secret).update(signed).digest('base64url');
  return Buffer.from(JSON.stringify({ token: `${signed}.${signature}`, subject: claims.sub }));
}

/** @param {unknown} value */
function base64url(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
