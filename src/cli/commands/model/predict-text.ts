/** A prediction for a person at the terminal. */
import { counted } from '../../../domain/counted.js';
import type { Milliseconds } from '../../../domain/units.js';
import type { Prices } from '../../../model/cost/prices.js';
import type { LatencyPrediction, PredictedQuantile } from '../../../model/predict/predict-latency.js';
import type { PredictedCpu, PredictedMemory } from '../../../model/predict/predict-resources.js';
import { costOf } from '../../../model/recommend/consumption.js';
import { MixedLatency } from '../../../model/recommend/mixture.js';
import type { Judged } from '../../../model/recommend/judge-objective.js';
import type { Candidate } from '../../../model/recommend/recommend.js';
import {
  formatBytes,
  formatDuration,
  formatDurationInterval,
  formatShare,
  formatSignificant,
} from '../../../report/format-quantity.js';
import { renderFitted } from '../../fitted-table.js';

/** Quantiles that are shown. */
const shown = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;

export function quantilesOf(prediction: LatencyPrediction): [string, PredictedQuantile][] {
  return Object.entries(shown).flatMap(([name, share]): [string, PredictedQuantile][] => {
    const predicted = prediction.quantile(share);
    return predicted === undefined ? [] : [[name, predicted]];
  });
}

export const quantileText = ({ ms, interval90, notKnown }: PredictedQuantile): string => {
  if (notKnown !== undefined) return 'not known';
  return interval90 === undefined
    ? formatDuration(ms)
    : `${formatDuration(ms)} ${formatDurationInterval(interval90, ms)}`;
};

/** A result as JSON shows it: a figure that is not known has its reason and no number. */
export const withoutUnknown = (result: object): unknown =>
  JSON.parse(
    JSON.stringify(result, (_, value: unknown) =>
      typeof value === 'object' && value !== null && 'notKnown' in value
        ? { notKnown: value.notKnown }
        : value,
    ),
  );

export const memoryText = ({ bytes: middle, interval90 }: PredictedMemory): string =>
  interval90 === undefined
    ? formatBytes(middle)
    : `${formatBytes(middle)} [${formatBytes(interval90[0])}, ${formatBytes(interval90[1])}]`;

const cpuText = ({ ms, interval90 }: PredictedCpu): string =>
  quantileText({ ms, ...(interval90 === undefined ? {} : { interval90 }) });

export const costText = (
  { currency }: Prices,
  perMillion: number,
  interval: readonly [number, number] | undefined,
): string =>
  `${currency} ${formatSignificant(perMillion)}${interval === undefined ? '' : ` [${interval.map((end) => formatSignificant(end)).join(', ')}]`}`;

/** What an invocation that starts like this one costs, a million times. */
export const costOfStart = (prices: Prices, prediction: LatencyPrediction): ReturnType<typeof costOf> =>
  costOf(
    prices,
    new MixedLatency(prediction.request.runtime, [{ share: 1, cold: false, prediction }], 0),
    undefined,
  );

function costLine(prices: Prices | undefined, prediction: LatencyPrediction): string[] {
  if (prices === undefined) return [];
  const cost = costOfStart(prices, prediction);
  const of = `${prices.title}, as of ${prices.asOf}`;
  return [
    cost === undefined
      ? `cost: not known: what ${of} charges by was not measured on this runtime, or is not known at this payload`
      : `a million of these: ${costText(prices, cost.perMillion, cost.interval90)} (${of})`,
  ];
}

export function predictionText(
  prediction: LatencyPrediction,
  prices: Prices | undefined,
  width: number,
): string {
  const { request, componentsMs, beyond, resources } = prediction;
  const quantiles = quantilesOf(prediction);
  const notKnown = quantiles.find(([, one]) => one.notKnown !== undefined)?.[1].notKnown;
  const parts = Object.entries<Milliseconds>(componentsMs)
    .sort(([, a], [, b]) => b - a)
    .map(([id, ms]) => `${id} ${formatDuration(ms)}`);
  const { memory, cpu, energy = [] } = resources;
  return [
    `${request.function}, ${request.payload}, on ${request.runtime}, ${request.start}:`,
    renderFitted(
      quantiles.map(([name]) => name),
      [quantiles.map(([, predicted]) => quantileText(predicted))],
      width,
    ),
    ...(notKnown === undefined ? [`of it: ${parts.join(', ')}`] : [`Not known: ${notKnown}.`]),
    ...(memory === undefined ? [] : [`memory at its peak: ${memoryText(memory)}`]),
    ...(cpu === undefined ? [] : [`CPU time: ${cpuText(cpu)}`]),
    ...energy.map(
      ({ perRequestJoules, requests }) =>
        `energy as measured under load, of the whole machine: ${formatSignificant(perRequestJoules)} J a request (${counted(requests, 'request')})`,
    ),
    ...costLine(prices, prediction),
    ...beyond.filter((words) => words !== notKnown).map((words) => `Extrapolated: ${words}.`),
  ].join('\n');
}

/** An objective with its judgement, and why it is unsure. */
export const judgedText = ({ text, judgement, why }: Judged): string =>
  `${text}: ${judgement}${why === undefined ? '' : `: ${why}`}`;

/** The prediction under arrivals; `warnings`: how it was found. */
export function loadText(
  load: Candidate,
  prices: Prices | undefined,
  warnings: readonly string[] = [],
): string {
  const { coldShare, latency, objectives, costPerMillion, costInterval90, cpu } = load;
  return [
    `Under this load: ${formatShare(coldShare)} of the requests cold; p50 ${quantileText(latency.p50)}, p95 ${quantileText(latency.p95)}, p99 ${quantileText(latency.p99)}.`,
    ...(latency.p50.notKnown === undefined ? [] : [`Not known: ${latency.p50.notKnown}.`]),
    ...(cpu === undefined ? [] : [`CPU time of a request on average: ${cpuText(cpu)}`]),
    ...(prices === undefined || costPerMillion === undefined
      ? []
      : [`a million requests: ${costText(prices, costPerMillion, costInterval90)}`]),
    ...objectives.map(judgedText),
    ...warnings,
  ].join('\n');
}
