/** Which sources a crate is built from: its own, those of the crates it names by path, and the lock file. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { LumosError, hasCode, invalidInput } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import { runCommand } from '../process/run-command.js';
import { digestOf, digestOfFolder } from './digest.js';
import type { RustToolchain } from './rust-toolchain.js';

/** What `cargo metadata --format-version 1 --no-deps` says, as far as it is read here. */
const MetadataSchema = z.object({
  workspace_root: z.string(),
  packages: z.array(
    z.object({
      name: z.string(),
      manifest_path: z.string(),
      dependencies: z.array(z.object({ name: z.string(), path: z.string().nullish() })),
    }),
  ),
});
type Metadata = z.infer<typeof MetadataSchema>;

export interface CrateSources {
  readonly workspaceRoot: string;
  /** Folders of the crate and of every crate it names by path, by crate name. */
  readonly crates: Readonly<Record<string, string>>;
  /** One digest for each input, named without any path of this machine: for the cache key. */
  readonly inputs: Readonly<Record<string, string>>;
}

const quick = milliseconds(60_000);

/**
 * Reads no registry: only manifests on this machine.
 * @throws LumosError `invalid-input` when there is no such crate or it has no lock file.
 */
export async function findCrateSources(
  manifestPath: string,
  crate: string,
  toolchain: RustToolchain,
): Promise<CrateSources> {
  const own = await readMetadata(manifestPath, toolchain);
  if (!own.packages.some((p) => p.name === crate)) {
    throw invalidInput(
      `${manifestPath} has no package "${crate}"; it has ${own.packages.map((p) => p.name).join(', ')}`,
      'name the Cargo package in the function\'s manifest under "languages.rust.package"',
    );
  }
  const crates = await closure(own, crate, toolchain);
  const lock = join(own.workspace_root, 'Cargo.lock');
  if ((await readOptional(lock)) === undefined) {
    throw invalidInput(
      `${lock} is missing: without it the same source would not give the same binary`,
      `cargo generate-lockfile --manifest-path ${manifestPath}`,
    );
  }
  const inputs: Record<string, string> = {};
  for (const [name, folder] of Object.entries(crates)) inputs[`crate ${name}`] = await digestOfFolder(folder);
  for (const file of ['Cargo.toml', 'Cargo.lock', '.cargo/config.toml', 'rust-toolchain.toml']) {
    const text = await readOptional(join(own.workspace_root, file));
    if (text !== undefined) inputs[`workspace ${file}`] = digestOf(text);
  }
  return { workspaceRoot: own.workspace_root, crates, inputs };
}

async function closure(
  own: Metadata,
  crate: string,
  toolchain: RustToolchain,
): Promise<Record<string, string>> {
  const known = new Map(own.packages.map((p) => [dirname(p.manifest_path), p]));
  const crates: Record<string, string> = {};
  const start = own.packages.find((p) => p.name === crate);
  const waiting = start === undefined ? [] : [dirname(start.manifest_path)];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (!known.has(folder)) {
      const other = await readMetadata(join(folder, 'Cargo.toml'), toolchain);
      for (const p of other.packages) known.set(dirname(p.manifest_path), p);
    }
    const found = known.get(folder);
    if (found === undefined || crates[found.name] !== undefined) continue;
    crates[found.name] = folder;
    for (const { path } of found.dependencies) if (typeof path === 'string') waiting.push(path);
  }
  return crates;
}

async function readMetadata(manifestPath: string, toolchain: RustToolchain): Promise<Metadata> {
  if ((await readOptional(manifestPath)) === undefined) {
    throw invalidInput(`${manifestPath} is missing: a function in Rust is a Cargo package`);
  }
  const { stdout } = await runCommand(
    toolchain.cargo,
    ['metadata', '--format-version', '1', '--no-deps', '--manifest-path', manifestPath],
    { cwd: dirname(manifestPath), timeout: quick, env: { RUSTC: toolchain.rustc } },
  );
  const parsed = MetadataSchema.safeParse(JSON.parse(stdout));
  if (!parsed.success) {
    throw new LumosError('failed', `cargo metadata of ${manifestPath} cannot be read`, {
      cause: parsed.error,
    });
  }
  return parsed.data;
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
