/** The pinned S3 server, compiled from its Go module. */

export const versitygwVersionPinned = '1.8.0';

/** The module and version for `go install`; Go checks what it gets against its checksum database. */
export const versitygwPackage = `github.com/versity/versitygw/cmd/versitygw@v${versitygwVersionPinned}`;

/** The version in what `go install` writes into a program: the main module's line of its build information. */
export const moduleVersionOf = (text: string): string | undefined =>
  /\bmod\tgithub\.com\/versity\/versitygw\tv(\d+\.\d+\.\d+[\w.+-]*)/.exec(text)?.[1];

/** What the module's go.mod asks for. */
const oldestGo = { major: 1, minor: 25 } as const;

/** Whether a Go that says `said` of itself (`go version go1.26.8 linux/amd64`) can compile it. */
export function canCompile(said: string): boolean {
  const match = /\bgo(\d+)\.(\d+)/.exec(said);
  const [major, minor] = [Number(match?.[1]), Number(match?.[2])];
  return major > oldestGo.major || (major === oldestGo.major && minor >= oldestGo.minor);
}
