/** The formats of `lumos import`: a line each. */
import { didYouMean } from '../domain/did-you-mean.js';
import { invalidInput } from '../domain/errors.js';
import { importHyperfine } from './hyperfine/import-hyperfine.js';
import type { ImportedRows, ImportOptions } from './imported-rows.js';
import { importK6 } from './k6/import-k6.js';
import { importCsv } from './rows/import-csv.js';
import { importParquet } from './rows/import-parquet.js';
import { importWasmrun } from './wasmrun/import-wasmrun.js';

export interface ImportFormat {
  readonly name: string;
  /** For `lumos import --help`. */
  readonly what: string;
  readonly open: (path: string, options: ImportOptions) => ImportedRows;
}

export const importFormats: readonly ImportFormat[] = [
  {
    name: 'wasmrun',
    what: 'the folder of the artefact polaris-slo-cloud/wasmrun, or its measurement_data',
    open: importWasmrun,
  },
  {
    name: 'csv',
    what: 'a CSV file: one line an invocation, columns named like the fields of a row',
    open: importCsv,
  },
  { name: 'parquet', what: 'what lumos report --format parquet wrote', open: importParquet },
  { name: 'hyperfine', what: 'the file of hyperfine --export-json', open: importHyperfine },
  { name: 'k6', what: 'the file of k6 run --out json=FILE or --out csv=FILE', open: importK6 },
];

/** @throws LumosError `invalid-input` for a name that is none */
export function importFormat(name: string): ImportFormat {
  const found = importFormats.find((format) => format.name === name);
  if (found !== undefined) return found;
  const names = importFormats.map((format) => format.name);
  throw invalidInput(
    `there is no import format "${name}"`,
    `${didYouMean(name, names)}There are: ${names.join(', ')}.`,
  );
}
