/** `latency-sums.ndjson`: sums of one-shot latencies that an imported run came with. */
import { invalidInput } from '../domain/errors.js';
import { LatencySumSchema, type LatencySum } from '../domain/latency-sum.js';
import { fittedTo, misfitText } from './fitting.js';
import { readRecords, type RecordKind } from './read-records.js';
import type { RecordProblems } from './record-problems.js';
import { realFiles, type FileCalls } from '../files/file-calls.js';
import { isThere } from '../files/input.js';
import { writeWhole } from '../files/write-whole.js';

const sumKind: RecordKind<LatencySum> = {
  name: 'sum',
  decode: (line, path, lineNumber) => {
    try {
      return LatencySumSchema.parse(JSON.parse(line));
    } catch (error) {
      throw invalidInput(`${path}:${lineNumber}: no sum of latencies: ${misfitText(error)}`);
    }
  },
};

/** What names a sum: everything but when it began and what it is. */
const nameOf = ({
  function: name,
  payload,
  runtime,
  class: kind,
  environment,
  clients,
  run,
}: LatencySum): string => JSON.stringify([name, payload, runtime, kind, environment, clients, run]);

/**
 * All of them; none for a run that has no such file.
 * @param problems takes lines that are no sum, and sums with the name of an earlier one; without it the first line that is none is
 * refused
 * @throws LumosError `invalid-input` that names the line, where it is refused
 */
export async function readLatencySums(path: string, problems?: RecordProblems): Promise<LatencySum[]> {
  const sums: LatencySum[] = [];
  if (!isThere(path)) return sums;
  const names = new Set<string>();
  const file = problems?.of(path, sumKind.name);
  for await (const { record, lineNumber } of readRecords(path, sumKind, problems)) {
    const name = nameOf(record);
    if (file !== undefined && names.has(name)) {
      problems?.repeated(
        file,
        `${path}:${lineNumber}: an earlier sum is of the same clients and run ${record.run} too`,
      );
      continue;
    }
    names.add(name);
    sums.push(record);
  }
  return sums;
}

/** One line without its line feed. @throws LumosError `failed` for a sum that nobody could read */
export const encodeLatencySum = (sum: LatencySum): string =>
  JSON.stringify(fittedTo(LatencySumSchema, sum, 'a sum of latencies').record);

/** Writes all of them at once. @throws LumosError that names the file and the reason */
export const writeLatencySums = (
  path: string,
  sums: readonly LatencySum[],
  calls: FileCalls = realFiles,
): void => writeWhole(path, sums.map((sum) => `${encodeLatencySum(sum)}\n`).join(''), calls);
