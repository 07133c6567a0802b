import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { osName, readCpuTicks, stealShare } from '../../../src/data-plane/host/fingerprint.js';
import {
  cgroupCpu,
  cgroupPeakMemory,
  parseFlatKeyed,
} from '../../../src/data-plane/probes/cgroup-counters.js';
import {
  beforeAnything,
  between,
  describeProbes,
  readCounters,
} from '../../../src/data-plane/probes/counters.js';
import { splitCpu } from '../../../src/data-plane/probes/cpu-split.js';
import { clockCost } from '../../../src/data-plane/probes/monotonic-clock.js';
import { processCounters, processCpu } from '../../../src/data-plane/probes/process-counters.js';
import type { CgroupPaths } from '../../../src/domain/runtime.js';
import { bytes, milliseconds as ms } from '../../../src/domain/units.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-counters-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function group(version: 1 | 2, files: Record<string, string>): CgroupPaths {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return { version, processes: folder, cpu: folder, memory: folder };
}

const cpuStat = `usage_usec 1234567
user_usec 1000000
system_usec 234567
nr_periods 0
`;
const noProcess = 4_194_303;

describe('the counters of a control group', () => {
  it('are read from version 1’s files, in nanoseconds', () => {
    const paths = group(1, {
      'cpuacct.usage': '1234567890\n',
      'cpuacct.usage_user': '1000000000\n',
      'cpuacct.usage_sys': '234567890\n',
      'memory.max_usage_in_bytes': '4096000\n',
    });
    expect(cgroupCpu(paths)).toEqual({ cpuMs: 1234.56789, cpuUserMs: 1000, cpuSystemMs: 234.56789 });
    expect(cgroupPeakMemory(paths)).toEqual({ peakMemoryBytes: 4_096_000 });
  });

  it('are read from version 2’s files, in microseconds', () => {
    const paths = group(2, { 'cpu.stat': cpuStat, 'memory.peak': '8192\n' });
    expect(cgroupCpu(paths)).toEqual({ cpuMs: 1234.567, cpuUserMs: 1000, cpuSystemMs: 234.567 });
    expect(cgroupPeakMemory(paths)).toEqual({ peakMemoryBytes: 8192 });
  });

  it.each([1, 2] as const)('are absent where version %i’s files are', (version) => {
    const paths = group(version, {});
    expect(cgroupCpu(paths)).toEqual({});
    expect(cgroupPeakMemory(paths)).toEqual({});
  });

  it('are absent one by one: an older kernel has no memory.peak', () => {
    const paths = group(2, { 'cpu.stat': 'usage_usec 5\n' });
    expect(cgroupCpu(paths)).toEqual({ cpuMs: 0.005 });
    expect(cgroupPeakMemory(paths)).toEqual({});
  });

  it('are absent when a file holds no number', () => {
    expect(cgroupPeakMemory(group(2, { 'memory.peak': 'max\n' }))).toEqual({});
  });

  it('are absent in a hierarchy the sandbox has no group of its own in', () => {
    const paths: CgroupPaths = { version: 1, processes: folder };
    expect([cgroupCpu(paths), cgroupPeakMemory(paths)]).toEqual([{}, {}]);
  });

  it('are parsed key by key', () => {
    expect([...parseFlatKeyed('oom 1\noom_kill 2\n\nbroken\n')]).toEqual([
      ['oom', 1],
      ['oom_kill', 2],
    ]);
  });
});

describe('the counters of processes', () => {
  it('are absent without one, and for one that is gone', () => {
    expect(processCounters([])).toEqual({});
    expect(processCounters([noProcess])).toEqual({});
    expect(processCpu([noProcess])).toEqual({});
    expect(processCounters([process.pid, noProcess])).toEqual({});
  });

  it('are summed over all of them', () => {
    const one = processCounters([process.pid]);
    const two = processCounters([process.pid, process.pid]);
    expect(one.peakResidentBytes).toBeGreaterThan(10 * 1024 * 1024);
    expect(two.peakResidentBytes).toBeGreaterThanOrEqual(2 * (one.peakResidentBytes ?? Infinity));
    expect(processCpu([process.pid]).cpuMs).toBeGreaterThan(1);
  });

  it('give way to the group’s where there is one', () => {
    const cgroups = group(2, { 'cpu.stat': cpuStat, 'memory.peak': '8192\n' });
    const read = readCounters({ cgroups, processes: () => [process.pid] });
    expect(read).toMatchObject({ cpuMs: 1234.567, peakMemoryBytes: 8192 });
    expect(read.peakResidentBytes).toBeGreaterThan(0);
  });
});

