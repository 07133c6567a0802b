import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findHierarchy, parseCgroupMounts } from '../../../../src/control-plane/cgroup/hierarchy.js';
import { parseProcessGroups } from '../../../../src/control-plane/cgroup/process-groups.js';

const v1Mounts = `proc /proc proc rw,relatime 0 0
tmpfs /sys/fs/cgroup tmpfs rw,nosuid,mode=755 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,nosuid,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,nosuid,memory 0 0
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-cgroup-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A mounts file and the folders it names; a version 2 tree gets the controllers given. */
function machine(mounts: readonly [string, 'cgroup' | 'cgroup2', string][], controllers = ''): string {
  const lines = mounts.map(([name, type, options]) => {
    mkdirSync(join(folder, name), { recursive: true });
    if (type === 'cgroup2') writeFileSync(join(folder, name, 'cgroup.controllers'), `${controllers}\n`);
    return `${type} ${join(folder, name)} ${type} ${options} 0 0`;
  });
  const path = join(folder, 'mounts');
  writeFileSync(path, ['sysfs /sys sysfs rw 0 0', ...lines, ''].join('\n'));
  return path;
}

describe('mounts', () => {
  it('that are control groups are told from others', () => {
    expect(parseCgroupMounts(v1Mounts)).toEqual([
      { point: '/sys/fs/cgroup/cpu,cpuacct', type: 'cgroup', options: ['rw', 'nosuid', 'cpu', 'cpuacct'] },
      { point: '/sys/fs/cgroup/memory', type: 'cgroup', options: ['rw', 'nosuid', 'memory'] },
    ]);
    expect(parseCgroupMounts('')).toEqual([]);
  });
});

describe('the hierarchy', () => {
  it('is version 2 where that has the memory controller', () => {
    const root = join(folder, 'unified');
    expect(
      findHierarchy(machine([['unified', 'cgroup2', 'rw,nsdelegate']], 'cpuset cpu io memory pids')),
    ).toEqual({
      version: 2,
      root,
      cpu: root,
      memory: root,
      quota: root,
      cpuset: root,
    });
  });

  it('is version 1 where there is only that', () => {
    const mounts = machine([
      ['cpu', 'cgroup', 'rw,cpu,cpuacct'],
      ['memory', 'cgroup', 'rw,memory'],
    ]);
    expect(findHierarchy(mounts)).toEqual({
      version: 1,
      root: join(folder, 'memory'),
      cpu: join(folder, 'cpu'),
      memory: join(folder, 'memory'),
      quota: join(folder, 'cpu'),
    });
  });

  it('limits CPU time where the controller cpu is, and gives CPUs where cpuset is, apart from where time is counted', () => {
    const mounts = machine([
      ['cpu', 'cgroup', 'rw,cpu'],
      ['cpuacct', 'cgroup', 'rw,cpuacct'],
      ['cpuset', 'cgroup', 'rw,cpuset'],
      ['memory', 'cgroup', 'rw,memory'],
    ]);
    expect(findHierarchy(mounts)).toEqual({
      version: 1,
      root: join(folder, 'memory'),
      cpu: join(folder, 'cpuacct'),
      memory: join(folder, 'memory'),
      quota: join(folder, 'cpu'),
      cpuset: join(folder, 'cpuset'),
    });
  });

  it('is version 1 on a hybrid machine, whose version 2 tree has no controllers', () => {
    const mounts = machine([
      ['unified', 'cgroup2', 'rw'],
      ['cpu', 'cgroup', 'rw,cpuacct'],
      ['memory', 'cgroup', 'rw,memory'],
    ]);
    expect(findHierarchy(mounts)).toMatchObject({ version: 1, memory: join(folder, 'memory') });
  });

  it('has no controller that is not there', () => {
    const hierarchy = findHierarchy(machine([['cpu', 'cgroup', 'rw,cpuacct']]));
    expect(hierarchy).toEqual({ version: 1, root: join(folder, 'cpu'), cpu: join(folder, 'cpu') });
  });

  it('is absent where no control group can be written', () => {
    expect(findHierarchy(machine([]))).toBeUndefined();
    writeFileSync(join(folder, 'gone'), `cgroup2 ${join(folder, 'nowhere')} cgroup2 rw 0 0\n`);
    expect(findHierarchy(join(folder, 'gone'))).toBeUndefined();
  });
});

describe('the groups of a process', () => {
  it('are one path in version 2', () => {
    expect(parseProcessGroups('0::/user.slice/session-1.scope\n')).toEqual(
      new Map([['', '/user.slice/session-1.scope']]),
    );
  });

  it('are one path a controller in version 1, joint mounts and named ones included', () => {
    const text = '5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n1:name=systemd:/\n';
    expect(parseProcessGroups(text)).toEqual(
      new Map([
        ['cpu', '/docker/abc'],
        ['cpuacct', '/docker/abc'],
        ['memory', '/docker/abc'],
        ['name=systemd', '/'],
      ]),
    );
  });

  it('are both on a hybrid machine', () => {
    const groups = parseProcessGroups('2:memory:/a\n0::/b\n');
    expect([groups.get('memory'), groups.get('')]).toEqual(['/a', '/b']);
  });

  it('may have colons in their names', () => {
    expect(parseProcessGroups('0::/system.slice/a:b:c\n').get('')).toBe('/system.slice/a:b:c');
  });

  it('are none in an empty file', () => {
    expect(parseProcessGroups('').size).toBe(0);
  });
});
