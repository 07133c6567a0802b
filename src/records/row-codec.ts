/** Rows to lines and back. A line is one JSON object; what does not fit the schema is an error with its line number. */
import { invalidInput } from '../domain/errors.js';
import { MeasurementSchema, type Measurement } from '../domain/measurement.js';
import { quickCheckOf } from './quick-check.js';

const isPlainlyARow = quickCheckOf(MeasurementSchema);

/** One line without its line feed. */
export const encodeRow = (row: Measurement): string => JSON.stringify(row);

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
  throw invalidInput(
    `${source}:${lineNumber}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a measurement row'}`,
  );
}
