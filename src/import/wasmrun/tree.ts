/** The folders of the artefact: what is measured where, and what nobody knows. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { invalidInput } from '../../domain/errors.js';
import type { RuntimeClass, Start } from '../../domain/factors.js';

/** The artefact's modes, as runtimes: a native container, and WasmEdge through a RuntimeClass. */
export const modes = {
  native: { runtime: 'wasmrun-native', class: 'container', engine: 'containerd' },
  wasm: { runtime: 'wasmrun-wasmedge', class: 'wasm-interpreted', engine: 'wasmedge' },
  'wasm-aot': { runtime: 'wasmrun-wasmedge-aot', class: 'wasm-aot', engine: 'wasmedge' },
} as const satisfies Record<string, { runtime: string; class: RuntimeClass; engine: string }>;
export type ModeName = keyof typeof modes;

/** One folder of files: a function in a mode, and for execution times at a start. */
export interface Arm {
  readonly kind: 'execution_time' | 'throughput';
  readonly function: string;
  readonly mode: ModeName;
  /** Of execution times; throughput was measured on instances that stood. */
  readonly start: Extract<Start, 'cold' | 'warm'>;
  readonly folder: string;
  /** The folder as a reader finds it: `execution_time/fibonacci/wasm/cold`. */
  readonly name: string;
}

export interface Tree {
  readonly arms: readonly Arm[];
  /** Folders that are not taken, by their names in the tree. */
  readonly unknown: readonly string[];
}

const starts = ['cold', 'warm'] as const;
const kinds = ['execution_time', 'throughput'] as const;

/** Names of the folders in a folder, in order; no links, which may lead anywhere. */
const foldersIn = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

const isMode = (name: string): name is ModeName => Object.hasOwn(modes, name);

/** Folders that lie beside the measurements in the repository and hold none. */
const besides = new Set(['plots', 'plot', 'images', 'figures', 'results', 'visualizations', '__pycache__']);

function armsOf(kind: Arm['kind'], folder: string, unknown: string[]): Arm[] {
  return foldersIn(folder).flatMap((name) =>
    foldersIn(join(folder, name)).flatMap((mode): Arm[] => {
      const [at, shown] = [join(folder, name, mode), `${kind}/${name}/${mode}`];
      if (!isMode(mode)) {
        unknown.push(shown);
        return [];
      }
      const own = { kind, function: name, mode };
      if (kind === 'throughput') return [{ ...own, start: 'warm', folder: at, name: shown }];
      return foldersIn(at).flatMap((start): Arm[] => {
        const known = starts.find((one) => one === start);
        if (known !== undefined)
          return [{ ...own, start: known, folder: join(at, start), name: `${shown}/${start}` }];
        unknown.push(`${shown}/${start}`);
        return [];
      });
    }),
  );
}

/** Where the two kinds of folders are: here, or below `measurement_data`. */
function rootOf(path: string): string | undefined {
  const holds = (folder: string): boolean => kinds.some((kind) => isFolder(join(folder, kind)));
  return [path, join(path, 'measurement_data')].find((folder) => isFolder(folder) && holds(folder));
}

/**
 * Takes the repository, its `measurement_data`, or one of the two folders in it.
 * @throws LumosError `invalid-input` where there is neither
 */
export function findArms(path: string): Tree {
  if (!isFolder(path)) throw invalidInput(`${path} is no folder`, 'Name the folder of the artefact.');
  const unknown: string[] = [];
  const kind = kinds.find((one) => basename(path) === one);
  const root = rootOf(path);
  if (root === undefined && kind !== undefined) return { arms: armsOf(kind, path, unknown), unknown };
  if (root === undefined)
    throw invalidInput(
      `${path} has neither execution_time nor throughput in it, nor in its measurement_data`,
      'Name the checkout of the artefact, or its folder measurement_data.',
    );
  const arms = kinds.flatMap((one) =>
    isFolder(join(root, one)) ? armsOf(one, join(root, one), unknown) : [],
  );
  for (const name of foldersIn(root))
    if (!kinds.some((one) => one === name) && !besides.has(name)) unknown.push(name);
  return { arms, unknown };
}
