import { describe, expect, it } from 'vitest';
import { storageDependencies } from '../../../../src/control-plane/setup/dependencies.js';
import { parseRedisVersion } from '../../../../src/control-plane/setup/redis.js';
import { moduleVersionIn } from '../../../../src/control-plane/setup/go-build-info.js';
import { toxiproxyProgram } from '../../../../src/control-plane/setup/toxiproxy-package.js';
import { versitygwModule, versitygwProgram } from '../../../../src/control-plane/setup/versitygw-package.js';
import { canCompile } from '../../../../src/control-plane/setup/go-install.js';

describe('the servers of storages', () => {
  it.each([
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', '7.0.15'],
    ['Usage: redis-check-rdb <rdb-file-name>', undefined],
    ['', undefined],
  ])('%j is Redis %s', (said, version) => {
    expect(parseRedisVersion(said)).toBe(version);
  });

  it("are told from the compiler's notes in a program", () => {
    const notes = 'path\tx\nmod\tgithub.com/versity/versitygw\tv1.8.0\th1:au+wI=\ndep\ty\tv2.0.0\n';
    expect(moduleVersionIn(`\0\x01${notes}`, versitygwModule)).toBe('1.8.0');
    expect(moduleVersionIn('mod\tgithub.com/other/versitygw\tv1.8.0', versitygwModule)).toBeUndefined();
  });

  it('are pinned, and compiled by a Go that can', () => {
    expect(versitygwProgram.package).toMatch(/@v\d+\.\d+\.\d+$/);
    expect(toxiproxyProgram.package).toMatch(/@v\d+\.\d+\.\d+$/);
    expect(canCompile('go version go1.25.0 linux/amd64', versitygwProgram.oldestGo)).toBe(true);
    expect(canCompile('go version go2.0 linux/amd64', versitygwProgram.oldestGo)).toBe(true);
    expect(canCompile('go version go1.24.9 linux/amd64', versitygwProgram.oldestGo)).toBe(false);
    expect(canCompile('', versitygwProgram.oldestGo)).toBe(false);
  });

  it('are needed by the storages that have one, and by no other', () => {
    expect(storageDependencies('redis')).toEqual(['redis']);
    expect(storageDependencies('s3')).toEqual(['versitygw']);
    expect(storageDependencies('file')).toEqual([]);
    expect(storageDependencies('inline')).toEqual([]);
  });
});
