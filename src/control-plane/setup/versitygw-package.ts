/** The pinned S3 server, compiled from its Go module. */
import type { GoProgram } from './go-install.js';

export const versitygwVersionPinned = '1.8.0';

export const versitygwProgram = {
  package: `github.com/versity/versitygw/cmd/versitygw@v${versitygwVersionPinned}`,
  program: 'versitygw',
  oldestGo: '1.25',
} as const satisfies GoProgram;

/** The version in what `go install` writes into a program: the main module's line of its build information. */
export const moduleVersionOf = (text: string): string | undefined =>
  /\bmod\tgithub\.com\/versity\/versitygw\tv(\d+\.\d+\.\d+[\w.+-]*)/.exec(text)?.[1];
