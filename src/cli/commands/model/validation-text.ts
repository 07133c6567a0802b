/** A validation as tables: for a terminal, and as Markdown for a document. */
import type { ResourceResult, SchemeResult, Validation } from '../../../model/validate/validate-model.js';
import { formatShare } from '../../../report/format-quantity.js';
import { renderFitted } from '../../fitted-table.js';

const share = (value: number | undefined): string => (value === undefined ? '-' : formatShare(value));

type Judged = Pick<ResourceResult, 'cells' | 'medianApe' | 'p90Ape' | 'coverage90' | 'baselines'>;

const namesOf = (results: readonly Judged[]): string[] => [
  ...new Set(results.flatMap(({ baselines }) => Object.keys(baselines))),
];

const headOf = (first: readonly string[], names: readonly string[]): string[] => [
  ...first,
  ...['cells', 'median error', 'p90 error', '90 % intervals hold'],
  ...names,
];

const rowOf = (first: readonly string[], one: Judged, names: readonly string[]): string[] => [
  ...first,
  String(one.cells),
  share(one.medianApe),
  share(one.p90Ape),
  share(one.coverage90),
  ...names.map((name) => share(one.baselines[name]?.medianApe)),
];

interface PlainTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function latencyTable(schemes: readonly SchemeResult[]): PlainTable {
  const names = namesOf(schemes);
  return { head: headOf(['left out'], names), rows: schemes.map((one) => rowOf([one.scheme], one, names)) };
}

function resourceTable(schemes: readonly SchemeResult[]): PlainTable {
  const results = schemes.flatMap(({ scheme, resources }) => resources.map((one) => ({ scheme, one })));
  const names = namesOf(results.map(({ one }) => one));
  return {
    head: headOf(['left out', 'of'], names),
    rows: results.map(({ scheme, one }) => rowOf([scheme, one.resource], one, names)),
  };
}

function calibrationTable(schemes: readonly SchemeResult[]): PlainTable {
  const nominals = schemes[0]?.calibration.map(({ nominal }) => nominal) ?? [];
  return {
    head: ['promised', ...nominals.map((nominal) => share(nominal))],
    rows: schemes.map(({ scheme, calibration }) => [
      scheme,
      ...nominals.map((nominal) => share(calibration.find((one) => one.nominal === nominal)?.observed)),
    ]),
  };
}

const unansweredLines = ({ unanswered }: Validation): string[] =>
  unanswered.map(({ scheme, why }) => `${scheme}: not answered, ${why}.`);

/** The tables for a document. */
export function validationMarkdown(validation: Validation): string {
  const { schemes, measurementError } = validation;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const table = ({ head, rows }: PlainTable): string[] =>
    rows.length === 0 ? [] : [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
  return [
    ...table(latencyTable(schemes)),
    `Error of measuring itself (median): ${share(measurementError)}.`,
    ...unansweredLines(validation),
    '',
    ...table(resourceTable(schemes)),
    ...table(calibrationTable(schemes)),
  ].join('\n');
}

/** The same for a terminal. */
export function validationText(validation: Validation, width: number): string {
  const { schemes, measurementError } = validation;
  const table = ({ head, rows }: PlainTable): string => renderFitted(head, rows, width);
  const resources = resourceTable(schemes);
  return [
    table(latencyTable(schemes)),
    'Errors: |predicted / measured - 1| of the median latency; the last columns are naive predictors, median error.',
    ...(measurementError === undefined
      ? []
      : [
          `Measuring itself leaves a median error of ${share(measurementError)} in a cell's median: against it, hardly any predictor gets below that.`,
        ]),
    ...unansweredLines(validation),
    ...(resources.rows.length === 0
      ? []
      : ['', "Memory and CPU time, of the cells' medians:", table(resources)]),
    '',
    'Calibration: of intervals that promise a share, how many hold the measured value.',
    table(calibrationTable(schemes)),
  ].join('\n');
}
