/**
 * Runs a WASI 0.1 module on the V8 of the Node that runs this, by its node:wasi:
 * `node runner.js MODULE [FOLDER SEEN_AS]`. Reads and writes of the module are blocking calls on this process's own standard
 * streams; a trap ends it with V8's words on standard error and exit code 1.
 */
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

/** What is used of WebAssembly's own interface, which Node's types leave to the browser's. */
interface WebAssemblyInterface {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<object>;
}
const { WebAssembly: webAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyInterface };

const [module, folder, seenAs] = process.argv.slice(2);
if (module === undefined) throw new Error('which module?');
const wasi = new WASI({
  version: 'preview1',
  args: [module],
  env: {},
  preopens: folder === undefined || seenAs === undefined ? {} : { [seenAs]: folder },
});
const compiled = await webAssembly.compile(readFileSync(module));
const instance = await webAssembly.instantiate(compiled, wasi.getImportObject());
process.exitCode = wasi.start(instance);
