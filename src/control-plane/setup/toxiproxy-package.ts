/** The pinned proxy that delays what goes through it, compiled from its Go module. */
import type { GoProgram } from './go-install.js';

export const toxiproxyVersionPinned = '2.12.0';

/** As its build information names it. */
export const toxiproxyModule = 'github.com/Shopify/toxiproxy/v2';

export const toxiproxyProgram = {
  package: `${toxiproxyModule}/cmd/server@v${toxiproxyVersionPinned}`,
  /** `go install` names a program after its folder. */
  program: 'server',
  oldestGo: '1.23',
} as const satisfies GoProgram;
