/** Rows as CSV: one line an invocation, the columns named like the fields; what `lumos import csv` reads. */
import { MeasurementSchema, type Measurement } from '../../domain/measurement.js';
import { csvField } from '../csv.js';

const names = Object.keys(MeasurementSchema.shape) as (keyof Measurement)[];

export const rowsCsvHead = `${names.join(',')}\r\n`;

/** One line; a figure that is absent is an empty field. */
export const rowCsvLine = (row: Measurement): string =>
  `${names.map((name) => csvField(typeof row[name] === 'boolean' ? String(row[name]) : row[name])).join(',')}\r\n`;
