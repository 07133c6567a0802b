/** Which CPU machine code was made for: compilers that run here use the features they find. */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { digestOf } from './digest.js';

/** The architecture and the CPU's model and features, as one digest: for the cache keys of what engines precompile. */
export async function cpuIdentity(): Promise<string> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => /^(model name|flags|Features|CPU part)\s*:/.test(line));
  const features = [...new Set(lines)];
  const known = features.length > 0 ? features : [cpus()[0]?.model ?? 'unknown'];
  return `${process.arch} ${digestOf(known.join('\n'))}`;
}
