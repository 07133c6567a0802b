/** The Azure Functions Invocation Trace 2021: a line an invocation, `app,func,end_timestamp,duration`. */
import type { TraceInvocation } from '../../domain/trace.js';
import { ArrivalOrder } from './arrival-order.js';
import type { OnBadRow } from './bad-rows.js';
import { decimalIn, fieldEnd } from './decimal.js';
import { FunctionNames } from './function-names.js';
import { lineBlocks, type LineBlock } from './line-blocks.js';

/**
 * Both times are in seconds; an invocation arrived at its end less its duration (Zhang et al., "Faster and Cheaper
 * Serverless Computing on Harvested Resources", SOSP 2021, and the data set's description). A function's id is unique
 * within its app alone, so it is called `app/func`. What began before the data set's time 0 moves that beginning.
 */
export async function* readAzure2021(
  path: string,
  onBadRow: OnBadRow,
): AsyncGenerator<readonly TraceInvocation[], void> {
  const names = new FunctionNames();
  const order = new ArrivalOrder(names);
  let isHeader = true;
  try {
    for await (const block of lineBlocks(path)) {
      for (let i = isHeader ? 1 : 0; i < block.count; i += 1) {
        const reason = addRow(block, i, names, order);
        if (reason !== undefined) onBadRow({ file: path, line: block.numbers[i] ?? 0, reason });
      }
      isHeader &&= block.count === 0;
    }
    yield* order.sorted();
  } finally {
    order.close();
  }
}

const nameOf = (key: string): string => key.replace(',', '/');

/** Why it cannot be used; undefined for one that was taken. */
function addRow(
  { bytes, starts, ends }: LineBlock,
  line: number,
  names: FunctionNames,
  order: ArrivalOrder,
): string | undefined {
  const start = starts[line] as number;
  const end = ends[line] as number;
  const app = fieldEnd(bytes, start, end);
  const name = fieldEnd(bytes, app + 1, end);
  const ended = fieldEnd(bytes, name + 1, end);
  const lasted = fieldEnd(bytes, ended + 1, end);
  if (ended >= end || lasted < end) return 'not the four fields app, func, end_timestamp and duration';
  if (app === start || name === app + 1) return 'app and func have one character at least';
  const endSeconds = decimalIn(bytes, name + 1, ended);
  const seconds = decimalIn(bytes, ended + 1, lasted);
  if (!(Math.abs(endSeconds) < Infinity)) return `end_timestamp: ${shown(bytes, name + 1, ended)} is no time`;
  if (!(seconds >= 0 && seconds < Infinity))
    return `duration: ${shown(bytes, ended + 1, lasted)} is no time of 0 or more`;
  // The key is what stands in the file, so that only a new function costs a new string.
  const number = names.numberOf(bytes.toString('latin1', start, name), nameOf);
  order.add((endSeconds - seconds) * 1000, seconds * 1000, NaN, number);
  return undefined;
}

const shown = (bytes: Buffer, start: number, end: number): string =>
  JSON.stringify(bytes.toString('utf8', start, end).slice(0, 40));
