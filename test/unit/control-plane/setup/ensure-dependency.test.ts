import { describe, expect, it } from 'vitest';
import { dependenciesOf } from '../../../../src/control-plane/setup/dependencies.js';
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
  it('is the compiler, the target and the engine, in the order in which they are installed', () => {
    expect(dependenciesOf({ engine: 'wasmtime', artifactKind: 'wasmtime-aot' })).toEqual([
      'rust',
      'wasm-target',
      'wasmtime',
    ]);
    expect(dependenciesOf({ engine: 'docker', artifactKind: 'native-image' })).toEqual(['rust', 'docker']);
    expect(dependenciesOf({ engine: 'wasmtime', artifactKind: 'wasm-module' })).toContain('wasmtime');
    expect(dependenciesOf({ engine: 'native', artifactKind: 'native-binary' })).toEqual(['rust']);
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
