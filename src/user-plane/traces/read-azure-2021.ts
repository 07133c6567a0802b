/** The Azure Functions Invocation Trace 2021: a line an invocation, `app,func,end_timestamp,duration`. */
import type { TraceInvocation } from '../../domain/trace.js';
import { ArrivalOrder } from './arrival-order.js';
import { eachRow } from './bad-rows.js';
import { FunctionNames } from './function-names.js';
import { headerColumns, placesOf } from './header-columns.js';
import type { LineBlock, TraceLines } from './line-blocks.js';
import { RowFields } from './row-fields.js';
import { azure2021Columns } from './trace-format.js';
import type { Reading } from './reading.js';

/**
 * Both times are in seconds; an invocation arrived at its end less its duration (Zhang et al., "Faster and Cheaper
 * Serverless Computing on Harvested Resources", SOSP 2021, and the data set's description). A function's id is unique
 * within its app alone, so it is called `app/func`.
 */
export async function* readAzure2021(
  lines: TraceLines,
  reading: Reading,
): AsyncGenerator<readonly TraceInvocation[], void> {
  const order = new ArrivalOrder(new FunctionNames(), reading.origin);
  const columns = headerColumns(lines.header ?? { text: '', number: 1 }, lines.path);
  const unread = columns.filter((name) => !azure2021Columns.some((known) => known === name));
  if (unread.length > 0)
    reading.onNote(`${lines.path}: not read, columns of no meaning here: ${unread.join(', ')}`);
  const row = new Row(columns, `${lines.path}:${lines.header?.number ?? 1}`, order);
  try {
    await eachRow(lines, true, reading, (block, line) => row.take(block, line));
    order.copies.check(lines.path, reading.onNote);
    yield* order.sorted();
  } finally {
    order.close();
  }
}

/** The key is what stands in the file, byte by byte. */
const nameOf = (key: string): string => Buffer.from(key, 'latin1').toString('utf8').replace(',', '/');

class Row {
  private readonly fields = new RowFields();
  private readonly places: Readonly<Record<(typeof azure2021Columns)[number], number>>;
  private readonly count: number;
  private readonly names: FunctionNames;

  constructor(
    columns: readonly string[],
    where: string,
    private readonly order: ArrivalOrder,
  ) {
    this.places = placesOf(azure2021Columns, columns, where);
    this.count = columns.length;
    this.names = order.names;
  }

  /** Why it cannot be used; undefined for one that was taken. */
  take(block: LineBlock, line: number): string | undefined {
    const { fields, places } = this;
    const count = fields.cut(block, line);
    if (count !== this.count) return `${count} fields instead of ${this.count}`;
    if (fields.isEmpty(places.app) || fields.isEmpty(places.func))
      return 'app and func have one character at least';
    const ended = fields.decimal(places.end_timestamp);
    if (!(Math.abs(ended) < Infinity))
      return `end_timestamp: ${fields.shown(places.end_timestamp)} is no time`;
    const lasted = fields.decimal(places.duration);
    if (!(lasted >= 0 && lasted < Infinity))
      return `duration: ${fields.shown(places.duration)} is no time of 0 or more`;
    this.order.add((ended - lasted) * 1000, lasted * 1000, NaN, this.names.numberOf(this.key(), nameOf));
    return undefined;
  }

  /** Neighbours, as in the data set, cost one string a row. */
  private key(): string {
    const { app, func } = this.places;
    return func === app + 1 && !this.fields.isQuoted(app) && !this.fields.isQuoted(func)
      ? this.fields.latin1Of(app, func)
      : `${this.fields.text(app, 'latin1')},${this.fields.text(func, 'latin1')}`;
  }
}
