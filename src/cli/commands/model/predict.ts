/** `lumos model predict`. */
import { parseObjective } from '../../../domain/slo.js';
import { didYouMean } from '../../../domain/did-you-mean.js';
import { invalidInput } from '../../../domain/errors.js';
import { StartSchema, type Start } from '../../../domain/factors.js';
import type { Link } from '../../../model/network/link.js';
import { loadPrices, type Prices } from '../../../model/cost/prices.js';
import type { ModelFile } from '../../../model/fit/model-file.js';
import { predictLatency, type LatencyPrediction } from '../../../model/predict/predict-latency.js';
import { systemOf } from '../../../model/observations/model-cell.js';
import { recommend, type Candidate } from '../../../model/recommend/recommend.js';
import { parseWorkload } from '../../../model/recommend/workload.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { print, printJson, tableWidth } from '../../output.js';
import { readModelFile } from './model-input.js';
import { costOfStart, loadText, predictionText, quantilesOf, withoutUnknown } from './predict-text.js';
import { pricesFolder } from './prices-folder.js';

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
  /** A name of prices/, or a file. */
  readonly prices?: string;
  /** Between clients and platform. */
  readonly rttMs?: Link['roundTripMs'];
  readonly bandwidthMbit?: number;
  /** Between the node and where images are pulled from. */
  readonly pullRttMs?: Link['roundTripMs'];
  readonly pullMbit?: number;
  readonly json?: boolean;
}

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
    `${didYouMean(start, StartSchema.options)}There are: ${StartSchema.options.join(', ')}.`,
  );
}

function linkOf(roundTrip: number | undefined, megabitsPerSecond: number | undefined): Link | undefined {
  if (roundTrip === undefined && megabitsPerSecond === undefined) return undefined;
  return { roundTripMs: roundTrip ?? 0, ...(megabitsPerSecond === undefined ? {} : { megabitsPerSecond }) };
}

/** What a prediction of a start and one under arrivals both take from the options. */
function placeOf(options: PredictOptions): object {
  const clients = linkOf(options.rttMs, options.bandwidthMbit);
  const registry = linkOf(options.pullRttMs, options.pullMbit);
  return {
    ...(options.environment === undefined ? {} : { environment: options.environment }),
    ...(options.access === undefined ? {} : { access: options.access }),
    ...(clients === undefined ? {} : { clients }),
    ...(registry === undefined ? {} : { registry }),
  };
}

function refuseWithoutRate({ slo = [], keepAlive, rate }: PredictOptions): void {
  slo.map(parseObjective);
  if (rate !== undefined || (slo.length === 0 && keepAlive === undefined)) return;
  throw invalidInput(
    `${slo.length > 0 ? '--slo' : '--keep-alive'} needs --rate: how many requests find no instance depends on it`,
    'For example: --rate 0.1 (requests a second) --slo "p95 < 100ms".',
  );
}

/** Exit code 1 where an objective is surely missed. */
export function predict(options: PredictOptions): ExitCode {
  refuseWithoutRate(options);
  const prices = options.prices === undefined ? undefined : loadPrices(options.prices, pricesFolder);
  const file = readModelFile(options.model);
  const predictions = startsAsked(file, options).map((start) =>
    predictLatency(file, {
      ...{ function: options.function, payload: options.payload, runtime: options.runtime, start },
      ...placeOf(options),
    }),
  );
  const load = options.rate === undefined ? undefined : underArrivals(file, options, prices);
  if (options.json === true)
    printJson(
      withoutUnknown({
        predictions: predictions.map((one) => jsonOf(one, prices)),
        ...(load === undefined ? {} : { load: load.candidate, warnings: load.warnings }),
        ...(prices === undefined ? {} : { prices: { name: prices.name, asOf: prices.asOf } }),
      }),
    );
  else {
    const starts = predictions.map((one) => predictionText(one, prices, tableWidth()));
    print(
      [...starts, ...(load === undefined ? [] : [loadText(load.candidate, prices, load.warnings)])].join(
        '\n\n',
      ),
    );
  }
  return load?.candidate.objectives.some(({ judgement }) => judgement === 'missed') === true
    ? exitCodes.failed
    : exitCodes.done;
}

function underArrivals(
  file: ModelFile,
  options: PredictOptions,
  prices: Prices | undefined,
): { readonly candidate: Candidate; readonly warnings: readonly string[] } {
  const workload = parseWorkload(
    {
      ...{ function: options.function, payload: options.payload, arrivals: { perSecond: options.rate } },
      ...{ runtimes: [options.runtime], objectives: options.slo ?? [] },
      ...(options.keepAlive === undefined ? {} : { keepAliveSeconds: options.keepAlive }),
      ...(options.prices === undefined ? {} : { prices: options.prices }),
      ...placeOf(options),
    },
    'the options',
  );
  const { candidates, warnings } = recommend(file, workload, prices === undefined ? {} : { prices });
  return { candidate: candidates[0] as Candidate, warnings };
}

function jsonOf(prediction: LatencyPrediction, prices: Prices | undefined): object {
  const cost = prices === undefined ? undefined : costOfStart(prices, prediction);
  return {
    ...prediction.request,
    latencyMs: Object.fromEntries(quantilesOf(prediction)),
    ...(prediction.median.notKnown === undefined ? { componentsMs: prediction.componentsMs } : {}),
    ...prediction.resources,
    ...(cost === undefined ? {} : { cost }),
    beyond: prediction.beyond,
    intervalsFrom: prediction.scheme,
  };
}
