/** Finds how Rust is built on this machine: a cargo with its rustc, and a route to wasm32-wasip1. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { missingDependency, messageOf } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import { attemptCommand, runCommand } from '../process/run-command.js';
import { findOnPath, isExecutable } from '../process/find-on-path.js';
import { digestOfFile, hexOf } from './digest.js';
import {
  chooseComponentRoute,
  chooseRoute,
  componentTarget,
  isNewEnough,
  oldestRust,
  wasmTarget,
  type DebianPieces,
  type WasmRouteName,
} from './toolchain-route.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** A cargo and the rustc it is to use. */
export interface RustToolchain {
  readonly cargo: string;
  readonly rustc: string;
  /** e.g. `rustc 1.95.0 (59807616e 2026-04-14)`. */
  readonly version: string;
  /** The triple it compiles for by itself. */
  readonly host: string;
  readonly sysroot: string;
}

/** How Rust is compiled to `wasm32-wasip1`, or to `wasm32-wasip2`. */
export interface WasmRoute {
  readonly name: WasmRouteName;
  readonly toolchain: RustToolchain;
  readonly cargoArgs: readonly string[];
  readonly rustFlags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The compiler and the route in one line, for the cache key and the manifest. */
  readonly description: string;
}

const quick = milliseconds(30_000);
const addTargetLimit = milliseconds(60_000);

/** The folder where rustup and `cargo install` put commands, whether or not it is on PATH. */
export const cargoBin = (environment: Environment): string =>
  join(environment['CARGO_HOME'] ?? join(environment['HOME'] ?? '/root', '.cargo'), 'bin');

/**
 * The first cargo, on PATH or in rustup's folder, that is new enough. `folder` is where it is to work: a
 * rust-toolchain.toml there may choose another one.
 * @throws LumosError `missing-dependency` when there is none.
 */
export async function findToolchain(folder: string, environment: Environment): Promise<RustToolchain> {
  const rejected: string[] = [];
  for (const place of toolchainFolders(environment)) {
    const found = await toolchainIn(place, folder, environment);
    if (typeof found === 'object') return found;
    if (found !== undefined) rejected.push(found);
  }
  const why = rejected.length === 0 ? 'cargo was not found' : rejected.join('; ');
  throw missingDependency(
    `Rust of at least ${oldestRust.major}.${oldestRust.minor} is needed to build functions: ${why}`,
    'lumos setup',
  );
}

