import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeRuntime } from '../../../src/control-plane/runtimes/fake/fake-runtime.js';
import { VirtualClock } from '../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { EnvironmentSchema, type Environment } from '../../../src/domain/environment.js';
import type { LumosError } from '../../../src/domain/errors.js';
import { bytes } from '../../../src/domain/units.js';
import {
  loadEnvironment,
  loadEnvironments,
  parseEnvironment,
} from '../../../src/experiment/environment-file.js';
import {
  limitsIn,
  requireLimits,
  requireRoom,
  RunEnvironments,
  thisMachine,
  unemulated,
} from '../../../src/experiment/environments.js';
import { experimentOf } from './fixture.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-environments-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function errorOf(act: () => unknown): LumosError {
  try {
    act();
  } catch (error) {
    return error as LumosError;
  }
  throw new Error('nothing was refused');
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const environmentOf = (keys: object): Environment => EnvironmentSchema.parse({ name: 'mine', ...keys });
const machine = { cpus: [0, 1], memoryBytes: bytes(8 * 2 ** 30) };
const experiment = experimentOf();

describe('an environment file', () => {
  it('is found by the name of a built-in one, or by its path', () => {
    expect(loadEnvironment('edge-small', 'environments')).toMatchObject({
      name: 'edge-small',
      emulated: true,
      cpu: { cores: 0.5 },
      memory: { limitMiB: 512 },
    });
    const path = file('pi.yaml', 'name: pi\nstorage: SD card\n');
    expect(loadEnvironment(path, 'environments')).toEqual({
      schema: 'lumos/environment@1',
      name: 'pi',
      description: '',
      emulated: false,
      storage: 'SD card',
    });
  });

  it('of built-in environments are those that are promised, and local has no limits', () => {
    const all = loadEnvironments(['local', 'edge', 'edge-small'], 'environments');
    expect(all.map(({ name, emulated }) => [name, emulated])).toEqual([
      ['local', false],
      ['edge', true],
      ['edge-small', true],
    ]);
    expect(limitsIn(all[0] as Environment, experiment, machine)).toEqual({});
  });

  it('that there is not is refused with the nearest name', () => {
    const error = errorOf(() => loadEnvironment('edge-smal', 'environments'));
    expect(error.kind).toBe('invalid-input');
    expect(error.message).toBe(
      'environment: there is no environment "edge-smal", neither built in nor as a file',
    );
    expect(error.remedy).toContain('Did you mean "edge-small"? Built in: edge, edge-small, local.');
  });

  it('cannot take the name of a built-in one, or of another of the same run', () => {
    const path = file('mine.yaml', 'name: edge\n');
    expect(errorOf(() => loadEnvironment(path, 'environments')).message).toContain(
      'is that of a built-in environment',
    );
    const [a, b] = [file('a.yaml', 'name: pi\n'), file('b.yaml', 'name: pi\n')];
    expect(errorOf(() => loadEnvironments([a, b], 'environments')).message).toBe(
      'environment: two files are called "pi"',
    );
    expect(loadEnvironments([a, a], 'environments')).toHaveLength(1);
  });

  it.each([
    ['name: pi\ncores: 2\n', 'the file: Unrecognized key: "cores"', 'Did you mean "storage"?'],
    ['name: pi\ncpu: { cores: 0 }\n', 'cpu.cores: ', 'schema/environment.schema.json'],
    [
      'name: pi\ndataService: { roundTripMs: 0.5 }\n',
      'dataService.roundTripMs: ',
      'schema/environment.schema.json',
    ],
    ['name: [\n', 'not YAML', undefined],
  ])('%j is refused by the key that is wrong', (text, message, remedy) => {
    const error = errorOf(() => parseEnvironment(text, 'pi.yaml'));
    expect(error.message).toMatch(/^pi\.yaml:(\d+:)? /);
    expect(error.message).toContain(message);
    if (remedy === undefined) expect(error.remedy).toBeUndefined();
    else expect(error.remedy).toBeDefined();
  });
});

