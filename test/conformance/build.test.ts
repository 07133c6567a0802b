/** Real compilers, the real engine and the real daemon. */
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildProgress } from '../../src/control-plane/build/builder-context.js';
import { cacheFolder } from '../../src/control-plane/build/cache-folder.js';
import { createBuilder, type Builder } from '../../src/control-plane/build/create-builder.js';
import { findDebianPieces, findWasmRoute } from '../../src/control-plane/build/rust-toolchain.js';
import { missingPieces } from '../../src/control-plane/build/toolchain-route.js';
import { runCommand } from '../../src/control-plane/process/run-command.js';
import { probeDocker } from '../../src/control-plane/setup/docker.js';
import { findGo } from '../../src/control-plane/setup/go.js';
import { createWasmtimePrecompilers } from '../../src/control-plane/runtimes/wasmtime/precompilers.js';
import { findWasmtime } from '../../src/control-plane/runtimes/wasmtime/dependency.js';
import type { FunctionDefinition, Languages } from '../../src/domain/function-manifest.js';
import type { ArtifactKind } from '../../src/domain/runtime.js';
import { bytes } from '../../src/domain/units.js';

const repositoryRoot = resolve(import.meta.dirname, '../..');
const minutes = 60_000;

/** The protocol's first word and the answer to one empty invocation begin like this (docs/protocol.md). */
const ready = Buffer.from('01060000004c554d4f5302', 'hex');
const invokeEmpty = Buffer.from('0200000000', 'hex');

function definitionOf(
  name: string,
  folder: string,
  languages: Languages = { rust: { package: name } },
): FunctionDefinition {
  return {
    folder,
    manifest: {
      schema: 'lumos/function@1',
      name,
      class: 'compute',
      description: 'built by a test',
      languages,
      storage: ['inline'],
      crates: [],
      oracle: 'oracle.js',
      payloads: [{ label: 'small', bytes: bytes(1) }],
    },
    oracle: { input: () => new Uint8Array(), output: () => new Uint8Array() },
  };
}

const hello = definitionOf('hello-world', join(repositoryRoot, 'functions/hello-world'));

let scratch = '';
let wasmtime = '';
let progress: BuildProgress[] = [];
let builder: Builder;

/** A builder with a cache of its own under the scratch folder. */
const builderIn = (name: string, root = repositoryRoot, environment = process.env): Builder =>
  createBuilder({
    cacheFolder: join(scratch, name),
    repositoryRoot: root,
    precompilers: createWasmtimePrecompilers(() => Promise.resolve(wasmtime)),
    findGo: () => findGo({ cacheFolder: cacheFolder(), repositoryRoot }),
    environment,
    onProgress: (said) => progress.push(said),
  });

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lumos build '));
  const found = await findWasmtime({ cacheFolder: cacheFolder(), repositoryRoot });
  if (found === undefined) throw new Error('wasmtime is missing: ./lumos setup');
  wasmtime = found;
  builder = builderIn('first');
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** ELF-64 program header types of a file; PT_INTERP (3) names a dynamic loader. */
function programHeaderTypes(elf: Buffer): number[] {
  expect(elf.subarray(0, 5).toString('latin1')).toBe('\x7fELF\x02');
  const [offset, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)];
  return Array.from({ length: count }, (_, i) => elf.readUInt32LE(offset + i * size));
}

const stdoutOf = async (command: string, args: string[]): Promise<Buffer> =>
  Buffer.from((await runCommand(command, args, { stdin: invokeEmpty })).stdout, 'latin1');

describe('a native binary', () => {
  it('is static and speaks the protocol', async () => {
    const { path, sizeBytes } = await builder.artifact(hello, 'native-binary');
    const elf = await readFile(path);
    expect(programHeaderTypes(elf)).not.toContain(3);
    expect(elf.length).toBe(sizeBytes);
    expect((await stdoutOf(path, [])).subarray(0, ready.length)).toEqual(ready);
  });

  it('is built without a word of this machine in it, as is the module and the shim', async () => {
    const paths = [
      (await builder.artifact(hello, 'native-binary')).path,
      (await builder.artifact(hello, 'wasm-module')).path,
      await builder.shim(),
    ];
    for (const path of paths) {
      const content = await readFile(path, 'latin1');
      for (const place of [repositoryRoot, scratch, homedir()]) {
        const index = content.indexOf(`${place}/`);
        expect(index < 0 ? 'nothing' : content.slice(index, index + 80)).toBe('nothing');
      }
    }
  });
});

describe('the shim', () => {
  it('is static', async () => {
    expect(programHeaderTypes(await readFile(await builder.shim()))).not.toContain(3);
  });
});

