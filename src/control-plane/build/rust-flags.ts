/** The compiler's flags, pure: what goes to rustc and what is taken out of the person's environment. */
import { join } from 'node:path';

export interface PathRemapping {
  readonly workspaceRoot: string;
  /** Folders of crates named by path, by crate name. */
  readonly crates: Readonly<Record<string, string>>;
  readonly cargoHome: string;
  readonly targetFolder: string;
  readonly sysroot: string;
}

/** Flags that put a name in place of every folder of this machine, so that none is in the binary. */
export function remapFlags(paths: PathRemapping): readonly string[] {
  const { workspaceRoot, crates, cargoHome, targetFolder, sysroot } = paths;
  const outside = Object.entries(crates).filter(([, folder]) => !isWithin(folder, workspaceRoot));
  const replacements: readonly (readonly [string, string])[] = [
    [sysroot, '/rust'],
    [join(sysroot, 'lib/rustlib/src/rust'), '/rustc'],
    [cargoHome, '/cargo'],
    [targetFolder, '/target'],
    ...outside.map(([name, folder]) => [folder, `/crates/${name}`] as const),
    [workspaceRoot, '/source'],
  ];
  return replacements.map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
}

const isWithin = (folder: string, parent: string): boolean =>
  folder === parent || folder.startsWith(`${parent}/`);

/** A static binary: it runs in an image FROM scratch. */
export const nativeFlags: readonly string[] = ['-Ctarget-feature=+crt-static'];

/** cargo's own way to pass flags that may hold spaces. */
export const encodeFlags = (flags: readonly string[]): string => flags.join('\x1f');

/** Variables that would change what is built without being part of the cache key. */
const changesTheBuild =
  /^(RUSTFLAGS|CARGO_ENCODED_RUSTFLAGS|RUSTC|RUSTC_BOOTSTRAP|CARGO_(PROFILE|BUILD|TARGET|UNSTABLE)_.*)$/;

/** The changes to the environment under which cargo is run: what would change the build is taken away. */
export function cargoEnvironment(
  present: Readonly<Record<string, string | undefined>>,
  set: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const taken = Object.keys(present).filter((name) => changesTheBuild.test(name));
  return { ...Object.fromEntries(taken.map((name) => [name, undefined])), CARGO_TERM_COLOR: 'never', ...set };
}
