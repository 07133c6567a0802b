/** The version of a program that `go install` made, from what the compiler wrote into it. */
import { createReadStream } from 'node:fs';

const lineAtMost = 200;

/** The version in the main module's line of a program's build information. */
export function moduleVersionIn(text: string, module: string): string | undefined {
  const start = text.indexOf(`mod\t${module}\tv`);
  if (start < 0) return undefined;
  return /^mod\t[^\t]+\tv(\d+\.\d+\.\d+[\w.+-]*)/.exec(text.slice(start, start + lineAtMost))?.[1];
}

/** Looks through the program at `path`. */
export async function builtVersion(path: string, module: string): Promise<string | undefined> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'latin1', highWaterMark: 1024 * 1024 })) {
    const text = rest + String(chunk);
    const version = moduleVersionIn(text, module);
    if (version !== undefined) return version;
    rest = text.slice(-lineAtMost);
  }
  return undefined;
}
