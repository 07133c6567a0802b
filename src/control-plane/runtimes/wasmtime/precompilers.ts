/** What wasmtime makes of a module ahead of time: machine code, or the byte code of its interpreter Pulley; or a snapshot. */
import { missingDependency } from '../../../domain/errors.js';
import type { Precompiler } from '../../../domain/runtime.js';
import { cpuIdentity } from '../../build/cpu-identity.js';
import { runCommand } from '../../process/run-command.js';
import { keepSnapshot, snapshotOptions, withSnapshot } from './snapshot.js';
import { wasmtimeVersion } from './version.js';

export const wasmtimeKinds = {
  aot: 'wasmtime:aot',
  pulley: 'wasmtime:pulley',
  aotComponent: 'wasmtime:aot-component',
  pulleyComponent: 'wasmtime:pulley-component',
  aotHttp: 'wasmtime:aot-http',
  snapshot: 'wasmtime:snapshot',
  aotSnapshot: 'wasmtime:aot-snapshot',
  pulleySnapshot: 'wasmtime:pulley-snapshot',
} as const;

/** What is compiled for Pulley also runs only with `--target pulley64`. */
const pulley = ['--target', 'pulley64'];

type Row = readonly [
  kind: (typeof wasmtimeKinds)[keyof typeof wasmtimeKinds],
  from: Precompiler['from'],
  options: readonly string[],
];

const rows: readonly Row[] = [
  [wasmtimeKinds.aot, 'wasm-module', []],
  [wasmtimeKinds.pulley, 'wasm-module', pulley],
  [wasmtimeKinds.aotComponent, 'wasm-component', []],
  [wasmtimeKinds.pulleyComponent, 'wasm-component', pulley],
  [wasmtimeKinds.aotHttp, 'wasm-http-component', []],
  [wasmtimeKinds.aotSnapshot, 'wasm-initializable', []],
  [wasmtimeKinds.pulleySnapshot, 'wasm-initializable', pulley],
];

/** @param find path of the engine; `undefined` where it is not installed */
export function createWasmtimePrecompilers(find: () => Promise<string | undefined>): Precompiler[] {
  const engineFor = async (kind: string): Promise<string> => {
    const path = await find();
    if (path !== undefined) return path;
    const why = `wasmtime is needed to make a ${kind}, and is not installed`;
    throw missingDependency(why, 'lumos setup wasmtime');
  };
  return [snapshots(engineFor), ...rows.map((row) => compiler(row, engineFor))];
}

type EngineFor = (kind: string) => Promise<string>;

const compiler = ([kind, from, options]: Row, engineFor: EngineFor): Precompiler => ({
  kind,
  engine: 'wasmtime',
  from,
  extension: 'cwasm',
  // It takes code of its own version only, made for features that this CPU has.
  inputs: async () => ({
    engine: await wasmtimeVersion(await engineFor(kind)),
    options: JSON.stringify(options),
    ...(from === 'wasm-initializable' ? { snapshot: JSON.stringify(snapshotOptions) } : {}),
    ...(options === pulley ? {} : { cpu: await cpuIdentity() }),
  }),
  make: async (module, output) => {
    const wasmtime = await engineFor(kind);
    const compile = async (what: string): Promise<void> => {
      await runCommand(wasmtime, ['compile', ...options, '-o', output, what]);
    };
    if (from === 'wasm-initializable') await withSnapshot(wasmtime, module, compile);
    else await compile(module);
  },
});

/** For modes that take a module as it is. */
const snapshots = (engineFor: EngineFor): Precompiler => ({
  kind: wasmtimeKinds.snapshot,
  engine: 'wasmtime',
  from: 'wasm-initializable',
  extension: 'wasm',
  inputs: async () => ({
    engine: await wasmtimeVersion(await engineFor(wasmtimeKinds.snapshot)),
    options: JSON.stringify(snapshotOptions),
  }),
  make: async (module, output) => {
    await keepSnapshot(await engineFor(wasmtimeKinds.snapshot), module, output);
  },
});
