/** What every step of a build is given. */
import type { FunctionDefinition } from '../../domain/function-manifest.js';
import type { Language } from '../../domain/factors.js';
import type { Artifact, ArtifactKind, Precompiler } from '../../domain/runtime.js';
import type { Milliseconds } from '../../domain/units.js';
import type { GoToolchain } from './go-build.js';
import type { BaseLayer } from './oci-image.js';
import type { RustToolchain, WasmRoute } from './rust-toolchain.js';

/** What a builder says while it works: one word of it a thing built or found. */
export interface BuildProgress {
  /** What is built, e.g. `hello-world wasm-module`. */
  readonly what: string;
  /** `started`: it is not in the cache and is being built. `built` and `cached` end it. `output`: a line of the compiler. */
  readonly state: 'started' | 'output' | 'built' | 'cached';
  readonly line?: string;
  /** How long it took; with `built` and `cached`. */
  readonly took?: Milliseconds;
}

export interface BuilderOptions {
  /** Where artefacts and the compiler's working files are kept (`cacheFolder()` of cache-folder.ts). */
  readonly cacheFolder: string;
  /** The root of Lumos's own checkout or package: where Cargo.toml, functions/ and shim/ are. */
  readonly repositoryRoot: string;
  /** The engines' compilers; without any, no precompiled kind can be built. */
  readonly precompilers?: readonly Precompiler[];
  /** Finds the Go that compiles functions in Go; absent where there is to be none. */
  readonly findGo?: () => Promise<string | undefined>;
  readonly onProgress?: (progress: BuildProgress) => void;
  /** Variables as in `process.env`, which is the default: for tests. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** The options with their defaults, and what one builder finds out or makes only once. */
export interface BuildContext extends BuilderOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onProgress: (progress: BuildProgress) => void;
  /** `findToolchain` of rust-toolchain.ts for a folder. */
  toolchain(folder: string): Promise<RustToolchain>;
  /** `findWasmRoute` of rust-toolchain.ts for a folder. */
  wasmRoute(folder: string): Promise<WasmRoute>;
  /** `findComponentRoute` of rust-toolchain.ts for a folder. */
  componentRoute(folder: string): Promise<WasmRoute>;
  /** The Go compiler. @throws LumosError `missing-dependency` where there is none. */
  go(): Promise<GoToolchain>;
  /** The base layer of images on Debian. */
  debianBase(): Promise<BaseLayer>;
  /** The same with the Node that this is run by. */
  nodeBase(): Promise<BaseLayer>;
  /** Another artefact, that this one is made from. */
  artifact(definition: FunctionDefinition, kind: ArtifactKind, language?: Language): Promise<Artifact>;
}
