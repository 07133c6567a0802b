/** What a runtime is to the rest of the house. A runtime is an engine in a compilation mode with an isolation. */
import type { Readable, Writable } from 'node:stream';
import type { Language, RuntimeClass, Start, Transport } from './factors.js';
import type { Bytes, Milliseconds } from './units.js';

/** Kinds of file that come from a function's sources. */
export const compiledKinds = [
  'native-binary',
  /** A WASI 0.1 module: every engine runs it; it reaches nothing but its streams and the folders it is given. */
  'wasm-module',
  /** The same, with an export that runs the program up to where it serves: what a snapshot is made of. */
  'wasm-initializable',
  /** A WASI 0.2 component of the kind `wasi:cli/command`: what it takes to open a connection from within Wasm. */
  'wasm-component',
  /** A WASI 0.2 component that is a `wasi:http/proxy`: the engine's own HTTP server calls it. */
  'wasm-http-component',
  /** One JavaScript file that Node runs. */
  'node-bundle',
] as const;
export type CompiledKind = (typeof compiledKinds)[number];

/** Images of what was compiled: FROM scratch, and on a Debian base; with Node, for what Node runs. */
export const imageKinds = ['native-image', 'native-image-debian', 'node-image'] as const;
export type ImageKind = (typeof imageKinds)[number];

/** What an engine makes of a module or component ahead of time, `<engine>:<what>`, e.g. `wasmtime:aot`. */
export type PrecompiledKind = `${string}:${string}`;

/** Which kind of file a runtime runs, made by the builder. */
export type ArtifactKind = CompiledKind | ImageKind | PrecompiledKind;

/** An engine's compiler, for engines that can compile before they run. */
export interface Precompiler {
  readonly kind: PrecompiledKind;
  readonly engine: string;
  readonly from: 'wasm-module' | 'wasm-initializable' | 'wasm-component' | 'wasm-http-component';
  /** Extension of the file it makes, which is `function.<extension>` in an image. */
  readonly extension: string;
  /**
   * What its output depends on besides the module: the engine's version, its options, and the CPU where it makes machine
   * code. Part of the cache key, so that nothing made by another version is ever fed to the engine.
   * @throws LumosError `missing-dependency` where the engine is not there
   */
  inputs(): Promise<Readonly<Record<string, string>>>;
  /** Writes the file `output`. @throws LumosError `failed` with the engine's own words */
  make(module: string, output: string): Promise<void>;
}

/** A built file (or image archive) with what identifies and sizes it. */
export interface Artifact {
  readonly kind: ArtifactKind;
  readonly function: string;
  /** Where it lies on this machine. Never recorded in a row or manifest. */
  readonly path: string;
  /** `sha256:<hex>` of the file's bytes. */
  readonly digest: string;
  readonly sizeBytes: Bytes;
  /** How long the engine took to make it of a module, for what was precompiled; measured when it was made, once. */
  readonly precompileMs?: Milliseconds;
  /** What a node would pull to run it: the OCI image FROM scratch that holds it. */
  readonly image: ImageArtifact;
}

export interface ImageArtifact {
  /** An archive that is at once an OCI image layout and what `docker load` reads. */
  readonly archivePath: string;
  /**
   * Where the image stands on a base: the file whose bytes come before those at `archivePath` in the archive. It is kept
   * once for all images on that base.
   */
  readonly archiveBasePath?: string;
  /** The reference it is loaded under, e.g. `lumos/hello-world:native-<digest>`. */
  readonly reference: string;
  /** Digest of the image manifest, `sha256:<hex>`. */
  readonly digest: string;
  /** Compressed layers, config and manifest: the bytes a node would pull. */
  readonly compressedBytes: Bytes;
  /** The layers' bytes unpacked. */
  readonly uncompressedBytes: Bytes;
}

export type Availability =
  | { readonly usable: true; readonly version: string; readonly details: Readonly<Record<string, string>> }
  | { readonly usable: false; readonly why: string; readonly remedy: string };

/** How a sandbox ended. */
export interface ExitStatus {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The kernel killed it for memory. */
  readonly outOfMemory: boolean;
  /** Why its process could not be started at all. */
  readonly neverRan?: string;
}

/** Where the counters of a sandbox are to be read, by whoever reads counters. */
export interface Accounting {
  /** The sandbox's cgroup in each hierarchy it has one of its own in; absent where it shares one with others. */
  readonly cgroups?: CgroupPaths;
  /** The sandbox's processes at this moment. */
  processes(): readonly number[];
}

/** Folders of one control group: version 1 has one a controller, version 2 one for all. */
export interface CgroupPaths {
  readonly version: 1 | 2;
  readonly cpu?: string;
  readonly memory?: string;
  /** The folder whose `cgroup.procs` lists the sandbox's processes. */
  readonly processes: string;
}

/** Where a sandbox serves HTTP, always on this machine's loopback. */
export interface HttpEndpoint {
  readonly port: number;
  /** Resolves once a connection would be served. Rejects, or never settles, for one that never gets there. */
  readonly listening: Promise<void>;
}

/** A sandbox that is up and can be spoken to in the protocol of docs/protocol.md. */
export interface Sandbox {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Present where it was prepared for requests over HTTP. */
  readonly http?: HttpEndpoint;
  /** Where its counters are. Asked for outside the timed window: finding out may take a call to a daemon. */
  accounting(): Promise<Accounting>;
  /** Resolves when the sandbox has ended by itself or was stopped. Never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** The last of what it wrote to its standard error. */
  stderrTail(): string;
  /** Ends it and removes everything it had. Idempotent; resolves when nothing of it is left. */
  remove(): Promise<void>;
}