describe('what wasmtime runs', () => {
  it.each<[ArtifactKind, string[]]>([
    ['wasm-module', ['run']],
    ['wasmtime:aot', ['run', '--allow-precompiled']],
    ['wasmtime:pulley', ['run', '--target', 'pulley64', '--allow-precompiled']],
    ['wasm-component', ['run']],
    ['wasmtime:aot-component', ['run', '--allow-precompiled']],
    ['wasmtime:pulley-component', ['run', '--target', 'pulley64', '--allow-precompiled']],
  ])('speaks the protocol as %s', async (kind, args) => {
    const { path } = await builder.artifact(hello, kind);
    expect((await stdoutOf(wasmtime, [...args, path])).subarray(0, ready.length)).toEqual(ready);
  });
});

describe('a function in Go', () => {
  const definition = definitionOf('word-count-go', join(repositoryRoot, 'examples/word-count-go'), {
    go: { folder: '.', package: '.' },
  });

  it('is a static binary and a module that speak the protocol, without a word of this machine', async () => {
    const { path } = await builder.artifact(definition, 'native-binary');
    const elf = await readFile(path);
    expect(programHeaderTypes(elf)).not.toContain(3);
    expect((await stdoutOf(path, [])).subarray(0, ready.length)).toEqual(ready);
    const module = await builder.artifact(definition, 'wasm-module');
    expect((await stdoutOf(wasmtime, ['run', module.path])).subarray(0, ready.length)).toEqual(ready);
    for (const content of [elf.toString('latin1'), await readFile(module.path, 'latin1')]) {
      expect([repositoryRoot, scratch].filter((place) => content.includes(`${place}/`))).toEqual([]);
    }
  });

  it('is built again when a source of it or of a folder it names changes, and only then', async () => {
    const folder = join(scratch, 'mine-go');
    await mkdir(join(folder, '../shared-go'), { recursive: true });
    await mkdir(folder, { recursive: true });
    const main = 'package main\n\nimport "shared.example/words"\n\nfunc main() { println(words.Hello) }\n';
    const mod =
      'module mine\n\ngo 1.21\n\nrequire shared.example/words v0.0.0\n\nreplace shared.example/words => ../shared-go\n';
    await writeFile(join(folder, 'main.go'), main);
    await writeFile(join(folder, 'go.mod'), mod);
    await writeFile(join(scratch, 'shared-go/go.mod'), 'module shared.example/words\n\ngo 1.21\n');
    const say = (word: string): Promise<void> =>
      writeFile(join(scratch, 'shared-go/words.go'), `package words\n\nconst Hello = "${word}"\n`);
    const mine = definitionOf('mine-go', folder, { go: { folder: '.', package: '.' } });
    await say('hello');
    const first = await builderIn('first').artifact(mine, 'native-binary');
    expect((await builderIn('first').artifact(mine, 'native-binary')).path).toBe(first.path);
    await say('goodbye');
    const second = await builderIn('first').artifact(mine, 'native-binary');
    expect((await runCommand(second.path, [])).stderr).toBe('goodbye\n');
    await writeFile(join(folder, 'main.go'), 'package main\n\nfunc main() { undefined() }\n');
    const broken = builderIn('first').artifact(mine, 'native-binary');
    await expect(broken).rejects.toThrow(/does not compile as native-binary[\s\S]*undefined: undefined/);
  });
});

describe('files that were built by others', () => {
  it('are taken as they are, and refused where they are missing or something else', async () => {
    const folder = join(scratch, 'others');
    await mkdir(join(folder, 'bin'), { recursive: true });
    const { path, digest } = await builder.artifact(hello, 'wasm-module');
    await copyFile(path, join(folder, 'bin/hello.wasm'));
    const definition = definitionOf('others', folder, {
      prebuilt: { module: 'bin/hello.wasm', native: 'bin/hello' },
    });
    expect((await builder.artifact(definition, 'wasm-module')).digest).toBe(digest);
    const aot = await builder.artifact(definition, 'wasmtime:aot');
    const args = ['run', '--allow-precompiled', aot.path];
    expect((await stdoutOf(wasmtime, args)).subarray(0, ready.length)).toEqual(ready);
    const native = builderIn('first').artifact(definition, 'native-binary');
    await expect(native).rejects.toThrow('has no file');
    await copyFile(path, join(folder, 'bin/hello'));
    const wrong = builderIn('first').artifact(definition, 'native-image');
    await expect(wrong).rejects.toThrow('is not a Linux executable (ELF)');
    const component = builder.artifact(definition, 'wasm-component');
    await expect(component).rejects.toMatchObject({ kind: 'invalid-input' });
  });
});

