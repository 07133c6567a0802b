/** Engines on a bad day, in a run: stand-ins on PATH that do what engines do. Their cells say so; the others run. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBuilder } from '../../src/control-plane/build/create-builder.js';
import { createWasmedgeEngine } from '../../src/control-plane/runtimes/wasmedge/engine.js';
import { FunctionManifestSchema, type FunctionDefinition } from '../../src/domain/function-manifest.js';
import { ensureBuilt, lumos, repositoryRoot } from './lumos-command.js';
import { rowsIn } from './run-directory.js';

let folder = '';
beforeAll(ensureBuilt);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bad-days-of-engines-'));
  await mkdir(join(folder, 'bin'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** @param arms of a shell's `case` on the first argument */
async function wasmedge(version: string, arms: string): Promise<void> {
  const path = join(folder, 'bin', 'wasmedge');
  const says = `--version) echo 'wasmedge version ${version}' ;;`;
  await writeFile(path, `#!/bin/sh\ncase "$1" in\n${says}\n${arms}\nesac\n`);
  await chmod(path, 0o755);
}

interface Ran {
  readonly code: number | null;
  readonly stderr: string;
  /** What became of each runtime's rows: outcome and reason. */
  readonly rows: Readonly<Record<string, readonly string[]>>;
}

async function run(runtimes: string): Promise<Ran> {
  const out = join(folder, 'out');
  const factors = ['--functions', 'hello-world', '--payloads', 'small', '--starts', 'cold'];
  const { code, stderr } = await lumos(
    ['run', ...factors, '--runtimes', runtimes, '--repetitions', '2', '--out', out],
    {
      cwd: repositoryRoot,
      environment: { PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}` },
    },
  );
  const rows: Record<string, string[]> = {};
  for (const { runtime, outcome, reason } of rowsIn(out))
    (rows[runtime] ??= []).push(`${outcome} ${reason ?? ''}`);
  return { code, stderr, rows };
}

describe('a run with', () => {
  it('an engine whose compiler crashes on a module, and which lacks a call of WASI, says both in its own words', async () => {
    await wasmedge(
      '0.99.1',
      `compile) echo 'compiler: cannot lower v128.bitmask' >&2; kill -SEGV $$ ;;
run) echo 'unknown import: wasi_snapshot_preview1.fd_read has not been defined' >&2; exit 1 ;;`,
    );
    const { code, stderr, rows } = await run('native,wasmedge-aot,wasmedge-interpreted');
    expect(code).toBe(1);
    expect(Object.keys(rows).sort()).toEqual(['native', 'wasmedge-aot', 'wasmedge-interpreted']);
    expect(rows['native']).toEqual(['ok ', 'ok ']);
    for (const row of rows['wasmedge-aot'] ?? [])
      expect(row).toMatch(/^crashed could not be made ready: .*cannot lower v128\.bitmask/s);
    for (const row of rows['wasmedge-interpreted'] ?? [])
      expect(row).toMatch(/^crashed exited with code 1 before its answer: unknown import: wasi_snapshot/);
    expect(stderr).toContain('hello-world cannot be made ready on wasmedge-aot');
  });

  it('an engine that is too old ends before anything runs, with what is there and what is used', async () => {
    await wasmedge('0.1.0', '*) exit 1 ;;');
    const { code, stderr, rows } = await run('native,wasmedge-interpreted');
    expect([code, rows]).toEqual([3, {}]);
    expect(stderr).toMatch(/wasmedge 0\.1\.0, and \d+\.\d+\.\d+ is the oldest that is used/);
  });
});

describe('what another version precompiled', () => {
  /** A module with nothing in it. */
  const module = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

  async function emptyFunction(): Promise<FunctionDefinition> {
    await writeFile(join(folder, 'empty.wasm'), module);
    const manifest = FunctionManifestSchema.parse({
      ...{ schema: 'lumos/function@1', name: 'empty', class: 'compute', description: 'Nothing.' },
      ...{ languages: { prebuilt: { module: 'empty.wasm' } }, storage: ['inline'], oracle: 'oracle.js' },
      payloads: [{ label: 'none', bytes: 0 }],
    });
    const nothing = new Uint8Array();
    return { manifest, folder, oracle: { input: () => nothing, output: () => nothing } };
  }

  it('is compiled again by this one, and never fed to it; going back finds the first', async () => {
    const definition = await emptyFunction();
    const artifact = async (version: string): Promise<{ path: string; text: string }> => {
      await wasmedge(
        version,
        `compile) echo ${version} >> '${folder}/compiled'; echo 'by ${version}' > "$3" ;;`,
      );
      const options = { cacheFolder: join(folder, 'cache'), repositoryRoot };
      const { precompilers = [] } = createWasmedgeEngine({
        machine: { shimPath: () => Promise.reject(new Error('nothing is run')), hierarchy: undefined },
        setup: { ...options, environment: { PATH: join(folder, 'bin') } },
      });
      const { path } = await createBuilder({ ...options, precompilers }).artifact(definition, 'wasmedge:aot');
      return { path, text: await readFile(path, 'utf8') };
    };
    const first = await artifact('0.14.1');
    const second = await artifact('0.14.2');
    expect([first.text, second.text]).toEqual(['by 0.14.1\n', 'by 0.14.2\n']);
    expect(await artifact('0.14.1')).toEqual(first);
    expect(await readFile(join(folder, 'compiled'), 'utf8')).toBe('0.14.1\n0.14.2\n');
  });
});
