/** Rows to lines and back. A line is one JSON object; what does not fit the schema is an error with its line number. */
import { invalidInput } from '../domain/errors.js';
import { MeasurementSchema, type Measurement } from '../domain/measurement.js';
import { fittedTo, issueText } from './fitting.js';
import { quickCheckOf } from './quick-check.js';

const isPlainlyARow = quickCheckOf(MeasurementSchema);

/** Values that a function says itself. Where one of them is impossible, the response is wrong. */
const saidByFunction: readonly string[] = [
  'sequence',
  'deserializeMs',
  'fetchMs',
  'computeMs',
  'storeMs',
  'serializeMs',
  'storageRoundTrips',
  'fetchedBytes',
  'storedBytes',
];

/**
 * Gives back a row that its schema takes: `row`, or a copy without the values that no row can hold. A response that says such
 * a value is `wrong-output`, and the reason names the value.
 * @throws LumosError `failed` for a row whose cell or outcome does not fit
 */
export function fittingRow(row: Measurement): Measurement {
  if (isPlainlyARow(row)) return row;
  const { record, leftOut } = fittedTo(MeasurementSchema, row, `a row of trial ${row.trial}`);
  const said = leftOut.filter((text) => saidByFunction.includes(text.split(' ')[0] ?? ''));
  if (said.length === 0 || record.outcome !== 'ok') return record;
  return { ...record, outcome: 'wrong-output', reason: `the response says ${said.join(', ')}` };
}

/** One line without its line feed. It holds a row that `decodeRow` takes, whatever `row` has in it (see `fittingRow`). */
export const encodeRow = (row: Measurement): string => JSON.stringify(fittingRow(row));

/**
 * The row in `line`.
 * @throws LumosError `invalid-input` that names `source`, the line and the first key that does not fit.
 */
export function decodeRow(line: string, source: string, lineNumber: number): Measurement {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw invalidInput(`${source}:${lineNumber}: not JSON (${(error as Error).message})`);
  }
  if (isPlainlyARow(value)) return value as Measurement;
  const parsed = MeasurementSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidInput(`${source}:${lineNumber}: ${issueText(issue, 'not a measurement row')}`);
}
