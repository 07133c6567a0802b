/** The Azure Functions Trace 2019: of every function how often it was invoked in each minute of a day. */
import type { TraceInvocation } from '../../domain/trace.js';
import { readDurations, readMemory, type Durations } from './azure-2019-tables.js';
import type { DayFiles } from './azure-2019-files.js';
import type { OnBadRow } from './bad-rows.js';
import { fieldEnd } from './decimal.js';
import { FunctionNames } from './function-names.js';
import { invocationOf } from './invocation.js';
import { lineBlocks, type LineBlock } from './line-blocks.js';
import { MinuteCounts } from './minute-counts.js';
import { spreadMinute } from './spread-minute.js';

const minute = 60_000;
const minutesOfDay = 1440;
/** Owner, app, function, trigger. */
const names = 4;
const batchLength = 1024;
const [zero, nine, comma] = [0x30, 0x39, 0x2c];

/**
 * Shahrad et al., "Serverless in the Wild", USENIX ATC 2020, and the data set's description. The file goes function by
 * function and its invocations are wanted by time, so it is transposed first. Within its minute an invocation's time is
 * drawn (`spreadMinute`), and so is its duration: from its function's percentiles, on straight lines between them. A
 * function is called by its hash, which is unique over all apps. Memory is its app's average, MB read as 2^20 bytes.
 * @param uniform in [0, 1)
 */
export async function* readAzure2019(
  days: readonly DayFiles[],
  onBadRow: OnBadRow,
  uniform: () => number,
): AsyncGenerator<readonly TraceInvocation[], void> {
  for (const day of days) yield* readDay(day, onBadRow, uniform);
}

async function* readDay(
  files: DayFiles,
  onBadRow: OnBadRow,
  uniform: () => number,
): AsyncGenerator<readonly TraceInvocation[], void> {
  const day = new Day(
    await readDurations(files.durations, onBadRow),
    await readMemory(files.memory, onBadRow),
  );
  try {
    let isHeader = true;
    for await (const block of lineBlocks(files.invocations)) {
      for (let i = 0; i < block.count; i += 1) {
        if (isHeader) day.takeHeader(block.bytes.toString('latin1', block.starts[i], block.ends[i]));
        else {
          const reason = day.takeRow(block, i);
          if (reason !== undefined)
            onBadRow({ file: files.invocations, line: block.numbers[i] ?? 0, reason });
        }
        isHeader = false;
      }
    }
    yield* day.invocations(files.day * minutesOfDay * minute, uniform);
  } finally {
    day.close();
  }
}

class Day {
  private readonly names = new FunctionNames();
  private counts = new MinuteCounts(0);
  private minutes = 0;
  /** Counts of the row that is being read: none of a broken one counts. */
  private row = new Int32Array(0);
  /** Of each function, its row in the table of durations, and its memory. */
  private readonly durationRows: (number | undefined)[] = [];
  private readonly memories: number[] = [];

  constructor(
    private readonly durations: Durations,
    private readonly memory: ReadonlyMap<string, number>,
  ) {}

  takeHeader(line: string): void {
    this.minutes = line.split(',').length - names;
    this.counts = new MinuteCounts(this.minutes);
    this.row = new Int32Array(this.minutes);
  }

  /** Why it cannot be used; undefined for one that was taken. */
  takeRow({ bytes, starts, ends }: LineBlock, line: number): string | undefined {
    const start = starts[line] as number;
    const end = ends[line] as number;
    const owner = fieldEnd(bytes, start, end);
    const app = fieldEnd(bytes, owner + 1, end);
    const name = fieldEnd(bytes, app + 1, end);
    const trigger = fieldEnd(bytes, name + 1, end);
    if (trigger >= end) return 'no counts after owner, app, function and trigger';
    if (app === owner + 1 || name === app + 1) return 'app and function have one character at least';
    const reason = this.takeCounts(bytes, trigger + 1, end);
    if (reason !== undefined) return reason;
    const number = this.numberOf(bytes.toString('latin1', app + 1, name), () =>
      bytes.toString('latin1', owner + 1, app),
    );
    const { row, counts } = this;
    for (let i = 0; i < row.length; i += 1) {
      const count = row[i] as number;
      if (count > 0) counts.add(number, i, count);
    }
    return undefined;
  }

  *invocations(from: number, uniform: () => number): Generator<readonly TraceInvocation[], void> {
    let batch: TraceInvocation[] = [];
    for (let at = 0; at < this.minutes; at += 1) {
      for (const one of spreadMinute(this.counts.of(at), uniform)) {
        const row = this.durationRows[one.name];
        const duration = row === undefined ? NaN : this.durations.at(row, uniform());
        batch.push(
          invocationOf(
            from + at * minute + one.at,
            this.names.nameOf(one.name),
            duration,
            this.memories[one.name] ?? NaN,
          ),
        );
        if (batch.length < batchLength) continue;
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  }

  close(): void {
    this.counts.close();
  }

  private numberOf(name: string, app: () => string): number {
    const number = this.names.numberOf(name);
    if (number === this.durationRows.length) {
      this.durationRows.push(this.durations.rowOf(name));
      this.memories.push(this.memory.get(app()) ?? NaN);
    }
    return number;
  }

  /** Digit by digit: a string for each of 1440 fields would take longer than everything else. */
  private takeCounts(bytes: Buffer, start: number, end: number): string | undefined {
    const { row } = this;
    let field = 0;
    let value = 0;
    let digits = 0;
    for (let at = start; at <= end; at += 1) {
      const byte = at === end ? comma : (bytes[at] as number);
      if (byte >= zero && byte <= nine) {
        value = value * 10 + byte - zero;
        digits += 1;
        continue;
      }
      if (byte !== comma || digits === 0 || digits > 9)
        return `minute ${field + 1}: not a whole number of invocations below 10^9`;
      if (field < row.length) row[field] = value;
      field += 1;
      value = 0;
      digits = 0;
    }
    return field === row.length ? undefined : `${field} minutes instead of ${row.length}`;
  }
}
