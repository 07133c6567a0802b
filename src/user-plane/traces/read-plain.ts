/** The plain format: a line an invocation, `seconds[,function][,durationMs][,memoryMiB]`. */
import { invalidInput } from '../../domain/errors.js';
import type { TraceInvocation } from '../../domain/trace.js';
import { ArrivalOrder } from './arrival-order.js';
import type { OnBadRow } from './bad-rows.js';
import { decimalIn, fieldEnd } from './decimal.js';
import { FunctionNames } from './function-names.js';
import { lineBlocks, type LineBlock } from './line-blocks.js';
import { plainColumns } from './trace-format.js';

type Column = (typeof plainColumns)[number];

/** What the invocations of a file without a column `function` are of. */
export const unnamedFunction = 'all';
const quote = 0x22;
const mebibyte = 2 ** 20;

/**
 * Seconds count from the trace's beginning; rows may be in any order. Without a header the file has times alone. Fields
 * after the first may be empty; quotes are not read.
 * @throws LumosError `invalid-input` for a header with other columns
 */
export async function* readPlain(
  path: string,
  onBadRow: OnBadRow,
): AsyncGenerator<readonly TraceInvocation[], void> {
  const names = new FunctionNames();
  const order = new ArrivalOrder(names);
  let row: PlainRow | undefined;
  try {
    for await (const block of lineBlocks(path)) {
      let first = 0;
      if (row === undefined) {
        if (block.count === 0) continue;
        const header = block.bytes.toString('utf8', block.starts[0], block.ends[0]);
        const columns = columnsOf(header, `${path}:${block.numbers[0] ?? 1}`);
        first = columns === undefined ? 0 : 1;
        row = new PlainRow(columns ?? ['seconds'], names, order);
      }
      for (let i = first; i < block.count; i += 1) {
        const reason = row.read(block, i);
        if (reason !== undefined) onBadRow({ file: path, line: block.numbers[i] ?? 0, reason });
      }
    }
    yield* order.sorted();
  } finally {
    order.close();
  }
}

/** Undefined for a line that is a time already. */
function columnsOf(header: string, where: string): Column[] | undefined {
  const names = header.split(',').map((name) => name.trim());
  if (names[0] !== 'seconds') return undefined;
  const unknown = names.find((name) => !plainColumns.includes(name as Column));
  if (unknown !== undefined)
    throw invalidInput(`${where}: there is no column "${unknown}"`, `There are: ${plainColumns.join(', ')}.`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidInput(`${where}: the column "${twice}" is there twice`);
  return names as Column[];
}

class PlainRow {
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly place: Readonly<Record<Column, number>>;

  constructor(
    private readonly columns: readonly Column[],
    private readonly names: FunctionNames,
    private readonly order: ArrivalOrder,
  ) {
    const at = (column: Column): number => columns.indexOf(column);
    this.place = {
      seconds: 0,
      function: at('function'),
      durationMs: at('durationMs'),
      memoryMiB: at('memoryMiB'),
    };
  }

  /** Why it cannot be used; undefined for one that was taken. */
  read({ bytes, starts, ends }: LineBlock, line: number): string | undefined {
    const count = this.cut(bytes, starts[line] as number, ends[line] as number);
    if (count !== this.columns.length) return `${count} fields instead of ${this.columns.length}`;
    const seconds = decimalIn(bytes, this.starts[0] as number, this.ends[0] as number);
    if (!(seconds >= 0 && seconds < Infinity))
      return `seconds: ${this.shown(bytes, 0)} is no time of 0 or more`;
    const duration = this.optional(bytes, this.place.durationMs);
    if (duration !== undefined && !(duration >= 0))
      return `durationMs: ${this.shown(bytes, this.place.durationMs)} is no time of 0 or more`;
    const memory = this.optional(bytes, this.place.memoryMiB);
    if (memory !== undefined && !(memory > 0))
      return `memoryMiB: ${this.shown(bytes, this.place.memoryMiB)} is no size above 0`;
    const name = this.nameIn(bytes);
    if (name === undefined) return 'function: quotes are not read, and a name has one character at least';
    this.order.add(
      seconds * 1000,
      duration ?? NaN,
      memory === undefined ? NaN : Math.round(memory * mebibyte),
      this.names.numberOf(name),
    );
    return undefined;
  }

  private cut(bytes: Buffer, start: number, end: number): number {
    let count = 0;
    for (let from = start; from <= end; count += 1) {
      const to = fieldEnd(bytes, from, end);
      this.starts[count] = from;
      this.ends[count] = to;
      from = to + 1;
    }
    return count;
  }

  /** Undefined for a field that is empty or not there; NaN for one that is no number. */
  private optional(bytes: Buffer, place: number): number | undefined {
    if (place < 0 || this.starts[place] === this.ends[place]) return undefined;
    const value = decimalIn(bytes, this.starts[place] as number, this.ends[place] as number);
    return value < Infinity ? value : NaN;
  }

  private nameIn(bytes: Buffer): string | undefined {
    const place = this.place.function;
    if (place < 0) return unnamedFunction;
    const start = this.starts[place] as number;
    if (start === this.ends[place] || bytes[start] === quote) return undefined;
    return bytes.toString('utf8', start, this.ends[place]);
  }

  private shown(bytes: Buffer, place: number): string {
    return JSON.stringify(bytes.toString('utf8', this.starts[place], this.ends[place]).slice(0, 40));
  }
}
