/** Which Rust to Wasm route is taken, decided from what was found. Pure, so that every machine can be tested here. */
import { invalidInput, missingDependency, type LumosError } from '../../domain/errors.js';

/** `rustup`: the toolchain's own wasm32-wasip1. `debian`: the standard library built from source with wasi-libc. */
export type WasmRouteName = 'rustup' | 'debian';

export const wasmTarget = 'wasm32-wasip1';

/** Rust's target for WASI 0.2: what is built for it is a component, and can open connections. */
export const componentTarget = 'wasm32-wasip2';

/** The oldest compiler that Lumos's crates build with. */
export const oldestRust = { major: 1, minor: 89 } as const;

/** Debian's packages that make a toolchain able to build for Wasm without rustup. */
export const debianWasmPackages = ['rustc-web', 'cargo-web', 'rust-web-src', 'wasi-libc', 'lld-16'] as const;

/** The pieces of the Debian route that are looked for, each `undefined` where it was not found. */
export interface DebianPieces {
  /** The system's own rustc and cargo, new enough. */
  readonly compiler: string | undefined;
  /** The standard library's sources in that rustc's sysroot. */
  readonly standardLibrary: string | undefined;
  /** The folder of wasi-libc's libc.a and crt1-command.o. */
  readonly wasiLibc: string | undefined;
  readonly linker: string | undefined;
}

export interface RouteFindings {
  /** `LUMOS_WASM_ROUTE`, where it is set. */
  readonly forced: string | undefined;
  /** Whether the toolchain in use has the target installed. */
  readonly targetInstalled: boolean;
  /** Whether there is a rustup that could add the target. */
  readonly rustupFound: boolean;
  readonly debian: DebianPieces;
}

export type RouteChoice =
  | { readonly take: WasmRouteName }
  /** Ask rustup for the target; when it cannot, choose again with `rustupFound: false`. */
  | { readonly take: 'add-target' }
  | { readonly take: 'none'; readonly error: LumosError };

const pieceNames: Record<keyof DebianPieces, string> = {
  compiler: `a rustc of at least ${oldestRust.major}.${oldestRust.minor} in /usr/bin (rustc-web, cargo-web)`,
  standardLibrary: "the standard library's source (rust-web-src)",
  wasiLibc: 'wasi-libc',
  linker: 'wasm-ld (lld-16)',
};

/** What the Debian route lacks, in words. */
export const missingPieces = (pieces: DebianPieces): readonly string[] =>
  (Object.keys(pieceNames) as (keyof DebianPieces)[])
    .filter((piece) => pieces[piece] === undefined)
    .map((piece) => pieceNames[piece]);

/** rustup's target first, then rustup's word that it can get it, then Debian's packages. */
export function chooseRoute(findings: RouteFindings): RouteChoice {
  const { forced, targetInstalled, rustupFound } = findings;
  if (forced !== undefined && forced !== '' && forced !== 'rustup' && forced !== 'debian') {
    return {
      take: 'none',
      error: invalidInput(
        `LUMOS_WASM_ROUTE is "${forced}"; it may be "rustup" or "debian"`,
        'unset LUMOS_WASM_ROUTE',
      ),
    };
  }
  if (forced !== 'debian') {
    if (targetInstalled) return { take: 'rustup' };
    if (rustupFound) return { take: 'add-target' };
    if (forced === 'rustup') {
      return {
        take: 'none',
        error: missingDependency(
          `LUMOS_WASM_ROUTE asks for rustup's ${wasmTarget}, which is not installed`,
          `rustup target add ${wasmTarget}`,
        ),
      };
    }
  }
  const missing = missingPieces(findings.debian);
  if (missing.length === 0) return { take: 'debian' };
  return {
    take: 'none',
    error: missingDependency(
      `Rust cannot be compiled to ${wasmTarget} here: rustup's target is not installed, and Debian's route lacks ${missing.join(', ')}`,
      `lumos setup, or: rustup target add ${wasmTarget}`,
    ),
  };
}

/**
 * The route to components: rustup's target, or rustup's word that it can get it. There is no other: Debian's wasi-libc
 * has no WASI 0.2.
 */
export function chooseComponentRoute(
  findings: Pick<RouteFindings, 'forced' | 'targetInstalled' | 'rustupFound'>,
): Exclude<RouteChoice, { take: 'debian' }> {
  const { forced, targetInstalled, rustupFound } = findings;
  if (forced !== 'debian') {
    if (targetInstalled) return { take: 'rustup' };
    if (rustupFound) return { take: 'add-target' };
  }
  const why =
    forced === 'debian'
      ? "LUMOS_WASM_ROUTE asks for Debian's packages"
      : 'it is not installed, and there is no rustup that could get it';
  return {
    take: 'none',
    error: missingDependency(
      `functions that open connections from within Wasm need Rust's target ${componentTarget}, which Debian's packages do not have: ${why}`,
      forced === 'debian'
        ? 'unset LUMOS_WASM_ROUTE'
        : `install Rust with rustup, then: rustup target add ${componentTarget}`,
    ),
  };
}

/** `[major, minor]` of what `rustc -vV` says, or `undefined`. */
export function rustVersion(text: string): readonly [number, number] | undefined {
  const match = /^release: (\d+)\.(\d+)\./m.exec(text);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : [Number(match[1]), Number(match[2])];
}

/** Whether a rustc that says `text` of itself is new enough. */
export function isNewEnough(text: string): boolean {
  const version = rustVersion(text);
  if (version === undefined) return false;
  const [major, minor] = version;
  return major > oldestRust.major || (major === oldestRust.major && minor >= oldestRust.minor);
}
