import { expect, it } from 'vitest';
import { errorCode, s3Failure } from '../../../../src/control-plane/storage/s3-store.js';
import {
  checkKey,
  serviceFailure,
  withinTime,
} from '../../../../src/control-plane/storage/storage-failure.js';
import { bytes, milliseconds } from '../../../../src/domain/units.js';

const answer = (status: number, text: string) => ({ status, headers: {}, body: Buffer.from(text) });
const xml = (code: string) =>
  `<?xml version="1.0"?>\n<Error>\n<Code>${code}</Code><Message>m</Message></Error>`;

it.each([
  [404, xml('NoSuchKey'), 'missing'],
  [404, xml('NoSuchBucket'), 'failed'],
  [404, '', 'failed'],
  [403, xml('SignatureDoesNotMatch'), 'denied'],
  [403, xml('InvalidAccessKeyId'), 'denied'],
  [400, xml('InvalidAccessKeyId'), 'denied'],
  [401, '', 'denied'],
  [400, xml('EntityTooLarge'), 'too-large'],
  [413, '', 'too-large'],
  [503, xml('SlowDown'), 'failed'],
  [500, 'no xml at all', 'failed'],
  [301, '', 'failed'],
])('an S3 answer %i %j is %s', (status, text, failure) => {
  expect(s3Failure(answer(status, text), 'k', bytes(5))).toMatchObject({ failure });
});

it('S3 error codes are taken only from an error text', () => {
  expect(errorCode(Buffer.from(xml('NoSuchKey')))).toBe('NoSuchKey');
  expect(errorCode(Buffer.from('<Code>NoSuchKey</Code>'))).toBeUndefined();
  expect(errorCode(undefined)).toBeUndefined();
});

it('what a service says gets into a message as plain words only', () => {
  expect(serviceFailure('failed', 'redis://u:p@h/0\n').message).toBe(
    'the service answered with an error (redisuph0)',
  );
  expect(serviceFailure('unreachable').message).toBe('the service cannot be reached');
});

it('a key that is none is named on one line and cut', () => {
  const text = (key: string): string => {
    try {
      checkKey(key);
    } catch (error) {
      return String(error);
    }
    return '';
  };
  expect(text('a\nb')).toContain('key "a\\nb" is not allowed');
  expect(text('A'.repeat(10_000)).length).toBeLessThan(300);
});

it('work that takes too long is unreachable, told to end, and its own failure later harms nobody', async () => {
  let fail: (error: Error) => void = () => undefined;
  const work = new Promise<never>((_, reject) => (fail = reject));
  let told = false;
  const limited = withinTime(milliseconds(1), work, () => (told = true));
  await expect(limited).rejects.toMatchObject({ failure: 'unreachable' });
  expect(told).toBe(true);
  fail(new Error('late'));
});
