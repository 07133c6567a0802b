/** `lumos model predict`. */
import { parseObjective } from '../../../domain/slo.js';
import { invalidInput } from '../../../domain/errors.js';
import { StartSchema, type Start } from '../../../domain/factors.js';
import type { Milliseconds } from '../../../domain/units.js';
import type { ModelFile } from '../../../model/fit/model-file.js';
import {
  predictLatency,
  type LatencyPrediction,
  type PredictedQuantile,
} from '../../../model/predict/predict-latency.js';
import { systemOf } from '../../../model/observations/model-cell.js';
import { recommend } from '../../../model/recommend/recommend.js';
import { parseWorkload } from '../../../model/recommend/workload.js';
import { formatDuration, formatDurationInterval, formatShare } from '../../../report/format-quantity.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { renderFitted } from '../../fitted-table.js';
import { print, printJson, tableWidth } from '../../output.js';
import { readModelFile } from './model-input.js';

export interface PredictOptions {
  readonly model: string;
  readonly function: string;
  readonly payload: string;
  readonly runtime: string;
  readonly environment?: string;
  readonly start?: string;
  readonly access?: string;
  readonly rate?: number;
  readonly keepAlive?: number;
  readonly slo?: readonly string[];
  readonly json?: boolean;
}

/** Quantiles that are shown. */
const shown = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;

export const quantileText = ({ ms, interval90 }: PredictedQuantile): string =>
  interval90 === undefined
    ? formatDuration(ms)
    : `${formatDuration(ms)} ${formatDurationInterval(interval90, ms)}`;

function startsAsked(file: ModelFile, { start, runtime }: PredictOptions): Start[] {
  if (start === undefined) {
    const own = new Set(
      file.cells.filter(({ cell }) => systemOf(cell) === runtime).map(({ cell }) => cell.start),
    );
    return own.size === 0 ? ['warm'] : StartSchema.options.filter((one) => own.has(one));
  }
  const parsed = StartSchema.safeParse(start);
  if (parsed.success) return [parsed.data];
  throw invalidInput(
    `--start: there is no start "${start}"`,
    `There are: ${StartSchema.options.join(', ')}.`,
  );
}

/** Exit code 1 where an objective is surely missed. */
export function predict(options: PredictOptions): ExitCode {
  const file = readModelFile(options.model);
  const objectives = options.slo?.map(parseObjective) ?? [];
  if (objectives.length > 0 && options.rate === undefined)
    throw invalidInput(
      '--slo needs --rate: how many requests find no instance depends on it',
      'For example: --rate 0.1 (requests a second) --slo "p95 < 100ms".',
    );
  const predictions = startsAsked(file, options).map((start) =>
    predictLatency(file, {
      ...{ function: options.function, payload: options.payload, runtime: options.runtime, start },
      ...(options.environment === undefined ? {} : { environment: options.environment }),
      ...(options.access === undefined ? {} : { access: options.access }),
    }),
  );
  const load = options.rate === undefined ? undefined : underArrivals(file, options, options.rate);
  if (options.json === true)
    printJson({ predictions: predictions.map(jsonOf), ...(load === undefined ? {} : { load }) });
  else
    print([...predictions.map(predictionText), ...(load === undefined ? [] : [loadText(load)])].join('\n\n'));
  return load?.objectives.some(({ judgement }) => judgement === 'missed') === true
    ? exitCodes.failed
    : exitCodes.done;
}

type Load = ReturnType<typeof recommend>['candidates'][number];

function underArrivals(file: ModelFile, options: PredictOptions, perSecond: number): Load {
  const workload = parseWorkload(
    {
      ...{ function: options.function, payload: options.payload, arrivals: { perSecond } },
      ...{ runtimes: [options.runtime], objectives: options.slo ?? [] },
      ...(options.keepAlive === undefined ? {} : { keepAliveSeconds: options.keepAlive }),
      ...(options.environment === undefined ? {} : { environment: options.environment }),
      ...(options.access === undefined ? {} : { access: options.access }),
    },
    'the options',
  );
  return recommend(file, workload).candidates[0] as Load;
}

function quantilesOf(prediction: LatencyPrediction): [string, PredictedQuantile][] {
  return Object.entries(shown).flatMap(([name, share]): [string, PredictedQuantile][] => {
    const predicted = prediction.quantile(share);
    return predicted === undefined ? [] : [[name, predicted]];
  });
}

const jsonOf = (prediction: LatencyPrediction): object => ({
  ...prediction.request,
  latencyMs: Object.fromEntries(quantilesOf(prediction)),
  componentsMs: prediction.componentsMs,
  beyond: prediction.beyond,
  intervalsFrom: prediction.scheme,
});

function predictionText(prediction: LatencyPrediction): string {
  const { request, componentsMs, beyond } = prediction;
  const quantiles = quantilesOf(prediction);
  const parts = Object.entries<Milliseconds>(componentsMs)
    .sort(([, a], [, b]) => b - a)
    .map(([id, ms]) => `${id} ${formatDuration(ms)}`);
  return [
    `${request.function}, ${request.payload}, on ${request.runtime}, ${request.start}:`,
    renderFitted(
      quantiles.map(([name]) => name),
      [quantiles.map(([, predicted]) => quantileText(predicted))],
      tableWidth(),
    ),
    `of it: ${parts.join(', ')}`,
    ...beyond.map((words) => `Extrapolated: ${words}.`),
  ].join('\n');
}

function loadText({ coldShare, latency, objectives }: Load): string {
  return [
    `Under this load: ${formatShare(coldShare)} of the requests cold; p50 ${quantileText(latency.p50)}, p95 ${quantileText(latency.p95)}, p99 ${quantileText(latency.p99)}.`,
    ...objectives.map(({ text, judgement }) => `${text}: ${judgement}`),
  ].join('\n');
}
