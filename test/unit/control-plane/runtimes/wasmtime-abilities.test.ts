/** A wasmtime that is too old, or built without something: a stand-in on PATH, which is all that Lumos looks at. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWasmtimeEngine } from '../../../../src/control-plane/runtimes/wasmtime/engine.js';
import type { Availability } from '../../../../src/domain/runtime.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lumos-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** @param cases the arms of a shell's `case` on all arguments */
async function probed(id: string, cases: string): Promise<Availability> {
  const file = join(folder, 'wasmtime');
  await writeFile(file, `#!/bin/sh\ncase "$*" in\n${cases}\nesac\n`);
  await chmod(file, 0o755);
  const engine = createWasmtimeEngine({
    machine: { shimPath: () => Promise.reject(new Error('nothing is started')), hierarchy: undefined },
    setup: { cacheFolder: join(folder, 'cache'), repositoryRoot: folder, environment: { PATH: folder } },
  });
  const runtime = engine.runtimes.find((one) => one.id === id);
  if (runtime === undefined) throw new Error(`no runtime ${id}`);
  return await runtime.probe();
}

const version = (said: string): string => `--version) echo 'wasmtime ${said}' ;;`;
const newServer =
  "'serve --help') echo '--allow-precompiled --max-instance-reuse-count N --idle-instance-timeout T' ;;";

/** Why it cannot be used, and what is to be done. */
function refusalOf(availability: Availability): { readonly why: string; readonly remedy: string } {
  if (availability.usable) throw new Error('it is usable');
  return availability;
}

describe('a wasmtime on PATH', () => {
  it('that is older than the oldest that is used is none, and the remedy gets one', async () => {
    const { why, remedy } = refusalOf(await probed('wasmtime-aot', version('29.0.1')));
    expect(why).toContain('no wasmtime of at least version 30');
    expect(remedy).toContain('lumos setup');
  });

  it('that serves, and keeps instances as it is told, is usable in its version', async () => {
    expect(await probed('wasmtime-serve', `${version('49.0.3')}\n${newServer}`)).toMatchObject({
      usable: true,
      version: 'wasmtime 49.0.3',
    });
  });

  it('whose server cannot be told how long to keep an instance says which flags it lacks', async () => {
    const old = "'serve --help') echo '--allow-precompiled --addr' ;;";
    const { why, remedy } = refusalOf(await probed('wasmtime-serve', `${version('36.0.0')}\n${old}`));
    expect(why).toMatch(/serve does not know --max-instance-reuse-count, --idle-instance-timeout$/);
    expect(remedy).toContain('lumos setup wasmtime');
  });

  it('that was built without a server still runs modules', async () => {
    const arms = `${version('49.0.3')}\nserve*) echo "error: unrecognized subcommand 'serve'" >&2; exit 2 ;;`;
    expect(refusalOf(await probed('wasmtime-serve', arms)).why).toMatch(/has no command serve$/);
    expect(await probed('wasmtime-aot', arms)).toMatchObject({ usable: true });
  });

  it('that was built without Winch says so in its own words, and is usable in its other modes', async () => {
    const words = 'Error: support for this compiler was not compiled in';
    const arms = `${version('49.0.3')}\n*compiler=winch*) echo '${words}' >&2; exit 1 ;;`;
    const { why } = refusalOf(await probed('wasmtime-winch', arms));
    expect(why).toMatch(new RegExp(`-C compiler=winch: ${words}$`));
    expect(await probed('wasmtime-jit', arms)).toMatchObject({ usable: true });
  });
});
