/** `latency-sums.ndjson`: sums of one-shot latencies that an imported run came with. */
import { existsSync } from 'node:fs';
import { invalidInput, messageOf } from '../domain/errors.js';
import { LatencySumSchema, type LatencySum } from '../domain/latency-sum.js';
import { completeLines } from '../files/lines.js';

/** All of them; none for a run that has no such file. @throws LumosError `invalid-input` for a line that is none */
export async function readLatencySums(path: string): Promise<LatencySum[]> {
  const sums: LatencySum[] = [];
  if (!existsSync(path)) return sums;
  for await (const { lines, firstNumber } of completeLines(path)) {
    for (const [index, line] of lines.entries()) {
      if (line.length === 0) continue;
      try {
        sums.push(LatencySumSchema.parse(JSON.parse(line)));
      } catch (error) {
        throw invalidInput(`${path}:${firstNumber + index}: no sum of latencies: ${messageOf(error)}`);
      }
    }
  }
  return sums;
}