describe('images', () => {
  it('and all they hold are the same bytes from another folder and another cache', async () => {
    const copy = join(scratch, 'a copy');
    await mkdir(copy, { recursive: true });
    for (const file of ['Cargo.toml', 'Cargo.lock']) {
      await copyFile(join(repositoryRoot, file), join(copy, file));
    }
    for (const folder of ['functions', 'shim', 'conformance']) {
      await cp(join(repositoryRoot, folder), join(copy, folder), { recursive: true });
    }
    const other = builderIn('second', copy);
    const there = definitionOf('hello-world', join(copy, 'functions/hello-world'));
    for (const kind of ['native-image', 'wasm-module', 'wasmtime:aot', 'wasmtime:pulley'] as const) {
      const [a, b] = [await builder.artifact(hello, kind), await other.artifact(there, kind)];
      expect(a.image.archivePath).not.toBe(b.image.archivePath);
      expect(b.digest).toBe(a.digest);
      const archives = [await readFile(a.image.archivePath), await readFile(b.image.archivePath)] as const;
      expect(archives[0].equals(archives[1])).toBe(true);
    }
  });

  it('of native code are loaded and run by the Docker daemon', async () => {
    expect((await probeDocker()).state).toBe('answering');
    const docker = new Docker();
    const { image } = await builder.artifact(hello, 'native-image');
    const loading = await docker.loadImage(image.archivePath, { quiet: true });
    const said: Buffer[] = [];
    for await (const chunk of loading as AsyncIterable<Buffer>) said.push(chunk);
    expect(Buffer.concat(said).toString()).toContain(image.reference);
    try {
      const loaded = await docker.getImage(image.reference).inspect();
      expect(loaded.Config.Entrypoint).toEqual(['/function']);
      const container = await docker.createContainer({ Image: image.reference, OpenStdin: false });
      try {
        await container.start();
        expect((await container.wait()) as unknown).toMatchObject({ StatusCode: 0 });
      } finally {
        await container.remove({ force: true });
      }
    } finally {
      await docker.getImage(image.reference).remove({ force: true });
    }
    await expect(docker.getImage(image.reference).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('the cache', () => {
  it('serves a second builder without compiling, and not when the artefact was damaged', async () => {
    const { path } = await builder.artifact(hello, 'wasm-module');
    progress = [];
    const again = await builderIn('first').artifact(hello, 'wasm-module');
    expect([again.path, progress.map((p) => p.state)]).toEqual([path, ['cached']]);
    await writeFile(path, 'not a module');
    progress = [];
    const mended = await builderIn('first').artifact(hello, 'wasm-module');
    expect(progress.at(-1)?.state).toBe('built');
    expect((await stat(mended.path)).size).toBe(mended.sizeBytes);
  });
});

describe("a user's own crate", () => {
  it('is built from its folder; a source that does not compile is told in the words of rustc', async () => {
    const folder = join(scratch, 'mine');
    await mkdir(join(folder, 'src'), { recursive: true });
    await writeFile(
      join(folder, 'Cargo.toml'),
      '[package]\nname = "mine"\nversion = "0.1.0"\nedition = "2021"\n\n[[bin]]\nname = "program"\npath = "src/main.rs"\n',
    );
    await writeFile(join(folder, 'src/main.rs'), 'fn main() { println!("mine"); }\n');
    const mine = definitionOf('mine', folder);
    await expect(builder.artifact(mine, 'native-binary')).rejects.toMatchObject({ kind: 'invalid-input' });
    await runCommand('cargo', ['generate-lockfile'], { cwd: folder });
    const { path } = await builder.artifact(mine, 'native-binary');
    expect((await runCommand(path, [])).stdout).toBe('mine\n');
    await writeFile(join(folder, 'src/main.rs'), 'fn main() { let x: u8 = "no"; }\n');
    const broken = builderIn('first').artifact(mine, 'native-binary');
    await expect(broken).rejects.toThrow(/does not compile[\s\S]*error\[E0308\]: mismatched types/);
  });
});

describe("Debian's route to Wasm", async () => {
  const missing = missingPieces(await findDebianPieces(repositoryRoot, process.env));

  // Where rustup's target is in use, Debian's packages need not be installed.
  it.skipIf(missing.length > 0)(
    'builds a module that wasmtime runs',
    async () => {
      const environment = { ...process.env, LUMOS_WASM_ROUTE: 'debian' };
      expect((await findWasmRoute(repositoryRoot, environment)).name).toBe('debian');
      const debian = builderIn('debian', repositoryRoot, environment);
      const { path } = await debian.artifact(hello, 'wasm-module');
      expect((await stdoutOf(wasmtime, ['run', path])).subarray(0, ready.length)).toEqual(ready);
      expect((await readFile(path, 'latin1')).includes('/usr/lib/rustlib')).toBe(false);
    },
    5 * minutes,
  );
});
