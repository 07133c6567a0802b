/** One `go build` of one executable. */
import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { LumosError, invalidInput, missingDependency } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import { isFile } from '../process/find-on-path.js';
import { attemptCommand, runCommand } from '../process/run-command.js';
import { digestOfFolder } from './digest.js';
import { writeFailureSaidIn } from '../../files/write-failure.js';

export interface GoToolchain {
  readonly go: string;
  /** e.g. `go version go1.27.3 linux/amd64`. */
  readonly version: string;
}

export type GoTarget = 'native-binary' | 'wasm-module';

/** A static binary, or a WASI 0.1 command; without symbols, and without a word of the machine or the moment. */
export const goBuildArgs = (package_: string, output: string): readonly string[] => [
  ...['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w -buildid='],
  ...['-o', output, package_],
];

const goArchitectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', arm64: 'arm64' };

/** Variables that name the target, and take away those of the person that would change the binary. */
export const goEnvironment = (target: GoTarget): Record<string, string | undefined> => ({
  CGO_ENABLED: '0',
  ...(target === 'wasm-module'
    ? { GOOS: 'wasip1', GOARCH: 'wasm' }
    : { GOOS: 'linux', GOARCH: goArchitectures[process.arch] ?? process.arch }),
  GOFLAGS: '-mod=readonly -modcacherw',
  // What is built with is what is recorded, and what a folder above says changes nothing.
  GOTOOLCHAIN: 'local',
  GOWORK: 'off',
  GOEXPERIMENT: undefined,
  GOAMD64: undefined,
  GOARM64: undefined,
  GOWASM: undefined,
});

const quick = milliseconds(30_000);

/** @throws LumosError `missing-dependency` where `find` finds none. */
export async function findGoToolchain(
  find: (() => Promise<string | undefined>) | undefined,
): Promise<GoToolchain> {
  const go = await find?.();
  if (go === undefined) {
    throw missingDependency('Go is needed to build functions that are written in Go', 'lumos setup go');
  }
  const options = { timeout: quick, env: { GOTOOLCHAIN: 'local' } };
  return { go, version: (await runCommand(go, ['version'], options)).stdout.trim() };
}

/** What goes into the cache key, without a path of this machine: the compiler, and all sources it can read. */
export async function goInputs(
  { go, version }: GoToolchain,
  folder: string,
  package_: string,
  target: GoTarget,
): Promise<Record<string, string>> {
  if (!(await isFile(join(folder, 'go.mod')))) {
    throw invalidInput(`${folder} has no go.mod: a function in Go is a Go module`, 'go mod init NAME');
  }
  const inputs: Record<string, string> = {
    toolchain: version,
    package: package_,
    flags: JSON.stringify([goBuildArgs(package_, 'out'), goEnvironment(target)]),
    sources: await digestOfFolder(folder),
  };
  for (const [module, place] of Object.entries(await localReplacements(go, folder))) {
    inputs[`module ${module}`] = await digestOfFolder(place);
  }
  return inputs;
}

/** What `go mod edit -json` says, as far as it is read here. */
const ModuleSchema = z.object({
  Replace: z
    .array(
      z.object({
        Old: z.object({ Path: z.string() }),
        New: z.object({ Path: z.string(), Version: z.string().optional() }),
      }),
    )
    .nullish(),
});

/** Folders that stand for a module by a `replace` of go.mod, by the module's path. */
async function localReplacements(go: string, folder: string): Promise<Record<string, string>> {
  const options = { cwd: folder, timeout: quick, env: { GOTOOLCHAIN: 'local' } };
  const said = await attemptCommand(go, ['mod', 'edit', '-json'], options);
  if (said.code !== 0) throw invalidInput(`${join(folder, 'go.mod')} cannot be read: ${said.stderr.trim()}`);
  const { Replace } = ModuleSchema.parse(JSON.parse(said.stdout));
  const local = (Replace ?? []).filter((replaced) => replaced.New.Version === undefined);
  return Object.fromEntries(
    local.map((replaced) => {
      const { Path } = replaced.New;
      return [replaced.Old.Path, isAbsolute(Path) ? Path : join(folder, Path)];
    }),
  );
}

export interface GoBuild {
  readonly toolchain: GoToolchain;
  readonly folder: string;
  readonly package: string;
  readonly target: GoTarget;
  readonly cacheFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
}

/**
 * Builds the package's executable as `output`.
 * @throws LumosError `failed` with what the compiler says.
 */
export async function goBuild(build: GoBuild, output: string): Promise<void> {
  const { toolchain, folder, target } = build;
  const result = await attemptCommand(toolchain.go, goBuildArgs(build.package, output), {
    cwd: folder,
    env: {
      ...build.environment,
      GOROOT: undefined,
      ...goEnvironment(target),
      GOCACHE: join(build.cacheFolder, 'target', 'go'),
      GOMODCACHE: join(build.cacheFolder, 'target', 'go-modules'),
      PATH: `${dirname(toolchain.go)}:${build.environment['PATH'] ?? ''}`,
    },
    onOutput: (line, stream) => {
      if (stream === 'stderr') build.onLine(line.trim());
    },
  });
  if (result.code === 0) return;
  const full = writeFailureSaidIn(result.stderr, build.cacheFolder);
  if (full !== undefined) throw full;
  throw new LumosError(
    'failed',
    `the Go package ${build.package} of ${folder} does not compile as ${target}:\n${result.stderr.trim()}`,
    { remedy: `mend the sources in ${folder}` },
  );
}
