/**
 * The engines' adapters: which commands they give. A stand-in for an engine is a script on a PATH of the test's own, which
 * says a version and checks nothing; what is checked is what the adapter would run.
 */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine, EngineHost } from '../../../../src/control-plane/runtimes/engine.js';
import { haveOneFormat } from '../../../../src/control-plane/runtimes/wamr/aot-format.js';
import { createWamrEngine } from '../../../../src/control-plane/runtimes/wamr/engine.js';
import { createWasmedgeEngine } from '../../../../src/control-plane/runtimes/wasmedge/engine.js';
import { createWasmerEngine } from '../../../../src/control-plane/runtimes/wasmer/engine.js';
import { createWasmiEngine } from '../../../../src/control-plane/runtimes/wasmi/engine.js';
import { unpackCompiled } from '../../../../src/control-plane/runtimes/wazero/compiled.js';
import { createWazeroEngine } from '../../../../src/control-plane/runtimes/wazero/engine.js';
import { createV8Engine } from '../../../../src/control-plane/runtimes/v8/engine.js';
import type { Use } from '../../../../src/domain/runtime.js';

let folder: string;
let host: EngineHost;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), `lumos-service-${process.pid}-engines-`));
  await mkdir(join(folder, 'bin'));
  host = {
    machine: { shimPath: () => Promise.reject(new Error('nothing is run here')), hierarchy: undefined },
    setup: {
      cacheFolder: join(folder, 'cache'),
      repositoryRoot: folder,
      environment: { PATH: join(folder, 'bin') },
    },
  };
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A program that says `said`, whatever it is asked, and writes down what it was asked. */
async function standIn(name: string, said: string): Promise<void> {
  const path = join(folder, 'bin', name);
  await writeFile(path, `#!/bin/sh\nprintf '%s\\n' "$*" >> '${folder}/asked'\necho '${said}'\n`);
  await chmod(path, 0o755);
}

const use = (sockets: boolean): Use => ({ reach: { sockets }, transport: 'stdio', language: 'rust' });

const engines: readonly [string, (host: EngineHost) => Engine, command: string, says: string][] = [
  ['wazero', createWazeroEngine, 'wazero', 'v1.12.0'],
  ['wasmi', createWasmiEngine, 'wasmi', 'wasmi 2.0.0'],
  ['wasmedge', createWasmedgeEngine, 'wasmedge', 'wasmedge version 0.14.1'],
  ['wasmer', createWasmerEngine, 'wasmer', 'wasmer 7.4.2'],
  ['wamr', createWamrEngine, 'iwasm', 'iwasm 2.4.4'],
];

describe.each(engines)('%s', (name, create, command, says) => {
  it('is not usable where it is missing, and says how it is had', async () => {
    const found = await create(host).dependency?.probe();
    expect(found).toMatchObject({
      usable: false,
      why: expect.stringContaining(`no ${command} on PATH`) as string,
    });
    expect(found).not.toHaveProperty('remedy', '');
  });

  it('is found on PATH, with its version', async () => {
    await standIn(command, says);
    const version = /\d+\.\d+\.\d+/.exec(says)?.[0] ?? '';
    expect(await create(host).dependency?.probe()).toEqual({
      usable: true,
      version: `${name} ${version}`,
      details: { path: join(folder, 'bin', command) },
    });
  });

  it('is not usable where it is too old', async () => {
    await standIn(command, says.replace(/\d+\.\d+\.\d+/, '0.1.9'));
    expect(await create(host).dependency?.probe()).toMatchObject({
      usable: false,
      why: expect.stringMatching(/0\.1\.9, and \d+\.\d+\.\d+ is the oldest that is used/) as string,
    });
  });

  it('is not usable where the command is another program', async () => {
    await standIn(command, 'something else 9.9.9');
    expect(await create(host).dependency?.probe()).toMatchObject({
      usable: false,
      why: expect.stringContaining(`does not say which version of ${name} it is`) as string,
    });
  });

  it('refuses functions that open connections, and says what works', () => {
    for (const runtime of create(host).runtimes) {
      expect(runtime.artifactKindFor({}, use(false))).toBe(runtime.artifactKind);
      expect(() => runtime.artifactKindFor({}, use(true))).toThrow(
        expect.objectContaining({
          kind: 'invalid-input',
          remedy: expect.stringContaining('[host]') as string,
        }),
      );
    }
  });
});

