/** Who runs on this machine. */
import { readdirSync, readFileSync } from 'node:fs';

/** Numbers of the processes whose command has this name, of which the kernel keeps 15 characters. */
export const processesCalled = (name: string): number[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name.slice(0, 15);
      } catch {
        return false;
      }
    });