describe('what an environment holds sandboxes to', () => {
  it('is a number of CPUs, the last of the machine, and memory', () => {
    const limits = limitsIn(
      environmentOf({ emulated: true, cpu: { cores: 0.5 }, memory: { limitMiB: 512 } }),
      experiment,
      machine,
    );
    expect(limits).toEqual({ cpu: { cores: 0.5, cpus: [1] }, memoryBytes: 512 * 2 ** 20 });
    const more = environmentOf({ emulated: true, cpu: { cores: 1.5 } });
    expect(limitsIn(more, experiment, machine).cpu?.cpus).toEqual([0, 1]);
  });

  it('is nothing where it is a machine of its own, whatever its file says it has', () => {
    const device = environmentOf({
      cpu: { cores: 4 },
      memory: { limitMiB: 4096 },
      dataService: { roundTripMs: 5 },
    });
    expect(limitsIn(device, experiment, machine)).toEqual({});
  });

  it('and what the experiment holds all sandboxes to: the lesser counts', () => {
    const all = experimentOf({ limits: { memoryMiB: 256 } });
    const edge = environmentOf({ emulated: true, memory: { limitMiB: 512 } });
    expect(limitsIn(edge, all, machine).memoryBytes).toBe(256 * 2 ** 20);
    expect(limitsIn(thisMachine, all, machine)).toEqual({ memoryBytes: 256 * 2 ** 20 });
  });

  it('must be there: a machine that has less is told so', () => {
    const large = environmentOf({ emulated: true, cpu: { cores: 4 }, memory: { limitMiB: 16_384 } });
    const error = errorOf(() => requireRoom([thisMachine, large], machine));
    expect(error.kind).toBe('missing-dependency');
    expect(error.message).toBe(
      'environment mine takes 4 cores, and there are 2; 16384 MiB of memory, and there are 8192',
    );
    expect(() => requireRoom([{ ...large, emulated: false }], machine)).not.toThrow();
  });

  it('must be what every runtime can be held to, else nothing is measured', async () => {
    const clock = new VirtualClock();
    const edge = environmentOf({ emulated: true, cpu: { cores: 1 } });
    const free = new FakeRuntime(clock, { id: 'free' });
    await expect(requireLimits([edge], experiment, [free], machine)).rejects.toMatchObject({
      kind: 'missing-dependency',
      message: 'environment mine cannot be emulated for free: it holds its sandboxes to no limits',
    });
    const held = Object.assign(new FakeRuntime(clock, { id: 'held' }), {
      whyNotHeld: () => Promise.resolve(undefined),
    });
    await requireLimits([edge], experiment, [held], machine);
    await requireLimits([thisMachine, { ...edge, emulated: false }], experiment, [free], machine);
  });
});

describe('the environments of a run', () => {
  const parts = {
    machine,
    cgroupVersion: 1 as const,
    shimPath: () => Promise.reject(new Error('no process was to be started')),
    networks: () => Promise.reject(new Error('no network was to be made')),
  };

  it('are recorded with what was applied and what was not', () => {
    const edge = environmentOf({
      emulated: true,
      cpu: { cores: 0.5 },
      memory: { limitMiB: 512 },
      storage: 'SD card',
    });
    const [record] = new RunEnvironments([edge], experiment, parts).records();
    expect(record?.environment).toEqual(edge);
    expect(record?.applied).toEqual({
      cpu: 'CPU 1 alone (cpuset, control groups version 1); 1000 us of CPU time in each 2000 us, enforced every 250 us',
      memory: '536870912 bytes for each sandbox, swap included',
    });
  });

  it('that are machines of their own are recorded, and nothing is applied or started', async () => {
    const device = environmentOf({ cpu: { cores: 0.5 }, dataService: { roundTripMs: 5 } });
    const environments = new RunEnvironments([device], experiment, parts);
    expect(environments.records()).toEqual([{ environment: device, applied: {} }]);
    expect(environments.limits('mine')).toEqual({});
    expect(await environments.network('mine')).toBeUndefined();
    expect(await environments.within('mine', () => Promise.resolve(7))).toBe(7);
  });

  it('have this machine as it is among them, for the floor', () => {
    const environments = new RunEnvironments(
      [environmentOf({ emulated: true, cpu: { cores: 1 } })],
      experiment,
      parts,
    );
    expect(environments.limits('local')).toEqual({});
    expect(() => environments.limits('elsewhere')).toThrow('was not selected');
  });

  it('are not emulated where nobody said how', () => {
    const edge = environmentOf({ emulated: true, cpu: { cores: 1 } });
    expect(() => new RunEnvironments([edge], experiment, undefined)).toThrow('nobody said how');
    expect(unemulated(experiment).records()).toEqual([{ environment: thisMachine, applied: {} }]);
  });

  it('have a network each, made once and taken down with them', async () => {
    const made: number[] = [];
    let stopped = 0;
    const networks = ({ roundTripMs }: { roundTripMs: number }) => {
      made.push(roundTripMs);
      return Promise.resolve({
        description: `${roundTripMs} ms`,
        portTo: () => Promise.resolve(1),
        revive: () => Promise.resolve(true),
        stop: () => Promise.resolve(void (stopped += 1)),
      });
    };
    const far = environmentOf({ emulated: true, dataService: { roundTripMs: 9 } });
    const environments = new RunEnvironments([far, thisMachine], experiment, { ...parts, networks });
    expect(await environments.network('mine')).toBe(await environments.network('mine'));
    expect(await environments.network('local')).toBeUndefined();
    expect(made).toEqual([9]);
    expect(environments.records()[0]?.applied).toEqual({ dataService: '9 ms' });
    await environments.dispose();
    expect(stopped).toBe(1);
  });
});
