import { describe, expect, it } from 'vitest';
import { dependenciesOf, type Needs } from '../../../../src/control-plane/setup/dependencies.js';
import type { Precompiler } from '../../../../src/domain/runtime.js';
import { ensureDependency, type Dependency } from '../../../../src/control-plane/setup/dependency.js';
import { inBackground } from '../../../../src/control-plane/setup/docker-start.js';
import type { Availability } from '../../../../src/domain/runtime.js';

const there: Availability = { usable: true, version: 'engine 1', details: {} };
const missing: Availability = { usable: false, why: 'there is no engine', remedy: 'install it' };

/** A dependency that answers its probes one after the other. */
function scripted(...answers: Availability[]): { dependency: Dependency; installs: () => number } {
  let installs = 0;
  const dependency: Dependency = {
    name: 'wasmtime',
    why: 'It runs functions.',
    probe: () => Promise.resolve(answers.shift() ?? missing),
    install: (report) => {
      installs += 1;
      report('downloading');
      return Promise.resolve();
    },
  };
  return { dependency, installs: () => installs };
}

describe('ensureDependency', () => {
  it('installs nothing that is there', async () => {
    const { dependency, installs } = scripted(there);
    expect(await ensureDependency(dependency, () => undefined)).toMatchObject({
      installed: false,
      version: 'engine 1',
    });
    expect(installs()).toBe(0);
  });

  it('says what is missing and why it is needed before it installs it', async () => {
    const lines: string[] = [];
    const { dependency, installs } = scripted(missing, there);
    const ensured = await ensureDependency(dependency, (line) => lines.push(line));
    expect([ensured.installed, installs()]).toEqual([true, 1]);
    expect(lines[0]).toBe('wasmtime: there is no engine. It runs functions.');
    expect(lines[1]).toBe('wasmtime: downloading');
    expect(lines[2]).toMatch(/^wasmtime: engine 1 is ready, after \d+\.\d s$/);
  });

  it('does not believe an installation that left nothing usable', async () => {
    const { dependency } = scripted(missing, missing);
    await expect(ensureDependency(dependency, () => undefined)).rejects.toMatchObject({
      kind: 'missing-dependency',
      remedy: 'install it',
    });
  });
});

describe('dependenciesOf', () => {
  const { dependency } = scripted(missing);
  const wasmtime = { name: 'wasmtime', dependency };
  const precompiler: Precompiler = {
    kind: 'wasmtime:aot',
    engine: 'wasmtime',
    from: 'wasm-module',
    extension: 'cwasm',
    inputs: () => Promise.resolve({}),
    make: () => Promise.resolve(),
  };

  it('is the compiler, the target and the engine, in the order in which they are installed', () => {
    const needs = (needed: Needs): readonly string[] => dependenciesOf(needed, [precompiler]);
    expect(needs({ engine: wasmtime, artifactKind: 'wasmtime:aot', language: 'rust' })).toEqual([
      'rust',
      'wasm-target',
      'wasmtime',
    ]);
    const docker = { name: 'docker', dependency: { ...dependency, name: 'docker' } };
    const image = { engine: docker, artifactKind: 'native-image', language: 'rust' } as const;
    expect(needs(image)).toEqual(['rust', 'docker']);
    expect(needs({ ...image, language: 'go' })).toEqual(['go', 'docker']);
    const native = { engine: { name: 'native' }, artifactKind: 'native-binary', language: 'go' } as const;
    expect(needs(native)).toEqual(['rust', 'go']);
    expect(needs({ artifactKind: 'wasmtime:aot', language: 'prebuilt' })).toEqual(['wasmtime']);
  });
});

describe('inBackground', () => {
  it('starts dockerd with its log in a file and says how to stop it', () => {
    const way = inBackground('/sbin/start-stop-daemon', '/usr/sbin/dockerd', '/c/dockerd.log');
    expect(way.args).toEqual(expect.arrayContaining(['--background', '--output', '/c/dockerd.log']));
    expect(way.args.slice(way.args.indexOf('--exec'))[1]).toBe('/usr/sbin/dockerd');
    expect(way.stop).toContain('--stop --pidfile');
  });
});
