/** The pinned wazero, compiled from its Go module. */
import type { GoProgram } from '../../setup/go-install.js';

export const wazeroVersionPinned = '1.12.0';

export const wazeroProgram = {
  package: `github.com/tetratelabs/wazero/cmd/wazero@v${wazeroVersionPinned}`,
  program: 'wazero',
  oldestGo: '1.25',
} as const satisfies GoProgram;
