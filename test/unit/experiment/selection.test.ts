import { describe, expect, it } from 'vitest';
import { createDockerRuntime } from '../../../src/control-plane/runtimes/docker/runtime.js';
import { FakeRuntime } from '../../../src/control-plane/runtimes/fake/fake-runtime.js';
import { VirtualClock } from '../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { LumosError } from '../../../src/domain/errors.js';
import { select } from '../../../src/experiment/selection.js';
import { loadCatalogue } from '../../../src/user-plane/functions/catalogue.js';
import { experimentOf, gives } from './fixture.js';

const catalogue = await loadCatalogue(['functions']);
const registry = [
  new FakeRuntime(new VirtualClock(), { id: 'native' }),
  createDockerRuntime({
    id: 'docker',
    probe: () => Promise.resolve({ usable: true, version: '1', details: {} }),
    connect: () => Promise.reject(new Error('no daemon is needed')),
  }),
];
const selected = (changes: Record<string, unknown> = {}) =>
  select(
    experimentOf({ functions: ['hashing'], runtimes: ['native'], ...changes }),
    catalogue,
    registry,
    gives,
  );

function refusal(changes: Record<string, unknown>): LumosError {
  try {
    selected(changes);
  } catch (error) {
    if (error instanceof LumosError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('what an experiment names', () => {
  it('is found, each once and payloads in the order of the ladder', () => {
    const { functions, runtimes } = selected({
      runtimes: ['native', 'docker', 'native'],
      payloads: ['large', 'small'],
    });
    expect(runtimes.map((runtime) => runtime.id)).toEqual(['native', 'docker']);
    expect(functions.map(({ definition, payloads }) => [definition.manifest.name, payloads])).toEqual([
      ['hashing', ['small', 'large']],
    ]);
  });

  it('is the smallest step of a function that has none of the labels, where nobody asked for them', () => {
    const payloads = ['nothing-of-hashing', 'otherwise-smallest'];
    expect(() => selected({ payloads })).toThrow('there is no payload "nothing-of-hashing"');
    const [hashing] = selected({ payloads: ['small', 'otherwise-smallest'] }).functions;
    expect(hashing?.payloads).toEqual(['small']);
    const [smallest] = selected({ payloads: ['otherwise-smallest'] }).functions;
    expect(smallest?.payloads).toEqual([smallest?.definition.manifest.payloads[0]?.label]);
  });

  it('is the whole ladder for "all"', () => {
    const [first] = selected({ payloads: ['all'] }).functions;
    expect(first?.payloads).toEqual(first?.definition.manifest.payloads.map((step) => step.label));
    expect(first?.payloads.length).toBeGreaterThanOrEqual(4);
  });

  it.each([
    [
      { runtimes: ['docer'] },
      'there is no runtime "docer"',
      'Did you mean "docker"? There are: native, docker.',
    ],
    [
      { runtimes: ['container'] },
      'runtimes: container is a class of runtimes, not a runtime',
      'Name its runtimes: docker.',
    ],
    [{ functions: ['hashin'] }, 'Unknown function "hashin"', 'Did you mean "hashing"?'],
    [{ payloads: ['smal'] }, 'there is no payload "smal"', 'Did you mean "small"?'],
    [{ options: { dokcer: {} } }, 'options: there is no runtime "dokcer"', 'Did you mean "docker"?'],
    [
      { options: { docker: { netwrk: 'none' } } },
      'options.docker: unknown option "netwrk"',
      'Did you mean "network"?',
    ],
    [
      { starts: ['fresh'] },
      'no function of this experiment can run on native as it is asked for (fresh)',
      'native has the starts cold, warm and the transports stdio, and runs a native-binary.',
    ],
    [
      { concurrency: [1, 2], load: { rates: [5] } },
      'concurrency: a load with a schedule has no clients',
      'Leave concurrency out',
    ],
    [
      { load: { instances: { concurrency: 2 } } },
      'load.instances.concurrency: on standard streams (hashing on native) an instance serves one request at a time',
      'Give --transport http',
    ],
    [
      { environment: 'locl' },
      'environment: there is no environment "locl"',
      'Did you mean "local"? There are: local.',
    ],
  ])('is refused as %j with the nearest valid name', (changes, message, remedy) => {
    const error = refusal(changes);
    expect(error.kind).toBe('invalid-input');
    expect(error.message).toBe(message);
    expect(error.remedy).toContain(remedy);
  });

  it('is refused with an option’s value that does not fit, by its key', () => {
    expect(refusal({ options: { docker: { network: 'moon' } } }).message).toBe(
      'options.docker.network: expected bridge, none or host, found the text "moon"',
    );
  });

  it('is refused with a baseline that no runtime is called, with the nearest name', () => {
    const error = refusal({ runtimes: ['native', 'docker'], baseline: 'dokcer' });
    expect(error.message).toBe('baseline: there is no runtime "dokcer"');
    expect(error.remedy).toContain('Did you mean "docker"?');
  });

  it('is refused with a payload that there is not, with the labels of its own functions and no internal word', () => {
    const error = refusal({ functions: ['hashing'], payloads: ['smal'] });
    expect(error.remedy).toBe(
      'Did you mean "small"? There are: empty, small, medium, large, huge, all, smallest, largest.',
    );
  });

  it.each([
    [{ runtimes: ['native', 'docker'] }, 'docker'],
    [{ runtimes: ['native'] }, 'native'],
    [{ runtimes: ['native', 'docker'], baseline: 'native' }, 'native'],
  ])('has for %j the baseline %s', (changes, baseline) => {
    expect(selected(changes).baseline).toBe(baseline);
  });

  it('is refused where the baseline is not among the runtimes', () => {
    expect(() => selected({ runtimes: ['native'], baseline: 'docker' })).toThrow(
      'baseline: docker is not among the runtimes of this experiment: native',
    );
  });
});
