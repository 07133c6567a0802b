/**
 * Engines that cannot be installed everywhere, by their adapters: a stand-in on PATH takes exactly the command line that the
 * engine documents, and runs the module with wasmtime. Its version says that it is none, so that what it compiles is never
 * taken for the engine's own.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createWorkbench } from '../../src/cli/workbench.js';
import { behavioursOf } from '../../src/conformance/behaviours.js';
import { machineTraces } from '../../src/conformance/machine-traces.js';
import { runBehaviour } from '../../src/conformance/runner.js';
import type { Suite } from '../../src/conformance/suite.js';
import { TrialBench } from '../../src/conformance/trial-bench.js';
import { findWasmtime } from '../../src/control-plane/runtimes/wasmtime/dependency.js';
import { cacheFolder } from '../../src/control-plane/build/cache-folder.js';
import { monotonicClock } from '../../src/data-plane/probes/monotonic-clock.js';
import { ExperimentSchema } from '../../src/domain/experiment.js';
import { StorageBench } from '../../src/experiment/storage-bench.js';
import { repositoryRoot } from '../e2e/lumos-command.js';
import { runtimeIn } from './found.js';

const wasmtime = await findWasmtime({ cacheFolder: cacheFolder(), repositoryRoot });
if (wasmtime === undefined) throw new Error('wasmtime is not installed: lumos setup wasmtime');
const folder = await mkdtemp(join(tmpdir(), `lumos-service-${process.pid}-stand-in-`));

/** Of no release: `/objects` is where the guest sees a folder, and whatever else is asked is refused as the engine would. */
const scripts: Readonly<Record<string, string>> = {
  wasmedge: `
case "$1" in
--version) echo "wasmedge version 0.99.0-stand-in"; exit 0 ;;
compile) [ $# -eq 3 ] || exit 64; exec "$W" compile -o "$3" "$2" ;;
run) shift ;;
*) exit 64 ;;
esac
[ "$1" = --force-interpreter ] && shift
if [ "$1" = --dir ]; then set -- "$3" "\${2#*:}" "\${2%%:*}"; fi
`,
  iwasm: `
[ "$1" = --version ] && { echo "iwasm 2.99.0-stand-in"; exit 0; }
[ "$1" = --interp ] && shift
case "$1" in --stack-size=*) shift ;; *) exit 64 ;; esac
case "$1" in --dir=*) set -- "$2" "\${1#--dir=}" "\${1#--dir=}" ;; esac
`,
  wamrc: `
[ "$1" = --version ] && { echo "wamrc 2.99.0-stand-in"; exit 0; }
[ "$1" = -o ] && [ $# -eq 3 ] || exit 64
exec "$W" compile -o "$2" "$3"
`,
  wasmer: `
case "$1" in
--version) echo "wasmer 7.99.0-stand-in"; exit 0 ;;
compile) [ "$2 $3" = "--cranelift -o" ] && [ $# -eq 5 ] || exit 64; exec "$W" compile -o "$4" "$5" ;;
run) [ -d "$WASMER_DIR" ] && [ -d "$WASMER_CACHE_DIR" ] || exit 65; shift ;;
*) exit 64 ;;
esac
[ "$1" = --cranelift ] && { [ "$2" = --disable-cache ] || exit 64; shift 2; }
if [ "$1" = --volume ]; then set -- "$3" "\${2%:*}" "\${2##*:}"; fi
`,
};
/** What is left of the arguments: the file, and the folder with the name that the guest is to see. */
const runIt = `
case $# in
1) exec "$W" run --allow-precompiled "$1" ;;
3) exec "$W" run --allow-precompiled --dir "$2::$3" "$1" ;;
*) exit 64 ;;
esac
`;
for (const [name, script] of Object.entries(scripts)) {
  await writeFile(join(folder, name), `#!/bin/sh\nW='${wasmtime}'\n${script}${runIt}`);
  await chmod(join(folder, name), 0o755);
}
const path = process.env['PATH'];
process.env['PATH'] = `${folder}${delimiter}${path ?? ''}`;

const workbench = await createWorkbench();
const catalogue = await workbench.catalogue([join(repositoryRoot, 'conformance')]);
const suite: Suite = {
  workshop: workbench,
  functions: catalogue.all,
  hierarchy: workbench.hierarchy,
  traces: machineTraces,
};

afterAll(async () => {
  process.env['PATH'] = path;
  await rm(folder, { recursive: true, force: true });
});

const asked = [
  'every byte value goes in and out as it is, cold and warm',
  'a payload of 1048576 bytes comes in and goes out byte for byte',
  'a function that panics is a row of outcome crashed that says why, and the next sandbox serves',
];
const behaviours = behavioursOf(catalogue.all).filter(({ name }) => asked.includes(name));

it('asks for what the suite has', () => {
  expect(behaviours.map(({ name }) => name).toSorted()).toEqual(asked.toSorted());
});

const ids = [
  'wasmedge-interpreted',
  'wasmedge-aot',
  'wamr-interpreted',
  'wamr-aot',
  'wasmer-aot',
  'wasmer-jit',
];

describe.each(ids)('%s, by a stand-in', (id) => {
  const runtime = runtimeIn(workbench.registry, id);

  it('is found, and says that it is a stand-in', async () => {
    expect(await runtime.probe()).toMatchObject({
      usable: true,
      version: expect.stringContaining('stand-in') as string,
    });
  });

  it.each(behaviours)('$name', async (behaviour) => {
    expect(await runBehaviour(behaviour, suite, runtime, 'stdio')).toEqual({ state: 'passed' });
  });

  it('lets a function reach the folder of its objects', async () => {
    const runId = `test${randomBytes(6).toString('hex')}`;
    const [definition] = catalogue.select(['kv-read']);
    if (definition === undefined) throw new Error('no function kv-read');
    const factors = { storage: 'file', access: 'direct' } as const;
    const experiment = ExperimentSchema.parse({ name: 'test', functions: ['kv-read'], runtimes: [id] });
    const noService = (): Promise<never> => Promise.reject(new Error('files need no service'));
    const storage = new StorageBench(runId, experiment, noService, monotonicClock);
    try {
      const bench = await TrialBench.open(workbench, runtime, definition, runId, { factors, storage });
      try {
        const rows = await bench.trial('1');
        expect(rows.map(({ outcome, reason }) => [outcome, reason])).toEqual([['ok', undefined]]);
        expect(rows[0]).toMatchObject({ fetchedBytes: 1024 });
      } finally {
        await bench.prepared.dispose();
      }
    } finally {
      await storage.dispose();
      await runtime.cleanUpAfter(runId);
    }
  });
});
