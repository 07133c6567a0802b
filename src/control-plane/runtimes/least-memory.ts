/** A container's memory limit, where its own options and the run may both set one. */
import { fromMebibytes, type Bytes } from '../../domain/units.js';

export function leastMemory(ownMiB: number | undefined, ofRun: Bytes | undefined): Bytes | undefined {
  if (ownMiB === undefined) return ofRun;
  const own = fromMebibytes(ownMiB);
  return ofRun === undefined || own < ofRun ? own : ofRun;
}