describe('what lies between two readings', () => {
  const later = {
    cpuMs: ms(30),
    readBytes: bytes(500),
    peakMemoryBytes: bytes(9000),
    peakResidentBytes: bytes(70),
  };

  it('is the difference of what runs on, and the later peaks', () => {
    const earlier = {
      cpuMs: ms(10),
      readBytes: bytes(100),
      peakMemoryBytes: bytes(8000),
      peakResidentBytes: bytes(60),
    };
    expect(between(earlier, later)).toEqual({
      cpuMs: 20,
      readBytes: 400,
      peakMemoryBytes: 9000,
      peakResidentBytes: 70,
    });
  });

  it('is everything since the sandbox’s beginning where nothing was before', () => {
    expect(between(beforeAnything, later)).toEqual({
      cpuMs: 30,
      readBytes: 500,
      peakMemoryBytes: 9000,
      peakResidentBytes: 70,
    });
  });

  it('lacks what either reading lacks, and is never 0 for it', () => {
    expect(between({}, later)).toEqual({ peakMemoryBytes: 9000, peakResidentBytes: 70 });
    expect(between({ cpuMs: ms(10), writtenBytes: bytes(3) }, {})).toEqual({});
  });

  it('is not below 0 when a process has gone in between', () => {
    expect(between({ readBytes: bytes(900) }, { readBytes: bytes(500) })).toEqual({ readBytes: 0 });
  });

  it('has user and system time only from 100 ms on, in the proportion of the samples', () => {
    const earlier = { cpuMs: ms(0), cpuUserMs: ms(0), cpuSystemMs: ms(0) };
    expect(between(earlier, { cpuMs: ms(99), cpuUserMs: ms(90), cpuSystemMs: ms(10) })).toEqual({
      cpuMs: 99,
    });
    expect(between(earlier, { cpuMs: ms(200), cpuUserMs: ms(75), cpuSystemMs: ms(25) })).toEqual({
      cpuMs: 200,
      cpuUserMs: 150,
      cpuSystemMs: 50,
    });
  });
});

describe('the split of CPU time', () => {
  it('is absent without all three figures', () => {
    expect(splitCpu(ms(500), ms(300), undefined)).toEqual({});
    expect(splitCpu(undefined, ms(300), ms(200))).toEqual({});
  });

  it('adds up to the total', () => {
    const { cpuUserMs = 0, cpuSystemMs = 0 } = splitCpu(ms(1000), ms(120), ms(240));
    expect(cpuUserMs + cpuSystemMs).toBeCloseTo(1000, 9);
  });
});

describe('the probes of a manifest', () => {
  it('name a counter for every figure, and none for what is not there', () => {
    expect(Object.keys(describeProbes(undefined)).sort()).toEqual([
      'cpuMs',
      'peakResidentBytes',
      'readBytes',
      'writtenBytes',
    ]);
    expect(describeProbes(1)['peakMemoryBytes']).toBe('cgroup v1 memory.max_usage_in_bytes');
    expect(describeProbes(2)['peakMemoryBytes']).toBe('cgroup v2 memory.peak');
  });
});

describe('the machine’s CPU time', () => {
  const stat = 'cpu  100 5 50 800 20 1 4 20 7 0\ncpu0 50 2 25 400 10 0 2 10 3 0\nintr 1\n';

  it('is the first line’s, guest time not counted twice', () => {
    expect(readCpuTicks(stat)).toEqual({ total: 1000, steal: 20 });
  });

  it('is absent in a file without one', () => {
    expect(readCpuTicks('intr 1\n')).toBeUndefined();
    expect(readCpuTicks('cpu  1 2 3 4\n')).toBeUndefined();
  });

  it('tells the share that went to neighbours', () => {
    expect(stealShare({ total: 1000, steal: 20 }, { total: 1400, steal: 120 })).toBe(0.25);
  });

  it('tells nothing when no time has passed, or it could not be read', () => {
    expect(stealShare({ total: 1000, steal: 20 }, { total: 1000, steal: 20 })).toBeUndefined();
    expect(stealShare(undefined, { total: 1000, steal: 20 })).toBeUndefined();
  });
});

describe('the host', () => {
  it('is called what os-release calls it', () => {
    expect(osName('NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')).toBe(
      'Debian GNU/Linux 12 (bookworm)',
    );
    expect(osName('PRETTY_NAME=Alpine\n')).toBe('Alpine');
    expect(osName('')).toBe('unknown');
  });
});

describe('the cost of the clock', () => {
  it('is the median difference of two readings', () => {
    // Every second reading comes 2 ms after the one before it, but for one disturbance of 900.
    const readings = Array.from({ length: 11 }, (_, pair) => [
      pair * 1000,
      pair * 1000 + (pair === 4 ? 900 : 2),
    ]).flat();
    const clock = {
      now: () => ms(readings.shift() ?? NaN),
      wallTime: () => new Date(0),
      after: () => () => undefined,
    };
    expect(clockCost(clock, 11)).toBe(2);
  });
});
