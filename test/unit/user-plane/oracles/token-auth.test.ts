import { describe, expect, it } from 'vitest';
import { input, output } from '../../../../functions/token-auth/oracle.js';
import { numbers } from './numbers.js';

interface Request {
  secret: string;
  claims: { sub: string; iat: number; exp: number; about: string };
}

const payload = (bytes: number, seed = 1) =>
  Buffer.from(input({ label: 'x', bytes } as Parameters<typeof input>[0], numbers(seed)));
const request = (bytes: number, seed = 1) => JSON.parse(payload(bytes, seed).toString('utf8')) as Request;
const answer = (secret: string, claims: object) =>
  JSON.parse(
    Buffer.from(output(Buffer.from(JSON.stringify({ secret, claims })), {})).toString('utf8'),
  ) as unknown;

describe('the oracle of token-auth', () => {
  it('answers the token that jwt.io opens with', () => {
    const claims = { sub: '1234567890', name: 'John Doe', iat: 1516239022 };
    expect(answer('your-256-bit-secret', claims)).toEqual({
      token:
        'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
      subject: '1234567890',
    });
  });

  it('answers the token of the older example of jwt.io', () => {
    expect(answer('secret', { sub: '1234567890', name: 'John Doe', admin: true })).toEqual({
      token:
        'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiYWRtaW4iOnRydWV9.TJVA95OrM7E2cBab30RMHrHDcEfxjoYZgeFONFh7HgQ',
      subject: '1234567890',
    });
  });

  it('gives a payload of the size it is asked for', () => {
    for (const bytes of [256, 1024, 51_200]) {
      for (const seed of [1, 2, 3]) expect(payload(bytes, seed).length).toBe(bytes);
    }
  });

  it('gives a secret of 256 bits, a user and a text about them, other ones for another seed', () => {
    const { secret, claims } = request(1024);
    expect(Buffer.from(secret, 'base64url').length).toBe(32);
    expect(claims.sub).toMatch(/^user-\d{6}$/);
    expect(claims.exp - claims.iat).toBe(3600);
    expect(claims.about).toMatch(/^[A-Za-z0-9 .,?!]{700,}$/);
    const other = request(1024, 2);
    expect(other.secret).not.toBe(secret);
    expect(other.claims.sub).not.toBe(claims.sub);
    expect(other.claims.about).not.toBe(claims.about);
  });

  it('refuses a size without room for secret and claims', () => {
    expect(() => payload(100)).toThrow(/^bytes: expected at least 1\d\d, for secret and claims$/);
  });
});
