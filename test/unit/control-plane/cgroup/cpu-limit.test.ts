import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  allowedCpus,
  cpuQuota,
  limitCpu,
  parseCpuList,
} from '../../../../src/control-plane/cgroup/cpu-limit.js';
import { whyNotLimited } from '../../../../src/control-plane/cgroup/sandbox-group.js';
import { bytes } from '../../../../src/domain/units.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-cpu-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');

describe('a quota', () => {
  it.each([
    [0.5, 1000, 2000],
    [0.25, 1000, 4000],
    [0.1, 1000, 10_000],
    [1.5, 3000, 2000],
    [0.75, 1500, 2000],
    [1, 2000, 2000],
  ])(
    'of %d cores is %d us in each %d us: no less than the kernel takes, and not much more',
    (cores, quota, period) => {
      expect(cpuQuota(cores)).toEqual({ quotaMicroseconds: quota, periodMicroseconds: period });
    },
  );

  it.each([0.05, 0.07, 0.3, 0.33, 0.9, 1.1, 3.7])(
    'of %d cores comes to that share, within 1 in 1000',
    (cores) => {
      const { quotaMicroseconds, periodMicroseconds } = cpuQuota(cores);
      expect(quotaMicroseconds).toBeGreaterThanOrEqual(1000);
      expect(quotaMicroseconds / periodMicroseconds / cores).toBeCloseTo(1, 2.7);
    },
  );
});

describe('the kernel’s lists of CPUs', () => {
  it.each([
    ['0-3,8', [0, 1, 2, 3, 8]],
    ['1\n', [1]],
    ['', []],
  ])('%j are %j', (text, cpus) => {
    expect(parseCpuList(text)).toEqual(cpus);
  });

  it('tell which of them this process may run on', () => {
    expect(
      allowedCpus('Name:\tnode\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\nMems_allowed_list:\t0\n'),
    ).toEqual([0, 1]);
    expect(allowedCpus().length).toBeGreaterThan(0);
  });
});

describe('a group held to its CPUs', () => {
  /** A hierarchy with a run's folder and a sandbox's in it, as version 1 makes them: without any CPU. */
  function version1(): string {
    const sandbox = join(folder, 'lumos-run', 'sandbox-1');
    mkdirSync(sandbox, { recursive: true });
    for (const [path, cpus] of [
      ['', '0-1\n'],
      ['lumos-run', '\n'],
      ['lumos-run/sandbox-1', '\n'],
    ] as const) {
      writeFileSync(join(folder, path, 'cpuset.cpus'), cpus);
      writeFileSync(join(folder, path, 'cpuset.mems'), cpus === '\n' ? '\n' : '0\n');
    }
    return sandbox;
  }

  it('has in version 1 its CPU, the memory nodes of what is above it, and a quota for a part of a core', () => {
    const sandbox = version1();
    limitCpu({ cores: 0.5, cpus: [1] }, { version: 1, quota: sandbox, cpuset: sandbox });
    expect(read('lumos-run', 'cpuset.cpus')).toBe('0-1');
    expect(read('lumos-run', 'cpuset.mems')).toBe('0');
    expect(read('lumos-run/sandbox-1', 'cpuset.mems')).toBe('0');
    expect(read('lumos-run/sandbox-1', 'cpuset.cpus')).toBe('1');
    expect(read('lumos-run/sandbox-1', 'cpu.cfs_period_us')).toBe('2000');
    expect(read('lumos-run/sandbox-1', 'cpu.cfs_quota_us')).toBe('1000');
  });

  it('has for whole cores no quota: nothing holds it up', () => {
    const sandbox = version1();
    limitCpu({ cores: 2, cpus: [0, 1] }, { version: 1, quota: sandbox, cpuset: sandbox });
    expect(read('lumos-run/sandbox-1', 'cpuset.cpus')).toBe('0,1');
    expect(() => read('lumos-run/sandbox-1', 'cpu.cfs_quota_us')).toThrow('ENOENT');
  });

  it('has in version 2 both in one folder', () => {
    limitCpu({ cores: 0.25, cpus: [3] }, { version: 2, quota: folder, cpuset: folder });
    expect(read('cpu.max')).toBe('1000 4000');
    expect(read('cpuset.cpus')).toBe('3');
  });

  it('is refused without the controllers', () => {
    expect(() => limitCpu({ cores: 1, cpus: [0] }, { version: 2 })).toThrow(
      'there is no control group controller cpuset that can be written',
    );
    expect(() => limitCpu({ cores: 0.5, cpus: [0] }, { version: 2, cpuset: folder })).toThrow(
      'there is no control group controller cpu that can be written',
    );
  });
});

describe('whether groups can be limited here', () => {
  it('is found out by making one, and said in the words of whoever refuses', async () => {
    const limits = { cpu: { cores: 0.5, cpus: [0] } };
    expect(await whyNotLimited(undefined, limits)).toBe(
      'control groups cannot be made here (no rights, or no controllers)',
    );
    const noCpuset = { version: 1, root: folder, cpu: folder } as const;
    expect(await whyNotLimited(noCpuset, limits)).toContain('no control group controller cpuset');
    expect(await whyNotLimited(noCpuset, { memoryBytes: bytes(1) })).toContain(
      'no control group controller memory',
    );
    expect(await whyNotLimited(noCpuset, {})).toBeUndefined();
    const notThere = join(folder, 'file');
    writeFileSync(notThere, '');
    expect(await whyNotLimited({ version: 1, root: notThere }, {})).toContain('ENOTDIR');
    expect(readdirSync(folder)).toEqual(['file']);
  });
});