describe('an engine that no package manager has', () => {
  it.each([
    ['wasmedge', createWasmedgeEngine],
    ['wamr', createWamrEngine],
  ])('%s: setup says what to do by hand', async (_name, create) => {
    await expect(create(host).dependency?.install(() => undefined)).rejects.toMatchObject({
      kind: 'missing-dependency',
      remedy: expect.stringContaining('on PATH') as string,
    });
  });
});

describe('precompilers', () => {
  it.each([
    ['wasmedge:aot', createWasmedgeEngine, 'wasmedge', 'wasmedge version 0.14.1', 'compile m.wasm m.out'],
    ['wasmer:aot', createWasmerEngine, 'wasmer', 'wasmer 7.4.2', 'compile --cranelift -o m.out m.wasm'],
    ['wamr:aot', createWamrEngine, 'wamrc', 'wamrc 2.4.4', '-o m.out m.wasm'],
  ])('%s calls its compiler, and depends on version and CPU', async (kind, create, command, says, asked) => {
    await standIn(command, says);
    await standIn('iwasm', 'iwasm 2.4.1');
    const precompiler = create(host).precompilers?.[0];
    expect(precompiler?.kind).toBe(kind);
    expect(await precompiler?.inputs()).toMatchObject({
      engine: expect.stringMatching(/ \d+\.\d+\.\d+$/) as string,
      cpu: expect.stringContaining(process.arch) as string,
    });
    await precompiler?.make('m.wasm', 'm.out');
    const lines = (await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n');
    expect(lines.at(-1)).toBe(asked);
  });

  it('of WAMR does not compile for an iwasm of another release', async () => {
    await standIn('iwasm', 'iwasm 2.2.0');
    await standIn('wamrc', 'wamrc 2.4.4');
    const engine = createWamrEngine(host);
    await expect(engine.precompilers?.[0]?.inputs()).rejects.toMatchObject({ kind: 'missing-dependency' });
    expect(await engine.runtimes.find(({ id }) => id === 'wamr-aot')?.probe()).toMatchObject({
      usable: false,
    });
    expect(await engine.runtimes.find(({ id }) => id === 'wamr-interpreted')?.probe()).toMatchObject({
      usable: true,
    });
  });

  it.each([
    ['wamr 2.4.1', 'wamr 2.4.4', true],
    ['wamr 2.3.0', 'wamr 2.4.4', false],
    ['', '', false],
  ])('%j and %j are of one format: %s', (iwasm, wamrc, fits) => {
    expect(haveOneFormat(iwasm, wamrc) === undefined).toBe(fits);
  });
});

describe('what wazero compiled', () => {
  it('is not unpacked where it names a file outside of itself', async () => {
    const archive = pack();
    archive.entry({ name: '../outside' }, 'x');
    archive.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of archive) chunks.push(chunk as Buffer);
    await writeFile(join(folder, 'bad.tar'), Buffer.concat(chunks));
    await expect(unpackCompiled(join(folder, 'bad.tar'), join(folder, 'in'))).rejects.toThrow(
      /outside of itself/,
    );
  });

  it('is not unpacked where it is cut', async () => {
    await writeFile(join(folder, 'cut.tar'), 'no archive');
    await expect(unpackCompiled(join(folder, 'cut.tar'), join(folder, 'in'))).rejects.toThrow();
  });
});

describe('v8', () => {
  it('is not usable before its runner was built', async () => {
    const [v8] = createV8Engine(host).runtimes;
    expect(await v8?.probe()).toMatchObject({ usable: false, remedy: 'npm run build' });
  });
});