/**
 * Everything that may be done before a sandbox is asked for without any of it being a sandbox: what is staged holds
 * no process, container or memory of the function. The timed window opens at `launch`.
 */
export interface StagedSandbox {
  /** Counters that run before the launch (of a supervisor that waits, say), so that their start can be taken off. */
  readonly accounting?: Accounting;
  /** How many sandboxes of this function this run has standing at this moment; a cold start needs 0. */
  existing(): Promise<number>;
  /** Asks for the sandbox. Resolves as soon as a request can be written to it. */
  launch(): Promise<Sandbox>;
  /** Gives back what was staged, if `launch` was never called. */
  discard(): Promise<void>;
}

export interface SandboxLimits {
  /** The most memory a sandbox may have, where the runtime can limit it. */
  readonly memoryBytes?: Bytes;
  /** The most CPU time it may have. */
  readonly cpu?: CpuLimit;
}

/** A sandbox's share of the machine's CPUs. */
export interface CpuLimit {
  /** CPU time it may take in each second, in seconds. */
  readonly cores: number;
  /** The CPUs it may run on, by number: as many as `cores`, rounded up. */
  readonly cpus: readonly number[];
}

/** One function made ready on one runtime (e.g. its image loaded into the daemon). */
export interface Prepared {
  /** Where the function sees the folder it was given to reach; absent where it was given none. */
  readonly folder?: string | undefined;
  /** What is staged serves requests of this start; an engine that tells them apart keeps instances for `warm` alone. */
  /** @param cpus what the sandbox is kept to, as the kernel lists CPUs; only of runtimes that keep to CPUs */
  stage(start: Start, cpus?: string): Promise<StagedSandbox>;
  /**
   * Removes sandboxes of earlier trials that could not be removed then, e.g. because their daemon was being restarted. Called
   * where nobody uses a sandbox of the run; does nothing where each was removed. Rejects as a removal does.
   */
  removeLeft?(): Promise<void>;
  /** Undoes the preparation: only what it made. */
  dispose(): Promise<void>;
}

/** What of the machine a function itself reaches, besides its standard streams. */
export interface Reach {
  /** A folder of this machine with its objects, which it reads and writes. */
  readonly folder?: string;
  /** It opens connections to services on this machine's loopback. */
  readonly sockets?: boolean;
}

/** What a runtime is used for in a cell, besides its options. */
export interface Use {
  readonly reach: Reach;
  readonly transport: Transport;
  readonly language: Language;
  /** What starts is to be restored from a snapshot; absent for every other start. */
  readonly snapshot?: boolean;
}

export interface PrepareRequest extends Use {
  readonly artifact: Artifact;
  readonly limits: SandboxLimits;
  /** Names everything that this run makes, so that it, and only it, can be removed after a crash. */
  readonly runId: string;
  /** This runtime's isolation options from the experiment, already validated by `optionsSchema`. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Runtime {
  /** `<engine>` or `<engine>-<mode>` as in CONTRACT.md. */
  readonly id: string;
  readonly engine: string;
  /** Compilation mode, or the shim of a runwasi runtime; absent for engines that have one way only. */
  readonly mode?: string;
  readonly class: RuntimeClass;
  /** What it runs unless its options or its use say otherwise. */
  readonly artifactKind: ArtifactKind;
  /** Starts that it has; `cold` and `warm` for all. */
  readonly starts: readonly Start[];
  /** How requests can reach a function on it, the usual way first. */
  readonly transports: readonly Transport[];
  /**
   * Present where a sandbox is a server that opens instances as it sees fit: a warm request may meet a new one, and is then a
   * failure that says so.
   */
  readonly opensInstances?: true;
  /** Present where its sandboxes can be kept to CPUs. */
  readonly keepsToCpus?: true;
  /**
   * What it runs with these options for this use; `undefined` where it has no way to be used so, and there is no cell.
   * @throws LumosError `invalid-input` where another option would let it, with that option.
   */
  artifactKindFor(options: Readonly<Record<string, unknown>>, use: Use): ArtifactKind | undefined;
  /** Whether and in which version it can run here. Starts nothing. */
  probe(): Promise<Availability>;
  /** Checks this runtime's options from an experiment; gives them back with every default filled in, for the manifest. */
  parseOptions(raw: unknown): Readonly<Record<string, unknown>>;
  /**
   * Why its sandboxes cannot be held to these limits on this machine, with all their processes; `undefined` where they can.
   * Starts no sandbox. A runtime without it holds none to any.
   */
  whyNotHeld?(limits: SandboxLimits): Promise<string | undefined>;
  prepare(request: PrepareRequest): Promise<Prepared>;
  /**
   * Removes whatever is left of a run, and only that: at its end, and before a run that died is taken up again.
   * Returns what was removed.
   */
  cleanUpAfter(runId: string): Promise<readonly string[]>;
  /**
   * For runtimes that live in a daemon: resolves as soon as it answers again, so that one that is restarted costs the
   * trials in flight and no others. Rejects when it does not within `limit`.
   */
  awaitDaemon?(limit: Milliseconds): Promise<void>;
}
