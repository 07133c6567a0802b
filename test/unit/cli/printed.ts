/** What a command prints, kept for a test in place of being shown. */
import { vi } from 'vitest';

/** A test that looks at one command after another empties them in between. */
export interface Printed {
  out: string;
  err: string;
}

/** Collects from here on, until the test calls `vi.restoreAllMocks()`. */
export function collectPrinted(): Printed {
  const printed: Printed = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.out += text.toString();
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed.err += text.toString();
    return true;
  });
  return printed;
}
