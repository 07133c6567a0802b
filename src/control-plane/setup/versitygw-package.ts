/** The pinned S3 server, compiled from its Go module. */
import type { GoProgram } from './go-install.js';

export const versitygwVersionPinned = '1.8.0';

export const versitygwProgram = {
  package: `github.com/versity/versitygw/cmd/versitygw@v${versitygwVersionPinned}`,
  program: 'versitygw',
  oldestGo: '1.25',
} as const satisfies GoProgram;

/** As its build information names it. */
export const versitygwModule = 'github.com/versity/versitygw';
