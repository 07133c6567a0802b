/** One `cargo build` of one executable. */
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { LumosError, invalidInput } from '../../domain/errors.js';
import { untilToldToStop } from '../process/end-with-us.js';
import { attemptCommand } from '../process/run-command.js';
import type { CrateSources } from './crate-sources.js';
import { withFileLock } from '../../files/file-lock.js';
import { describeHolder } from '../../files/lock-record.js';
import { cargoEnvironment, encodeFlags, nativeFlags, remapFlags } from './rust-flags.js';
import { cargoBin, type RustToolchain, type WasmRoute } from './rust-toolchain.js';
import { componentTarget, wasmTarget } from './toolchain-route.js';
import { writeFailureSaidIn } from '../../files/write-failure.js';
import { makeFolders } from '../../files/make-folders.js';

/** What one executable is compiled for and with. */
export interface Compilation {
  readonly toolchain: RustToolchain;
  readonly target: string;
  readonly cargoArgs: readonly string[];
  readonly rustFlags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The compiler and the route in one line. */
  readonly description: string;
}

export const nativeCompilation = (toolchain: RustToolchain): Compilation => ({
  toolchain,
  target: toolchain.host,
  cargoArgs: [],
  rustFlags: nativeFlags,
  environment: {},
  description: toolchain.version,
});

export const wasmCompilation = (route: WasmRoute): Compilation => ({ ...route, target: wasmTarget });

/** A module that can be kept as a snapshot: the SDK makes it of the same crate, by a feature of its own. */
export const initializableCompilation = (route: WasmRoute): Compilation => ({
  ...wasmCompilation(route),
  cargoArgs: [...route.cargoArgs, '--features', 'lumos-function/snapshot'],
});

export const componentCompilation = (route: WasmRoute): Compilation => ({
  ...route,
  target: componentTarget,
});

/** A component whose export is a request handler: the SDK makes it of the same crate, by a feature of its own. */
export const httpComponentCompilation = (route: WasmRoute): Compilation => ({
  ...componentCompilation(route),
  cargoArgs: [...route.cargoArgs, '--features', 'lumos-function/wasi-http'],
});

/** What of a compilation goes into a cache key. */
export const compilationInputs = (compilation: Compilation): Record<string, string> => ({
  toolchain: compilation.description,
  target: compilation.target,
  flags: JSON.stringify([compilation.cargoArgs, compilation.rustFlags, compilation.environment]),
});

export interface CargoBuild {
  readonly manifestPath: string;
  readonly crate: string;
  readonly sources: CrateSources;
  readonly compilation: Compilation;
  readonly cacheFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
}

/**
 * Builds the crate's executable and hands its path to `take`, while no other builder can put another in its place.
 * @throws LumosError `failed` with what rustc says.
 */
export async function cargoBuild<T>(build: CargoBuild, take: (executable: string) => Promise<T>): Promise<T> {
  const { compilation, sources, environment } = build;
  const targetFolder = join(build.cacheFolder, 'target', nameOfWorkspace(sources.workspaceRoot));
  makeFolders(targetFolder);
  const flags = [
    ...compilation.rustFlags,
    ...remapFlags({
      workspaceRoot: sources.workspaceRoot,
      crates: sources.crates,
      cargoHome: dirname(cargoBin(environment)),
      targetFolder,
      sysroot: compilation.toolchain.sysroot,
    }),
  ];
  const args = [
    ...['build', '--release', '--locked', '--manifest-path', build.manifestPath, '--package', build.crate],
    ...['--target', compilation.target, '--target-dir', targetFolder],
    ...['--message-format', 'json-render-diagnostics', ...compilation.cargoArgs],
  ];
  const compile = async (): Promise<T> => {
    const result = await attemptCommand(compilation.toolchain.cargo, args, {
      cwd: dirname(build.manifestPath),
      env: {
        ...environment,
        ...cargoEnvironment(environment, {
          ...compilation.environment,
          CARGO_ENCODED_RUSTFLAGS: encodeFlags(flags),
          RUSTC: compilation.toolchain.rustc,
        }),
      },
      onOutput: (line, stream) => {
        if (stream === 'stderr') build.onLine(line.trim());
      },
    });
    if (result.code !== 0) throw compileFailure(build, result.stderr);
    return await take(findExecutable(result.stdout, build.crate));
  };
  return await aloneIn(join(targetFolder, `${compilation.target}.lock`), compile, build.onLine);
}

/** Runs `work` while no other process compiles for the same target; says who is waited for, and stops waiting when told to. */
async function aloneIn<T>(lock: string, work: () => Promise<T>, onLine: CargoBuild['onLine']): Promise<T> {
  const stop = untilToldToStop();
  try {
    return await withFileLock(lock, work, {
      signal: stop.signal,
      onWait: (holder) => onLine(`waiting for ${describeHolder(holder)}, which holds ${lock}`),
    });
  } finally {
    stop.forget();
  }
}

const nameOfWorkspace = (root: string): string =>
  createHash('sha256').update(root).digest('hex').slice(0, 16);

const diagnosticLines = 200;

function compileFailure(build: CargoBuild, stderr: string): LumosError {
  const full = writeFailureSaidIn(stderr, build.cacheFolder);
  if (full !== undefined) return full;
  const diagnostics = diagnosticsOf(stderr).slice(0, diagnosticLines).join('\n');
  return new LumosError(
    'failed',
    `the crate ${build.crate} does not compile for ${build.compilation.target}:\n${diagnostics}`,
    { remedy: `mend ${build.manifestPath} or its sources` },
  );
}

const progressLine =
  /^\s*(Compiling|Checking|Downloading|Downloaded|Updating|Locking|Blocking|Finished|Fresh) /;

/** What cargo and rustc say, without the lines that only tell how far they are. */
export const diagnosticsOf = (stderr: string): readonly string[] =>
  stderr.split('\n').filter((line) => !progressLine.test(line));

const ArtifactMessageSchema = z.object({
  reason: z.literal('compiler-artifact'),
  target: z.object({ name: z.string(), kind: z.array(z.string()) }),
  executable: z.string(),
});

/**
 * The executable that a `cargo build` made, from its messages (one JSON value a line): the binary named like the crate,
 * or the only one.
 * @throws LumosError `invalid-input` when there is none or no telling which.
 */
export function findExecutable(messages: string, crate: string): string {
  const binaries = messages
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => ArtifactMessageSchema.safeParse(JSON.parse(line)))
    .flatMap((parsed) => (parsed.success && parsed.data.target.kind.includes('bin') ? [parsed.data] : []));
  const named = binaries.find((binary) => binary.target.name === crate);
  const [first, ...others] = binaries;
  const chosen = named ?? (others.length === 0 ? first : undefined);
  if (chosen !== undefined) return chosen.executable;
  const names = binaries.map((binary) => binary.target.name).join(', ');
  throw invalidInput(
    binaries.length === 0
      ? `the crate ${crate} has no binary: a function is a program (src/main.rs)`
      : `the crate ${crate} has several binaries (${names}) and none is named "${crate}"`,
  );
}
