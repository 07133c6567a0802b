import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { behavioursOf } from '../../../src/conformance/behaviours.js';
import { echoOfAnything, modestLabel } from '../../../src/conformance/behaviours/payloads.js';
import { hangLimitAfter } from '../../../src/conformance/time-limits.js';
import { isListening } from '../../../src/conformance/machine-traces.js';
import { FakeRuntime } from '../../../src/control-plane/runtimes/fake/fake-runtime.js';
import { VirtualClock } from '../../../src/control-plane/runtimes/fake/virtual-clock.js';
import type { Runtime } from '../../../src/domain/runtime.js';
import { milliseconds } from '../../../src/domain/units.js';
import { makePayload } from '../../../src/user-plane/functions/payload.js';
import { echoFunction } from '../experiment/fixture.js';

describe('the behaviours', () => {
  it('have names of their own, one for each function, and none for the one that misbehaves', () => {
    const names = behavioursOf([echoFunction('one'), echoFunction('misbehaving')]).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.startsWith('one answers the bytes'))).toHaveLength(1);
    expect(names.filter((name) => name.startsWith('misbehaving'))).toEqual([]);
  });

  it('send bytes of every value, from none to 16 MiB', () => {
    const definition = echoOfAnything(echoFunction());
    const sizes = definition.manifest.payloads.map((step) => step.bytes);
    expect([Math.min(...sizes.map(Number)), Math.max(...sizes.map(Number))]).toEqual([0, 16 * 1024 * 1024]);
    for (const label of ['every-value', 'bytes-4096']) {
      const step = definition.manifest.payloads.find((one) => one.label === label);
      if (step === undefined) throw new Error(`no step ${label}`);
      const { input, expected } = makePayload(definition, step, 7);
      expect(new Set(input).size).toBe(256);
      expect(expected).toEqual(input);
    }
  });

  it('take a step of a ladder that is neither the least nor long', () => {
    expect(modestLabel(echoFunction('one', ['tiny', 'small', 'large']))).toBe('small');
    expect(modestLabel(echoFunction('one', ['1', '8', '50']))).toBe('8');
    expect(modestLabel(echoFunction('one', ['1']))).toBe('1');
  });
});

describe('that a function answers as natively', () => {
  const asking = behavioursOf([echoFunction('one')]).find(({ name }) => name.startsWith('one answers'));
  const transportsAsked = (changes: Partial<Runtime>): readonly string[] => {
    const runtime: Runtime = Object.assign(new FakeRuntime(new VirtualClock(), { id: 'x' }), {
      transports: ['stdio', 'http'],
      ...changes,
    });
    return runtime.transports.filter((transport) => asking?.appliesTo?.(runtime, transport));
  };

  it('is asked by every transport where nothing stands between, and elsewhere by the usual one', () => {
    expect(transportsAsked({ class: 'process' })).toEqual(['stdio', 'http']);
    expect(transportsAsked({ class: 'container' })).toEqual(['stdio']);
  });

  it('is not asked of a runtime that runs none of its languages, and is where other options may let it', () => {
    expect(transportsAsked({ artifactKindFor: () => undefined })).toEqual([]);
    const refuse = (): never => {
      throw new Error('not with these options');
    };
    expect(transportsAsked({ artifactKindFor: refuse })).toEqual(['stdio', 'http']);
  });
});

it('a hang is waited for longer than what starts slowly took to answer', () => {
  expect(hangLimitAfter(milliseconds(1))).toBe(1500);
  expect(hangLimitAfter(milliseconds(1000))).toBe(5000);
});

it('a port that is listened on is told from one that is not', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(isListening(port)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(isListening(port)).toBe(false);
});
