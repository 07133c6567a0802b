import { describe, expect, it } from 'vitest';
import { parseRedisInfo } from '../../../../src/control-plane/storage/redis-info.js';
import { encodeCommand, isRefusal, readReply } from '../../../../src/control-plane/storage/redis-wire.js';

const info = [
  '# Server',
  'redis_version:7.0.15',
  'run_id:0123abcd',
  'executable:/tmp/a:b',
  '',
  '# Stats',
  'total_commands_processed:12',
  'total_net_input_bytes:345',
  'total_net_output_bytes:6789',
  '',
].join('\r\n');

describe('parseRedisInfo', () => {
  it('reads the version, the life and the counts', () => {
    expect(parseRedisInfo(info)).toEqual({
      version: 'redis 7.0.15',
      runId: '0123abcd',
      commands: 12,
      received: 345,
      sent: 6789,
    });
  });

  it('names a fork by its own name and version', () => {
    const valkey = `${info}server_name:valkey\r\nvalkey_version:8.1.0\r\n`;
    expect(parseRedisInfo(valkey)?.version).toBe('valkey 8.1.0');
  });

  it.each([
    '',
    'garbage',
    info.replace('total_net_input_bytes:345', 'total_net_input_bytes:many'),
    info.replace('total_commands_processed:12\r\n', ''),
  ])('knows nothing rather than 0 where something is missing (%#)', (text) => {
    expect(parseRedisInfo(text)).toBeUndefined();
  });
});

describe('the Redis protocol', () => {
  it('has commands as arrays of strings with their length in bytes', () => {
    expect(encodeCommand(['AUTH', 'ü']).toString()).toBe('*2\r\n$4\r\nAUTH\r\n$2\r\nü\r\n');
  });

  it.each([
    ['+OK\r\n', { reply: { ok: true, text: 'OK' }, used: 5 }],
    [':12\r\n', { reply: { ok: true, text: '12' }, used: 5 }],
    ['-ERR no\r\n', { reply: { ok: false, error: 'ERR no' }, used: 9 }],
    ['$4\r\na\r\nb\r\n', { reply: { ok: true, text: 'a\r\nb' }, used: 10 }],
    ['$0\r\n\r\n', { reply: { ok: true, text: '' }, used: 6 }],
    ['$4\r\na', 'incomplete'],
    ['+O', 'incomplete'],
    ['$-1\r\n', 'unknown'],
    ['$99999999999\r\n', 'unknown'],
    ['HTTP/1.1 400 Bad\r\n', 'unknown'],
    ['H', 'unknown'],
  ])('reads %j', (text, expected) => {
    expect(readReply(Buffer.from(text))).toEqual(expected);
  });

  it.each([
    ['NOAUTH Authentication required.', true],
    ['WRONGPASS invalid username-password pair', true],
    ["NOPERM this user has no permissions to run the 'get' command", true],
    ['ERR AUTH <password> called without any password configured for the default user.', true],
    ['ERR unknown command', false],
    ['OOM command not allowed', false],
  ])('takes %j for a refusal: %s', (text, expected) => {
    expect(isRefusal(text)).toBe(expected);
  });
});
