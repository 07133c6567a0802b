/** Brings invocations, however many and in whatever order, into the order of their arrivals. */
import type { TraceInvocation } from '../../domain/trace.js';
import type { FunctionNames } from './function-names.js';
import { invocationOf } from './invocation.js';
import { LeastFirst } from './least-first.js';
import { TraceCopies } from './trace-copies.js';
import type { TraceOrigin } from './trace-origin.js';
import { UnnamedFile } from './unnamed-file.js';

/** Of a record: milliseconds, milliseconds, bytes, the function's number. NaN where the trace does not say. */
const fields = 4;
/** Sorted in memory: 8 MiB of records. */
const runLength = 1 << 18;
/** Records of all runs together that are in memory while they are merged. */
const merged = 1 << 18;
const batchLength = 1024;

interface Run {
  readonly at: number;
  readonly length: number;
}

/**
 * External merge sort (Knuth, "The Art of Computer Programming", volume 3, 5.4.1): runs that fit into memory are sorted
 * and put into an unnamed file, then merged. Nothing is written below 262 144 invocations. Of equal times whoever was
 * added first comes first. The data set of 2021 needs it: it has ends, roughly in order, and an invocation that ran for
 * ten minutes began before thousands that are ahead of it in the file, so no window of a fixed length would do.
 */
export class ArrivalOrder {
  readonly copies = new TraceCopies();
  private records = new Float64Array(runLength * fields);
  private count = 0;
  private isAscending = true;
  private runs: Run[] = [];
  private file: UnnamedFile | undefined;

  constructor(
    readonly names: FunctionNames,
    private readonly origin: TraceOrigin,
  ) {}

  /** Times are those of the file's own clock, and may be below 0. */
  add(at: number, duration: number, memory: number, name: number): void {
    if (this.count === runLength) this.spill();
    this.copies.add(at, duration, memory, name);
    const { records } = this;
    const place = this.count * fields;
    if (this.count > 0 && at < (records[place - fields] as number)) this.isAscending = false;
    records[place] = at;
    records[place + 1] = duration;
    records[place + 2] = memory;
    records[place + 3] = name;
    this.count += 1;
  }

  /** Once. */
  async *sorted(): AsyncGenerator<readonly TraceInvocation[], void> {
    await Promise.resolve();
    if (this.runs.length === 0) {
      this.sortRun();
      const rest = this.records.subarray(0, this.count * fields);
      yield* this.batches([rest].values());
      return;
    }
    if (this.count > 0) this.spill();
    // No more is needed than what is merged.
    this.records = new Float64Array(0);
    yield* this.batches(this.merge());
  }

  close(): void {
    this.file?.close();
    this.file = undefined;
  }

  private *batches(blocks: Iterable<Float64Array>): Generator<readonly TraceInvocation[], void> {
    for (const block of blocks) {
      for (let from = 0; from < block.length; from += batchLength * fields) {
        const end = Math.min(block.length, from + batchLength * fields);
        const batch: TraceInvocation[] = [];
        for (let i = from; i < end; i += fields)
          batch.push(
            invocationOf(
              this.origin.since(block[i] as number),
              this.names.nameOf(block[i + 3] as number),
              block[i + 1] as number,
              block[i + 2] as number,
            ),
          );
        yield batch;
      }
    }
  }

  private sortRun(): void {
    if (this.isAscending) return;
    const { records, count } = this;
    const order = new Uint32Array(count);
    for (let i = 0; i < count; i += 1) order[i] = i;
    order.sort((a, b) => (records[a * fields] as number) - (records[b * fields] as number) || a - b);
    const sorted = new Float64Array(records.length);
    for (let i = 0; i < count; i += 1) {
      const from = (order[i] as number) * fields;
      for (let field = 0; field < fields; field += 1)
        sorted[i * fields + field] = records[from + field] as number;
    }
    this.records = sorted;
    this.isAscending = true;
  }

  private spill(): void {
    this.sortRun();
    this.file ??= new UnnamedFile();
    const at = this.file.append(this.records.subarray(0, this.count * fields));
    this.runs.push({ at, length: this.count });
    this.count = 0;
    this.isAscending = true;
  }

  private *merge(): Generator<Float64Array, void> {
    const { file, runs } = this;
    if (file === undefined) return;
    const blockLength = Math.max(16, Math.floor(merged / runs.length));
    const readers = runs.map((run) => new RunReader(file, run, blockLength));
    const times = new Float64Array(runs.length);
    const heap = new LeastFirst(times, runs.length);
    for (const [series, reader] of readers.entries()) {
      times[series] = reader.time;
      heap.push(series);
    }
    const out = new Float64Array(batchLength * fields);
    let filled = 0;
    for (let series = heap.peek(); series !== undefined; series = heap.peek()) {
      const reader = readers[series] as RunReader;
      reader.copyTo(out, filled);
      filled += fields;
      if (filled === out.length) {
        yield out;
        filled = 0;
      }
      if (reader.advance()) {
        times[series] = reader.time;
        heap.firstChanged();
      } else heap.dropFirst();
    }
    yield out.subarray(0, filled);
  }
}

class RunReader {
  private block = new Float64Array(0);
  private place = 0;
  private taken = 0;

  constructor(
    private readonly file: UnnamedFile,
    private readonly run: Run,
    private readonly blockLength: number,
  ) {
    this.load();
  }

  get time(): number {
    return this.block[this.place] as number;
  }

  copyTo(out: Float64Array, at: number): void {
    for (let field = 0; field < fields; field += 1)
      out[at + field] = this.block[this.place + field] as number;
  }

  /** False at its end. */
  advance(): boolean {
    this.place += fields;
    return this.place < this.block.length || this.load();
  }

  private load(): boolean {
    const count = Math.min(this.blockLength, this.run.length - this.taken);
    if (count === 0) return false;
    this.block = new Float64Array(count * fields);
    this.file.read(this.block, this.run.at + this.taken * fields * 8);
    this.taken += count;
    this.place = 0;
    return true;
  }
}
