/** Files in which a blank line ends a payload's block. */
import { decimalOf } from '../../domain/strict-number.js';

/** The lines of each block. Two blank lines in a row are a block without a line: every request of it failed. */
export function linesInBlocks(text: string): string[][] {
  const blocks: string[][] = [];
  let block: string[] = [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) {
    if (line.trim() !== '') block.push(line.trim());
    else {
      blocks.push(block);
      block = [];
    }
  }
  if (block.length > 0) blocks.push(block);
  return blocks;
}

/** A line of `time.csv` of execution times: `<function>-<mode>,<ms>`. */
export function parseLatency(line: string): { readonly name: string; readonly ms: number } | undefined {
  const found = /^([^,]+),(\d+(?:\.\d+)?)$/u.exec(line);
  const ms = decimalOf(found?.[2] ?? '');
  return found === null || ms === undefined ? undefined : { name: found[1] as string, ms };
}

/** A line of `pod_id.csv`; an empty string where the pod had no container. */
export const parseContainer = (line: string): string | undefined =>
  /^Container ID:\s*([0-9a-f]{64})?$/u.exec(line)?.[1] ?? (line.startsWith('Container ID:') ? '' : undefined);
