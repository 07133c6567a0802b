import { describe, expect, it } from 'vitest';
import {
  parseRedisUrl,
  parseS3Url,
  redisUrl,
  s3Url,
} from '../../../../src/control-plane/storage/service-url.js';
import { LumosError } from '../../../../src/domain/errors.js';

describe('parseRedisUrl', () => {
  it.each([
    ['redis://cache', { host: 'cache', port: 6379, database: 0 }],
    ['redis://cache:7000/3', { host: 'cache', port: 7000, database: 3 }],
    ['redis://:pw@10.0.0.1/', { host: '10.0.0.1', port: 6379, password: 'pw', database: 0 }],
    [
      'redis://me:a%40b%2F%25@[::1]:1/15',
      { host: '::1', port: 1, user: 'me', password: 'a@b/%', database: 15 },
    ],
  ])('reads %s', (url, expected) => {
    expect(parseRedisUrl('X', url)).toEqual(expected);
  });

  it('is written again so that it reads the same', () => {
    const place = { host: '::1', port: 9, user: 'ü:', password: '@/%?#', database: 2 };
    expect(parseRedisUrl('X', redisUrl(place))).toEqual(place);
  });
});

describe('parseS3Url', () => {
  it('reads key, secret, host, port and bucket', () => {
    expect(parseS3Url('X', 'http://AK%2F1:se%2Bcret@s3.local:9000/my-bucket')).toEqual({
      host: 's3.local',
      port: 9000,
      key: 'AK/1',
      secret: 'se+cret',
      bucket: 'my-bucket',
    });
    expect(parseS3Url('X', 'http://k:s@h/bucket/').port).toBe(80);
  });

  it('is written again so that it reads the same', () => {
    const place = { host: 'h', port: 81, key: 'a+b', secret: '/=%', bucket: 'b.1' };
    expect(parseS3Url('X', s3Url(place))).toEqual({ ...place, bucket: 'b.1' });
  });
});

describe('a URL that is none', () => {
  const readers = { redis: parseRedisUrl, s3: parseS3Url };
  it.each([
    ['redis', 'hunter2'],
    ['redis', 'http://u:hunter2@h:1/0'],
    ['redis', 'redis://u:hunter2@h:1/zero'],
    ['redis', 'redis://u:hunter2@h:0/0'],
    ['redis', 'redis://u:hunter2@h:99999/0'],
    ['redis', 'redis://u:hunter2%zz@h:1/0'],
    ['redis', 'redis://u:hunter2@h:1/0?tls=1'],
    ['s3', 'https://k:hunter2@h:1/bucket'],
    ['s3', 'http://k:hunter2@h:1'],
    ['s3', 'http://k:hunter2@h:1/bucket/below'],
    ['s3', 'http://:hunter2@h:1/bucket'],
    ['s3', 'http://h:1/bucket'],
    ['s3', 'hunter2'],
  ] as const)('of %s is refused by its name, never by its text: %s', (kind, url) => {
    const refused = thrownBy(() => readers[kind]('LUMOS_X', url));
    expect(refused).toMatchObject({ kind: 'invalid-input' });
    expect(refused.message).toMatch(/^LUMOS_X cannot be used: /);
    expect(`${refused.message} ${refused.remedy ?? ''}`).not.toContain('hunter2');
    expect(refused.cause).toBeUndefined();
  });
});

function thrownBy(work: () => unknown): LumosError {
  try {
    work();
  } catch (error) {
    if (error instanceof LumosError) return error;
  }
  throw new Error('it threw no LumosError');
}
