/** What wasmtime makes of a module ahead of time: machine code, or the byte code of its interpreter Pulley. */
import { missingDependency } from '../../../domain/errors.js';
import type { Precompiler } from '../../../domain/runtime.js';
import { cpuIdentity } from '../../build/cpu-identity.js';
import { runCommand } from '../../process/run-command.js';
import { wasmtimeVersion } from './version.js';

export const wasmtimeKinds = {
  aot: 'wasmtime:aot',
  pulley: 'wasmtime:pulley',
  aotComponent: 'wasmtime:aot-component',
  pulleyComponent: 'wasmtime:pulley-component',
  aotHttp: 'wasmtime:aot-http',
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
];

/** @param find path of the engine; `undefined` where it is not installed */
export const createWasmtimePrecompilers = (find: () => Promise<string | undefined>): Precompiler[] =>
  rows.map(([kind, from, options]) => {
    const engine = async (): Promise<string> => {
      const path = await find();
      if (path !== undefined) return path;
      const why = `wasmtime is needed to make a ${kind}, and is not installed`;
      throw missingDependency(why, 'lumos setup wasmtime');
    };
    return {
      kind,
      engine: 'wasmtime',
      from,
      extension: 'cwasm',
      // It takes code of its own version only, made for features that this CPU has.
      inputs: async () => ({
        engine: await wasmtimeVersion(await engine()),
        options: JSON.stringify(options),
        ...(options === pulley ? {} : { cpu: await cpuIdentity() }),
      }),
      make: async (module, output) => {
        await runCommand(await engine(), ['compile', ...options, '-o', output, module]);
      },
    };
  });
