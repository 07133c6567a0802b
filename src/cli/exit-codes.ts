/** Exit codes of CONTRACT.md. */
import type { ErrorKind } from '../domain/errors.js';

export const exitCodes = {
  done: 0,
  failed: 1,
  invalidInput: 2,
  missingDependency: 3,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeOf: Readonly<Record<ErrorKind, ExitCode>> = {
  'invalid-input': exitCodes.invalidInput,
  'missing-dependency': exitCodes.missingDependency,
  failed: exitCodes.failed,
};
