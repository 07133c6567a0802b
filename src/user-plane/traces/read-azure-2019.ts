/** The Azure Functions Trace 2019: of every function how often it was invoked in each minute of a day. */
import { createHash } from 'node:crypto';
import type { TraceInvocation } from '../../domain/trace.js';
import { CountsRow } from './azure-2019-counts.js';
import type { DayFiles } from './azure-2019-files.js';
import { keyOf, readDurations, readMemory, type DrawDuration, type Durations } from './azure-2019-tables.js';
import { eachRow } from './bad-rows.js';
import { FunctionNames } from './function-names.js';
import { invocationOf } from './invocation.js';
import { TraceLines, type LineBlock } from './line-blocks.js';
import { MinuteCounts } from './minute-counts.js';
import type { Reading } from './reading.js';
import { spreadMinute } from './spread-minute.js';
import type { TraceOrigin } from './trace-origin.js';

const minute = 60_000;
const minutesOfDay = 1440;
const batchLength = 1024;

/** A day whose file of invocations is open already, or is still to be opened. */
export type Day = DayFiles & { readonly lines?: TraceLines };

/**
 * Shahrad et al., "Serverless in the Wild", USENIX ATC 2020, and the data set's description. The file goes function by
 * function and its invocations are wanted by time, so it is transposed first. Within its minute an invocation's time is
 * drawn (`spreadMinute`), and so is its duration: from its function's percentiles, on straight lines between them.
 * Owner, app and function together tell a function from others; counts of several rows of one are added, unless the rows are equal. Memory is its
 * app's average, MB read as 2^20 bytes.
 * @param uniform in [0, 1)
 */
export async function* readAzure2019(
  days: readonly Day[],
  reading: Reading,
  uniform: () => number,
): AsyncGenerator<readonly TraceInvocation[], void> {
  const titles = new FunctionTitles();
  for (const day of days) yield* readDay(day, titles, reading, uniform);
  const { size } = titles.ambiguous;
  if (size > 0)
    reading.onNote(
      `${size === 1 ? '1 hash of a function is' : `${size} hashes of functions are`} there in several apps: all but the first are called owner/app/function`,
    );
}

async function* readDay(
  files: Day,
  titles: FunctionTitles,
  reading: Reading,
  uniform: () => number,
): AsyncGenerator<readonly TraceInvocation[], void> {
  const durations = await readDurations(files.durations, reading);
  const memory = await readMemory(files.memory, reading);
  const lines = files.lines ?? (await TraceLines.of(files.invocations));
  const counts = new DayCounts(
    new CountsRow(lines.header ?? { text: '', number: 1 }, files.invocations),
    titles,
  );
  try {
    await eachRow(lines, true, reading, (block, line) => counts.take(block, line));
    noteCounts(files.invocations, counts, reading);
    const from = files.day * minutesOfDay * minute;
    yield* counts.invocations(from, reading.origin, durations, memory, uniform);
  } finally {
    counts.close();
    await lines.close();
  }
}

function noteCounts(path: string, { row, repeated, copies }: DayCounts, { onNote }: Reading): void {
  if (row.unread.length > 0)
    onNote(`${path}: not read, columns of no meaning here: ${row.unread.join(', ')}`);
  if (copies > 0)
    onNote(
      `${path}: ${copies === 1 ? '1 row is' : `${copies} rows are`} equal to one before, in all counts; each counts once`,
    );
  if (repeated === 0) return;
  const rows = repeated === 1 ? '1 row is of a function' : `${repeated} rows are of functions`;
  onNote(`${path}: ${rows} that had a row before; their counts are added`);
}

/** A function is called by its hash, which is unique over all apps of the data set; where it is not, by all three. */
class FunctionTitles {
  /** Hashes that are those of several functions. */
  readonly ambiguous = new Set<string>();
  private readonly owners = new Map<string, string>();

  titleOf(owner: string, app: string, name: string): string {
    const key = keyOf(owner, app);
    const first = this.owners.get(name);
    if (first === undefined) this.owners.set(name, key);
    if (first === undefined || first === key) return name;
    this.ambiguous.add(name);
    return `${owner}/${app}/${name}`;
  }
}

class DayCounts {
  /** Rows of functions that had one before. */
  repeated = 0;
  /** Rows that are equal to one before, which do not count. */
  copies = 0;
  private readonly digests = new Set<string>();
  private readonly names = new FunctionNames();
  private readonly counts: MinuteCounts;
  /** Of each function. */
  private readonly keys: { readonly name: string; readonly app: string }[] = [];
  private readonly totals: number[] = [];

  constructor(
    readonly row: CountsRow,
    private readonly titles: FunctionTitles,
  ) {
    this.counts = new MinuteCounts(row.minutes);
  }

  /** Why it cannot be used; undefined for one that was taken. */
  take(...[block, line]: Parameters<CountsRow['read']>): string | undefined {
    const { row, counts, totals } = this;
    const reason = row.read(block, line);
    if (reason !== undefined) return reason;
    if (this.isCopy(block, line)) return undefined;
    const number = this.numberOfRow();
    for (let i = 0; i < row.minutes; i += 1) {
      const count = row.counts[i] as number;
      if (count === 0) continue;
      counts.add(number, i, count);
      totals[number] = (totals[number] ?? 0) + count;
    }
    return undefined;
  }

  /** A function has one row for each of its triggers: two that are equal in all counts are one that was written twice. */
  private isCopy({ bytes, starts, ends }: LineBlock, line: number): boolean {
    const text = bytes.subarray(starts[line], ends[line]);
    const before = this.digests.size;
    this.digests.add(createHash('sha256').update(text).digest('base64'));
    if (this.digests.size > before) return false;
    this.copies += 1;
    return true;
  }

  *invocations(
    from: number,
    origin: TraceOrigin,
    durations: Durations,
    memory: ReadonlyMap<string, number>,
    uniform: () => number,
  ): Generator<readonly TraceInvocation[], void> {
    const drawers = this.keys.map(({ name }, number): DrawDuration | undefined =>
      durations.drawerOf(name, this.totals[number] ?? 0),
    );
    const memories = this.keys.map(({ app }) => memory.get(app) ?? NaN);
    let batch: TraceInvocation[] = [];
    for (let at = 0; at < this.row.minutes; at += 1) {
      for (const one of spreadMinute(this.counts.of(at), uniform)) {
        const time = origin.since(from + at * minute + one.at);
        const duration = drawers[one.name]?.(uniform) ?? NaN;
        const name = this.names.nameOf(one.name);
        batch.push(invocationOf(time, name, duration, memories[one.name] ?? NaN));
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

  private numberOfRow(): number {
    const { row, keys, titles } = this;
    const [owner, app, name] = [row.name('HashOwner'), row.name('HashApp'), row.name('HashFunction')];
    const key = keyOf(owner, app, name);
    const number = this.names.numberOf(key, () => titles.titleOf(owner, app, name));
    if (number < keys.length) this.repeated += 1;
    else {
      keys.push({ name: key, app: keyOf(owner, app) });
      this.totals.push(0);
    }
    return number;
  }
}
