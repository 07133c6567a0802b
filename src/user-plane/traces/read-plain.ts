/** The plain format: a line an invocation, `seconds[,function][,durationMs][,memoryMiB]`. */
import { invalidInput } from '../../domain/errors.js';
import type { TraceInvocation } from '../../domain/trace.js';
import { ArrivalOrder } from './arrival-order.js';
import { eachRow } from './bad-rows.js';
import { FunctionNames } from './function-names.js';
import { headerColumns } from './header-columns.js';
import type { LineBlock, TraceLines } from './line-blocks.js';
import type { Reading } from './reading.js';
import { RowFields } from './row-fields.js';
import { plainColumns } from './trace-format.js';

type Column = (typeof plainColumns)[number];

/** What the invocations of a file without a column `function` are of. */
export const unnamedFunction = 'all';
const mebibyte = 2 ** 20;

/**
 * Seconds of 0 or more on any clock; rows and columns may be in any order. Without a header the file has times alone.
 * All fields but the times may be empty.
 * @throws LumosError `invalid-input` for a header with other columns
 */
export async function* readPlain(
  lines: TraceLines,
  reading: Reading,
): AsyncGenerator<readonly TraceInvocation[], void> {
  const order = new ArrivalOrder(new FunctionNames(), reading.origin);
  const columns = columnsOf(lines);
  const row = new PlainRow(columns ?? ['seconds'], order);
  try {
    await eachRow(lines, columns !== undefined, reading, (block, line) => row.read(block, line));
    order.copies.check(lines.path, reading.onNote);
    yield* order.sorted();
  } finally {
    order.close();
  }
}

/** Undefined for a file that begins with a time. */
function columnsOf({ header, path }: TraceLines): Column[] | undefined {
  if (header === undefined) return undefined;
  const names = headerColumns(header, path);
  if (!names.includes('seconds')) return undefined;
  const unknown = names.find((name) => !plainColumns.some((known) => known === name));
  if (unknown !== undefined)
    throw invalidInput(
      `${path}:${header.number}: there is no column "${unknown}" (it is column ${names.indexOf(unknown) + 1})`,
      `There are: ${plainColumns.join(', ')}.`,
    );
  return names as Column[];
}

class PlainRow {
  private readonly fields = new RowFields();
  private readonly place: Readonly<Record<Column, number>>;

  constructor(
    private readonly columns: readonly Column[],
    private readonly order: ArrivalOrder,
  ) {
    const at = (column: Column): number => columns.indexOf(column);
    this.place = {
      seconds: at('seconds'),
      function: at('function'),
      durationMs: at('durationMs'),
      memoryMiB: at('memoryMiB'),
    };
  }

  /** Why it cannot be used; undefined for one that was taken. */
  read(block: LineBlock, line: number): string | undefined {
    const { fields, place, order } = this;
    const count = fields.cut(block, line);
    if (count !== this.columns.length) return `${count} fields instead of ${this.columns.length}`;
    const seconds = fields.decimal(place.seconds);
    if (!(seconds >= 0 && seconds < Infinity))
      return `seconds: ${fields.shown(place.seconds)} is no time of 0 or more`;
    const duration = this.optional(place.durationMs);
    if (duration !== undefined && !(duration >= 0))
      return `durationMs: ${fields.shown(place.durationMs)} is no time of 0 or more`;
    const memory = this.optional(place.memoryMiB);
    if (memory !== undefined && !(memory > 0))
      return `memoryMiB: ${fields.shown(place.memoryMiB)} is no size above 0`;
    const name = this.name();
    if (name === undefined)
      return 'function: a name has one character at least, and quotes around all of it or none';
    order.add(
      seconds * 1000,
      duration ?? NaN,
      memory === undefined ? NaN : Math.round(memory * mebibyte),
      order.names.numberOf(name),
    );
    return undefined;
  }

  /** Undefined for a field that is empty or not there; NaN for one that is no number. */
  private optional(place: number): number | undefined {
    if (place < 0 || this.fields.isEmpty(place)) return undefined;
    const value = this.fields.decimal(place);
    return value < Infinity ? value : NaN;
  }

  private name(): string | undefined {
    const place = this.place.function;
    if (place < 0) return unnamedFunction;
    const name = this.fields.text(place).trim();
    return name === '' || (name.startsWith('"') && !this.fields.isQuoted(place)) ? undefined : name;
  }
}