function toolchainFolders(environment: Environment): readonly string[] {
  const onPath = (environment['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  return [...new Set([...onPath, cargoBin(environment), '/usr/bin'])];
}

/** The toolchain in `place`, a sentence that says why what is there will not do, or `undefined`. */
async function toolchainIn(
  place: string,
  folder: string,
  environment: Environment,
): Promise<RustToolchain | string | undefined> {
  const cargo = join(place, 'cargo');
  if (!(await isExecutable(cargo))) return undefined;
  const beside = join(place, 'rustc');
  const rustc = (await isExecutable(beside))
    ? beside
    : await findOnPath('rustc', [cargoBin(environment)], environment['PATH']);
  if (rustc === undefined) return `${cargo} has no rustc`;
  try {
    const options = { cwd: folder, timeout: quick, env: { ...environment, RUSTC: undefined } };
    const { stdout: verbose } = await runCommand(rustc, ['-vV'], options);
    const version = verbose.split('\n')[0] ?? 'rustc';
    if (!isNewEnough(verbose)) return `${rustc} is ${version}`;
    const { stdout: sysroot } = await runCommand(rustc, ['--print', 'sysroot'], options);
    const host = /^host: (\S+)$/m.exec(verbose)?.[1];
    if (host === undefined) return `${rustc} does not name its host`;
    return { cargo, rustc, version, host, sysroot: sysroot.trim() };
  } catch (error) {
    return `${rustc}: ${messageOf(error)}`;
  }
}

/**
 * The route to `wasm32-wasip1`. With `add`, asks rustup for the target where it is missing, for a minute at most;
 * without, nothing is changed and such a machine has the route only once it was asked. `LUMOS_WASM_ROUTE` (`rustup` or
 * `debian`) forces one.
 * @throws LumosError `missing-dependency` with what is missing on every route.
 */
export async function findWasmRoute(
  folder: string,
  environment: Environment,
  options: { readonly add: boolean } = { add: true },
): Promise<WasmRoute> {
  const forced = environment['LUMOS_WASM_ROUTE'];
  const toolchain = await findToolchain(folder, environment).catch(() => undefined);
  const debian = await findDebianPieces(folder, environment);
  const rustup = await findRustup(environment);
  const findings = {
    forced,
    targetInstalled: toolchain !== undefined && (await hasTarget(toolchain, wasmTarget, folder, environment)),
    rustupFound: options.add && rustup !== undefined,
    debian,
  };
  let choice = chooseRoute(findings);
  if (choice.take === 'add-target' && rustup !== undefined && toolchain !== undefined) {
    const added = await addTarget(rustup, wasmTarget, folder, environment);
    const targetInstalled = added && (await hasTarget(toolchain, wasmTarget, folder, environment));
    choice = chooseRoute({ ...findings, targetInstalled, rustupFound: false });
  }
  if (choice.take === 'rustup' && toolchain !== undefined) return rustupRoute(toolchain, wasmTarget);
  if (choice.take === 'debian') return await debianRoute(debian, folder, environment);
  if (choice.take === 'none') throw choice.error;
  return rustupRoute(await findToolchain(folder, environment), wasmTarget); // throws: there is no toolchain
}

/**
 * The route to `wasm32-wasip2`: the toolchain's own target, asked of rustup where it is missing and `add` says so.
 * @throws LumosError `missing-dependency` where there is none.
 */
export async function findComponentRoute(
  folder: string,
  environment: Environment,
  options: { readonly add: boolean } = { add: true },
): Promise<WasmRoute> {
  const toolchain = await findToolchain(folder, environment);
  const rustup = await findRustup(environment);
  const has = (): Promise<boolean> => hasTarget(toolchain, componentTarget, folder, environment);
  const findings = {
    forced: environment['LUMOS_WASM_ROUTE'],
    targetInstalled: await has(),
    rustupFound: options.add && rustup !== undefined,
  };
  let choice = chooseComponentRoute(findings);
  if (choice.take === 'add-target' && rustup !== undefined) {
    const added = await addTarget(rustup, componentTarget, folder, environment);
    choice = chooseComponentRoute({
      ...findings,
      targetInstalled: added && (await has()),
      rustupFound: false,
    });
  }
  if (choice.take === 'none') throw choice.error;
  return rustupRoute(toolchain, componentTarget);
}

export const findRustup = (environment: Environment): Promise<string | undefined> =>
  findOnPath('rustup', [cargoBin(environment)], environment['PATH']);

async function addTarget(
  rustup: string,
  target: string,
  folder: string,
  environment: Environment,
): Promise<boolean> {
  try {
    const options = { cwd: folder, timeout: addTargetLimit, env: environment };
    return (await attemptCommand(rustup, ['target', 'add', target], options)).code === 0;
  } catch {
    return false; // no network, or too slow: the next route is tried
  }
}

/** Whether the toolchain can link for the target by itself: the library and the start-up object are both there. */
async function hasTarget(
  toolchain: RustToolchain,
  target: string,
  folder: string,
  environment: Environment,
): Promise<boolean> {
  const args = ['--print', 'target-libdir', '--target', target];
  const said = await attemptCommand(toolchain.rustc, args, { cwd: folder, timeout: quick, env: environment });
  if (said.code !== 0) return false;
  const library = said.stdout.trim();
  const names = await readdir(library).catch(() => []);
  return (
    names.some((name) => name.startsWith('libstd-')) &&
    (await exists(join(library, 'self-contained', 'crt1-command.o')))
  );
}

function rustupRoute(toolchain: RustToolchain, target: string): WasmRoute {
  return {
    name: 'rustup',
    toolchain,
    cargoArgs: [],
    rustFlags: [],
    environment: {},
    description: `${toolchain.version}, the toolchain's own ${target}`,
  };
}

const debianBin = '/usr/bin';
const wasiLibcFolders = ['/usr/lib/wasm32-wasi', '/usr/lib/wasm32-wasip1'];

/** Looks for what Debian's packages install. */
export async function findDebianPieces(folder: string, environment: Environment): Promise<DebianPieces> {
  const found = await toolchainIn(debianBin, folder, environment);
  const toolchain = typeof found === 'object' ? found : undefined;
  const source = toolchain && join(toolchain.sysroot, 'lib/rustlib/src/rust/library');
  return {
    compiler: toolchain?.rustc,
    standardLibrary: source && (await exists(join(source, 'std', 'Cargo.toml'))) ? source : undefined,
    wasiLibc: await firstOf(wasiLibcFolders, (place) => exists(join(place, 'crt1-command.o'))),
    linker: await findWasmLinker(environment),
  };
}

async function debianRoute(
  pieces: DebianPieces,
  folder: string,
  environment: Environment,
): Promise<WasmRoute> {
  const toolchain = await toolchainIn(debianBin, folder, environment);
  const { wasiLibc, linker } = pieces;
  if (typeof toolchain !== 'object' || wasiLibc === undefined || linker === undefined) {
    throw missingDependency("Debian's route to Wasm vanished while it was looked at", 'lumos setup');
  }
  const libc = hexOf(await digestOfFile(join(wasiLibc, 'libc.a'))).slice(0, 12);
  const { stdout: lld } = await runCommand(linker, ['--version'], { timeout: quick });
  return {
    name: 'debian',
    toolchain,
    cargoArgs: ['-Zbuild-std=std,panic_abort'],
    rustFlags: [
      `-Clinker=${linker}`,
      '-Clinker-flavor=wasm-ld',
      '-Clink-self-contained=no',
      `-Lnative=${wasiLibc}`,
      `-Clink-arg=${join(wasiLibc, 'crt1-command.o')}`,
    ],
    environment: { RUSTC_BOOTSTRAP: '1' },
    description: `${toolchain.version}, standard library from source, wasi-libc ${libc}, ${lld.trim()}`,
  };
}

const newestLld = 30;
const oldestLld = 14;

async function findWasmLinker(environment: Environment): Promise<string | undefined> {
  const versions = Array.from({ length: newestLld - oldestLld + 1 }, (_, i) => `wasm-ld-${newestLld - i}`);
  const names = ['wasm-ld-16', 'wasm-ld', ...versions];
  const name = await firstOf(names, async (n) => (await inSystem(n, environment)) !== undefined);
  return name === undefined ? undefined : await inSystem(name, environment);
}

const inSystem = (name: string, environment: Environment): Promise<string | undefined> =>
  findOnPath(name, [debianBin], environment['PATH']);

async function firstOf<T>(all: readonly T[], holds: (one: T) => Promise<boolean>): Promise<T | undefined> {
  for (const one of all) if (await holds(one)) return one;
  return undefined;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
