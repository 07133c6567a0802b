/** An engine's compiler that is a command: a module goes in, a file of machine code comes out. */
import type { PrecompiledKind, Precompiler } from '../../domain/runtime.js';
import { cpuIdentity } from '../build/cpu-identity.js';
import { runCommand } from '../process/run-command.js';
import type { FoundCommand } from '../setup/engine-command.js';

export interface CommandPrecompilerDescription {
  readonly kind: PrecompiledKind;
  readonly engine: string;
  readonly extension: string;
  /** The compiler, with the version by which the engine tells code that it can run. */
  find(): Promise<FoundCommand>;
  /** Its options, which its output depends on. */
  readonly options: readonly string[];
  /** All of its arguments. */
  args(options: readonly string[], module: string, output: string): readonly string[];
}

export const createCommandPrecompiler = (compiler: CommandPrecompilerDescription): Precompiler => ({
  kind: compiler.kind,
  engine: compiler.engine,
  from: 'wasm-module',
  extension: compiler.extension,
  inputs: async () => ({
    engine: (await compiler.find()).version,
    options: JSON.stringify(compiler.options),
    cpu: await cpuIdentity(),
  }),
  make: async (module, output) => {
    const { path } = await compiler.find();
    await runCommand(path, compiler.args(compiler.options, module, output));
  },
});
