import { describe, expect, it } from 'vitest';
import { allowedCpus } from '../../../../src/data-plane/host/cpu-topology.js';
import { formatCpuList } from '../../../../src/domain/cpu-list.js';
import { EnvironmentSchema } from '../../../../src/domain/environment.js';
import { LoadSchema } from '../../../../src/domain/load.js';
import { onCpus } from '../../../../src/control-plane/process/cpu-affinity.js';
import { runCommand } from '../../../../src/control-plane/process/run-command.js';
import {
  checkPinnable,
  choosePinning,
  pinningFor,
  withHarnessPinned,
} from '../../../../src/experiment/load/pinning.js';

/** `cores` of two threads each, numbered as usual: the second threads after all first ones. */
const machine = (cores: number, threads = 2) => ({
  allowed: Array.from({ length: cores * threads }, (_, cpu) => cpu),
  siblings: (cpu: number) => Array.from({ length: threads }, (_, thread) => (cpu % cores) + thread * cores),
});

describe('which CPUs are whose', () => {
  it('is nobody asked for by default', () => {
    expect(choosePinning(LoadSchema.parse({}).pin, machine(4))).toBeUndefined();
  });

  it('gives the harness a whole core, and the sandboxes the others', () => {
    expect(choosePinning(true, machine(4))).toEqual({ harness: '0,4', sandboxes: ['1-3,5-7'] });
    expect(choosePinning(true, machine(2, 1))).toEqual({ harness: '0', sandboxes: ['1'] });
  });

  it('keeps to what this process may use', () => {
    expect(choosePinning(true, { ...machine(4), allowed: [2, 3, 6] })).toEqual({
      harness: '2,6',
      sandboxes: ['3'],
    });
  });

  it('parts the threads of the only core, and cannot part one CPU', () => {
    expect(choosePinning(true, machine(1))).toEqual({ harness: '0', sandboxes: ['1'] });
    expect(() => choosePinning(true, machine(1, 1))).toThrow('may use one only');
  });

  it('is left out where it is asked for where possible, and something stands against it', () => {
    const load = LoadSchema.parse({ pin: 'where-possible' });
    const native = { id: 'native', keepsToCpus: true } as const;
    const edge = EnvironmentSchema.parse({ name: 'edge', emulated: true, cpu: { cores: 1 } });
    const two = machine(2, 1);
    expect(pinningFor(load, [native], [], two)).toEqual({ harness: '0', sandboxes: ['1'] });
    expect(pinningFor(load, [native], [], machine(1, 1))).toBeUndefined();
    expect(pinningFor(load, [native, { id: 'containerd' }], [], two)).toBeUndefined();
    expect(pinningFor(load, [native], [edge], two)).toBeUndefined();
    expect(pinningFor(undefined, [native], [], two)).toBeUndefined();
    expect(() => checkPinnable(load, [{ id: 'containerd' }], [edge])).not.toThrow();
    const asked = LoadSchema.parse({ pin: true });
    expect(() => pinningFor(asked, [{ id: 'containerd' }], [], two)).toThrow('sandboxes of containerd');
  });

  it('takes what the load names, unless it is not there or both get it', () => {
    const pin = { harness: '3', sandboxes: ['0', '1-2'] };
    expect(choosePinning(pin, machine(2))).toEqual(pin);
    expect(() => choosePinning({ harness: '9', sandboxes: ['0'] }, machine(2))).toThrow(
      'CPU 9 is not among those that this process may use: 0-3',
    );
    expect(() => choosePinning({ harness: '0-1', sandboxes: ['1-2'] }, machine(2))).toThrow('CPU 1 is both');
    expect(LoadSchema.safeParse({ pin: { harness: 'zero', sandboxes: ['1'] } }).success).toBe(false);
  });

  it('names the runtimes whose sandboxes stay where the kernel puts them', () => {
    const runtimes = [{ id: 'native', keepsToCpus: true }, { id: 'containerd' }] as const;
    expect(() => checkPinnable(LoadSchema.parse({ pin: true }), runtimes, [])).toThrow(
      'sandboxes of containerd',
    );
    expect(() => checkPinnable(LoadSchema.parse({ pin: true }), runtimes.slice(0, 1), [])).not.toThrow();
    expect(() => checkPinnable(LoadSchema.parse({}), runtimes, [])).not.toThrow();
  });

  it('refuses to pin in an environment that keeps sandboxes to CPUs of its own', () => {
    const runtimes = [{ id: 'native', keepsToCpus: true }] as const;
    const edge = EnvironmentSchema.parse({ name: 'edge', emulated: true, cpu: { cores: 1 } });
    const load = LoadSchema.parse({ pin: true });
    expect(() => checkPinnable(load, runtimes, [edge])).toThrow('the environment edge keeps sandboxes');
    expect(() => checkPinnable(load, runtimes, [{ ...edge, emulated: false }])).not.toThrow();
  });
});

describe('on this machine', () => {
  const all = allowedCpus() ?? [];
  const last = String(all.at(-1) ?? 0);

  it('a command is on the CPUs it was given from its first moment on', async () => {
    const command = await onCpus(last, { file: '/bin/cat', args: ['/proc/self/status'] });
    const { stdout } = await runCommand(command.file, command.args);
    expect(allowedCpus(stdout)).toEqual([Number(last)]);
  });

  it('the harness is on its own while it works, and on all of them again when that failed', async () => {
    const pinning = { harness: last, sandboxes: ['0'] };
    const work = async (): Promise<void> => {
      expect(allowedCpus()).toEqual([Number(last)]);
      await Promise.reject(new Error('the work failed'));
    };
    await expect(withHarnessPinned(pinning, work)).rejects.toThrow('the work failed');
    expect(formatCpuList(allowedCpus() ?? [])).toBe(formatCpuList(all));
  });
});
