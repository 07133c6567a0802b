/** What a model says of a run, as lines and tables that every format shares. */
import { be } from '../../domain/counted.js';
import { runtimeName } from '../../domain/factors.js';
import {
  breakEvenDials,
  type BreakEvenCurve,
  type BreakEvenDial,
  type ModelledCell,
  type ModelSection,
} from '../../domain/model-section.js';
import { milliseconds } from '../../domain/units.js';
import {
  absent,
  asciiSigns,
  formatDuration,
  formatDurationInterval,
  formatRatio,
  formatRatioInterval,
  formatShare,
  formatSignificant,
  type Signs,
  formatCounted,
} from '../format-quantity.js';

export interface ModelTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Leading columns that name the row. */
  readonly names: number;
}

const shareOr = (share: number | undefined): string => (share === undefined ? absent : formatShare(share));

/** The error table, one row a scheme. */
export function errorTable({ errors }: ModelSection): ModelTable {
  const naive = [...new Set(errors.flatMap((one) => Object.keys(one.naive)))];
  return {
    head: ['left out', 'cells', 'median error', 'p90 error', '90 % intervals hold', ...naive],
    names: 1,
    rows: errors.map((one) => [
      one.leftOut,
      String(one.cells),
      formatShare(one.medianError),
      formatShare(one.p90Error),
      shareOr(one.coverage90),
      ...naive.map((name) => shareOr(one.naive[name])),
    ]),
  };
}

export const errorReading =
  'Errors are |predicted / measured - 1| of the median latency. The last columns are the median errors of naive predictors on the same cells.';

/** What the model is of, and what it does not say. */
export function modelRemarks(section: ModelSection): string[] {
  const { cells, runs, digest, modelled, notModelled, unanswered, measurementError } = section;
  const leftOut = modelled.filter(({ basis }) => basis === 'left out').length;
  return [
    `The model was fitted on ${formatCounted(cells, 'cell')} of ${runs.join(', ')} (data ${digest}).`,
    ...(leftOut > 0
      ? [
          `Of the ${formatCounted(modelled.length, 'cell')} below, ${leftOut} ${be(leftOut)} among them: each is predicted without itself.`,
        ]
      : []),
    ...(measurementError === undefined
      ? []
      : [
          `Measuring itself leaves a median error of ${formatShare(measurementError)} in a cell's median; no predictor can be expected to be closer.`,
        ]),
    ...notModelled.map(
      ({ cells: count, why }) => `${formatCounted(count, 'cell')} ${be(count)} not predicted: ${why}.`,
    ),
    ...unanswered.map(({ leftOut: scheme, why }) => `${scheme} is not answered: ${why}.`),
  ];
}

/** A cell's conditions in short. */
export const modelledName = ({ cell }: ModelledCell): string =>
  [
    cell.function,
    cell.payload,
    ...[cell.language === 'rust' ? undefined : cell.language, cell.storage, cell.access],
    ...(cell.environment === 'local' ? [] : [cell.environment]),
  ]
    .filter((part) => part !== undefined)
    .join(', ');

/** All cells, measured beside predicted. */
export function modelledTable(cells: readonly ModelledCell[], signs: Signs = asciiSigns): ModelTable {
  return {
    head: ['function', 'start', 'runtime', 'measured', 'predicted [90 %]', 'predicted / measured', 'parts'],
    names: 3,
    rows: cells.map((one) => [
      modelledName(one),
      one.cell.start,
      runtimeName(one.cell),
      formatDuration(one.measuredMs, signs),
      `${formatDuration(one.predictedMs, signs)}${one.interval90 === undefined ? '' : ` ${formatDurationInterval(one.interval90, one.predictedMs, signs)}`}`,
      formatRatio(one.predictedMs / one.measuredMs, signs),
      one.partsMs.map(([name, time]) => `${name} ${formatDuration(time, signs)}`).join(', '),
    ]),
  };
}

const dialText: Readonly<Record<BreakEvenDial, (value: number, signs: Signs) => string>> = {
  rate: (value) =>
    value >= 1
      ? `${formatSignificant(value)}/s`
      : value >= 1 / 60
        ? `${formatSignificant(value * 60)}/min`
        : `${formatSignificant(value * 3600)}/h`,
  'keep-alive': (value) =>
    value >= 3600
      ? `${formatSignificant(value / 3600)} h`
      : value >= 60
        ? `${formatSignificant(value / 60)} min`
        : `${formatSignificant(value)} s`,
  payload: (value, signs) => `${formatSignificant(value)}${signs.times} the largest`,
};

export const formatDial = (dial: BreakEvenDial, value: number, signs: Signs = asciiSigns): string =>
  dialText[dial](value, signs);

function whereText({ dial, breakEven, breakEven90 }: BreakEvenCurve, signs: Signs): string {
  if (breakEven === undefined) return 'nowhere';
  const end = (value: number | undefined): string =>
    value === undefined ? 'open' : formatDial(dial, value, signs);
  return `${formatDial(dial, breakEven, signs)}${breakEven90 === undefined ? '' : ` [${end(breakEven90[0])}, ${end(breakEven90[1])}]`}`;
}

/** Where two runtimes change places, one row a function. */
export function breakEvenTable({ breakEven }: ModelSection, signs: Signs = asciiSigns): ModelTable {
  const curves = breakEven?.curves ?? [];
  const functions = [...new Map(curves.map((curve) => [curve.function, curve])).values()];
  const curveOf = (name: string, dial: BreakEvenDial): BreakEvenCurve | undefined =>
    curves.find((one) => one.function === name && one.dial === dial);
  const ratioText = (point: BreakEvenCurve['points'][number] | undefined): string =>
    point === undefined
      ? absent
      : `${formatRatio(point.ratio, signs)}${point.interval90 === undefined ? '' : ` ${formatRatioInterval(point.interval90)}`}`;
  return {
    head: [
      'function',
      'payload',
      'all cold',
      'all warm',
      ...breakEvenDials.map((dial) => `break-even ${dial}`),
    ],
    names: 2,
    rows: functions.map(({ function: name, payload }) => {
      const rate = curveOf(name, 'rate');
      return [
        name,
        payload,
        ...[rate?.points[0], rate?.points.at(-1)].map(ratioText),
        ...breakEvenDials.map((dial) => {
          const curve = curveOf(name, dial);
          return curve === undefined ? absent : whereText(curve, signs);
        }),
      ];
    }),
  };
}

export function breakEvenReading({ breakEven }: ModelSection): string {
  if (breakEven === undefined) return '';
  const { baseline, candidate, requestsPerMinute, keepAliveSeconds } = breakEven;
  return (
    `Mean latency on ${candidate} over that on ${baseline}, as predicted: below 1 ${candidate} is faster. Poisson arrivals on one instance; ` +
    `a dial that is not turned stands at ${formatSignificant(requestsPerMinute, 1)} request a minute, ${formatDuration(milliseconds(keepAliveSeconds * 1000))} of keep-alive, and the function's largest payload. ` +
    'In brackets: 90 %, as if the one erred to the one side and the other to the other; "open" where they would not change places on the dial, "nowhere" where they do not.'
  );
}
