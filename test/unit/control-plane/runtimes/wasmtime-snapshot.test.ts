/** The start `snapshot` of wasmtime: what is run for it, and how that is made. A stand-in writes down what it is asked. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../../../src/control-plane/runtimes/engine.js';
import { createWasmtimeEngine } from '../../../../src/control-plane/runtimes/wasmtime/engine.js';
import type { Precompiler, Runtime, Use } from '../../../../src/domain/runtime.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lumos-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const engine = (): Engine =>
  createWasmtimeEngine({
    machine: { shimPath: () => Promise.reject(new Error('nothing is started')), hierarchy: undefined },
    setup: { cacheFolder: join(folder, 'cache'), repositoryRoot: folder, environment: { PATH: folder } },
  });

/** @param answer shell that answers what is not a question for the version */
async function standIn(answer = 'exit 0'): Promise<void> {
  const script = `#!/bin/sh
[ "$1" = --version ] && { echo 'wasmtime 49.0.3'; exit 0; }
printf '%s\\n' "$*" >> '${folder}/asked'
${answer}
`;
  await writeFile(join(folder, 'wasmtime'), script);
  await chmod(join(folder, 'wasmtime'), 0o755);
}

const asked = async (): Promise<string[]> =>
  (await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n');

function precompiler(kind: string): Precompiler {
  const found = engine().precompilers?.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`nothing makes a ${kind}`);
  return found;
}

const use = (sockets: boolean): Use => ({
  reach: { sockets },
  transport: 'stdio',
  language: 'rust',
  snapshot: true,
});
const kindOf = (runtime: Runtime): unknown => runtime.artifactKindFor({}, use(false));

describe('a runtime of wasmtime', () => {
  it('has the start and an artefact of its own for it where it runs modules, and neither as a server', () => {
    const found = engine().runtimes.map((one) => [one.id, one.starts.includes('snapshot'), kindOf(one)]);
    expect(found).toEqual([
      ['wasmtime-aot', true, 'wasmtime:aot-snapshot'],
      ['wasmtime-interpreted', true, 'wasmtime:pulley-snapshot'],
      ['wasmtime-jit', true, 'wasmtime:snapshot'],
      ['wasmtime-jit-cached', true, 'wasmtime:snapshot'],
      ['wasmtime-winch', true, 'wasmtime:snapshot'],
      ['wasmtime-serve', false, undefined],
    ]);
  });

  it('has no snapshot of a function that opens connections: what is kept is a module of WASI 0.1', () => {
    for (const runtime of engine().runtimes) expect(runtime.artifactKindFor({}, use(true))).toBeUndefined();
  });
});

const wizer = 'wizer -S cli=y --init-func wizer-initialize --rename-func _start=lumos-resume -o';

describe('a snapshot', () => {
  it('is made by wizer of what the SDK exports, of a module that can be kept', async () => {
    await standIn();
    const snapshot = precompiler('wasmtime:snapshot');
    expect([snapshot.from, snapshot.extension]).toEqual(['wasm-initializable', 'wasm']);
    await snapshot.make('m.wasm', 'm.out');
    expect(await asked()).toEqual([`${wizer} m.out m.wasm`]);
  });

  it.each([
    ['wasmtime:aot-snapshot', ''],
    ['wasmtime:pulley-snapshot', '--target pulley64 '],
  ])('%s is compiled of such a one, which is removed', async (kind, options) => {
    await standIn();
    await precompiler(kind).make('m.wasm', 'm.out');
    const [kept = '', compiled, ...more] = await asked();
    const path = /-o (\S+) m\.wasm$/.exec(kept)?.[1] ?? '';
    expect([kept, compiled]).toEqual([`${wizer} ${path} m.wasm`, `compile ${options}-o m.out ${path}`]);
    expect(more).toEqual([]);
    await expect(readFile(join(path, '..'))).rejects.toThrow('ENOENT');
  });

  it('depends on the version of the engine and on how it is made', async () => {
    await standIn();
    for (const kind of ['wasmtime:snapshot', 'wasmtime:aot-snapshot'])
      expect(JSON.stringify(await precompiler(kind).inputs())).toMatch(/49\.0\.3.*lumos-resume/);
    expect(JSON.stringify(await precompiler('wasmtime:aot').inputs())).not.toContain('lumos-resume');
  });

  it('of a function whose initialisation traps fails with the words of the engine', async () => {
    await standIn("echo 'Error: the initialization function trapped' >&2; exit 1");
    await expect(precompiler('wasmtime:snapshot').make('m.wasm', 'm.out')).rejects.toThrow(
      'the initialization function trapped',
    );
  });

  it.each([
    ['exit 0', { usable: true, version: 'wasmtime 49.0.3' }],
    ['exit 2', { usable: false, why: expect.stringContaining('has no command wizer') as string }],
  ])('can be made where wasmtime has wizer: %s', async (answer, expected) => {
    await standIn(answer);
    expect(await engine().snapshots?.probe()).toMatchObject(expected);
  });
});
