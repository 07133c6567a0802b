/** What the simulator is told of a function on a runtime, from the model: launches and service times as distributions. */
import { invalidInput } from '../../domain/errors.js';
import type { TraceInvocation } from '../../domain/trace.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import { tabulated, type CpuShares, type FunctionTimes, type TimeAt } from '../../simulation/times.js';
import { clientNetworkOf, type LatencyPrediction } from '../predict/predict-latency.js';
import type { ServedPayload } from '../recommend/served-by.js';
import { sideOf, type Side } from '../recommend/side.js';

/**
 * A prediction's quantiles without the clients' network, at one end of their intervals. A share whose quantile has no interval of its own is as far off
 * as the nearest lower one that has: figures that depend on it have no interval (`isBounded`).
 */
function quantilesAt(prediction: LatencyPrediction, side: Side): (share: number) => number {
  const network = clientNetworkOf(prediction);
  let factor = 1;
  return (share) => {
    const predicted = prediction.quantile(share) ?? prediction.median;
    const ms = predicted.ms - network;
    if (predicted.interval90 !== undefined) factor = (sideOf(predicted, side) - network) / ms;
    return ms * factor;
  };
}

interface Payload {
  /** Cumulative share at which it begins, and its own. */
  readonly from: number;
  readonly share: number;
  readonly clientMs: Milliseconds;
  readonly warm: TimeAt;
  /** A cold request at its instance, without the launch. */
  readonly coldRest: TimeAt;
}

/** The median without the clients' network, which holds no instance. */
const medianAtInstance = (prediction: LatencyPrediction): number =>
  prediction.median.ms - clientNetworkOf(prediction);

/** The part of a cold latency that is launch; 0 where the rows do not tell it apart. */
const launchShareOf = (prediction: LatencyPrediction): number =>
  Math.min(1, (prediction.componentsMs.launch ?? 0) / medianAtInstance(prediction));

const scaled = (quantile: (share: number) => number, factor: number): ((share: number) => number) => {
  return (share) => quantile(share) * factor;
};

function payloadsAt(parts: readonly ServedPayload[], side: Side, steps: number | undefined): Payload[] {
  let from = 0;
  return parts.map(({ share, cold, warm }) => {
    const payload = {
      ...{ from, share },
      clientMs: clientNetworkOf(warm),
      warm: tabulated(quantilesAt(warm, side), steps),
      coldRest: tabulated(scaled(quantilesAt(cold, side), 1 - launchShareOf(cold)), steps),
    };
    from += share;
    return payload;
  });
}

/**
 * Of requests what the sandbox's CPU time is of the latency of a warm one; of a launch what a cold request's CPU time is above
 * that of its request. Undefined where CPU time was not measured.
 */
function cpuSharesOf(
  parts: readonly ServedPayload[],
  usual: LatencyPrediction,
  stagingMs: Milliseconds,
): CpuShares | undefined {
  let [cpuMs, latencyMs] = [0, 0];
  for (const { share, warm } of parts) {
    if (warm.resources.cpu === undefined) return undefined;
    cpuMs += share * warm.resources.cpu.ms;
    latencyMs += share * medianAtInstance(warm);
  }
  if (usual.resources.cpu === undefined) return undefined;
  const within = (value: number): number => Math.min(1, Math.max(0, value));
  const service = within(cpuMs / latencyMs);
  const launchMs = launchShareOf(usual) * medianAtInstance(usual);
  const ofLaunch = usual.resources.cpu.ms - service * (medianAtInstance(usual) - launchMs);
  return { service, launch: launchMs === 0 ? 1 : within(ofLaunch / (launchMs + stagingMs)) };
}

/** @throws LumosError `invalid-input` where a median is not known: what is simulated on it would be a made-up figure */
function requireKnown(parts: readonly ServedPayload[]): void {
  for (const { request, median } of parts.flatMap(({ cold, warm }) => [cold, warm])) {
    if (median.notKnown === undefined) continue;
    throw invalidInput(
      `The latency of ${request.function}, ${request.payload}, on ${request.runtime}, ${request.start}, is not known: ${median.notKnown}`,
      `Measure nearer to it and fit the model anew, or ask for a payload that was measured.`,
    );
  }
}

export interface TimesOptions {
  /** `trace`: requests take what the trace says; launches and what is slower in a first request are the model's. */
  readonly service: 'model' | 'trace';
  /** By how much a launch is longer for each other that runs when it begins, as a share of it. */
  readonly launchSlowdown: number;
  /** What a start takes besides the launch that trials time: on the small platform, making control groups. Default 0. */
  readonly stagingMs?: Milliseconds;
  /** Shares at which distributions are tabulated; by default every thousandth. */
  readonly steps?: number;
}

/**
 * A cold latency is launch and the request after it, in the shares of the components' medians; both have the shape of the
 * whole and the same draw, so that together they are the latency that was measured.
 */
export function modelTimes(
  parts: readonly ServedPayload[],
  side: Side,
  { service, launchSlowdown, steps, stagingMs = milliseconds(0) }: TimesOptions,
): FunctionTimes {
  const payloads = payloadsAt(parts, side, steps);
  requireKnown(parts);
  // A launch knows no payload: that of the most frequent one.
  const usual = parts.reduce((most, one) => (one.share > most.share ? one : most)).cold;
  const launch = tabulated(scaled(quantilesAt(usual, side), launchShareOf(usual)), steps);
  const shares = cpuSharesOf(parts, usual, stagingMs);
  const payloadAt = (draw: number): Payload => payloads.findLast(({ from }) => draw >= from) as Payload;
  const modelled = (draw: number, ofInstance: number | undefined): Milliseconds => {
    const payload = payloadAt(draw);
    const own = Math.min((draw - payload.from) / payload.share, 1);
    return ofInstance === undefined ? payload.warm(own) : payload.coldRest(ofInstance);
  };
  const first = payloads[0] as Payload;
  const traced = (ofInstance: number | undefined, invocation: TraceInvocation): Milliseconds => {
    const { durationMs } = invocation;
    if (durationMs === undefined)
      throw invalidInput(
        'The trace does not say how long its invocations took',
        'Take the service times of the model: --service model.',
      );
    if (ofInstance === undefined) return durationMs;
    return milliseconds(durationMs + Math.max(0, first.coldRest(ofInstance) - first.warm(ofInstance)));
  };
  return {
    launch: (draw, atOnce) => milliseconds(stagingMs + launch(draw) * (1 + launchSlowdown * (atOnce - 1))),
    service: (draw, ofInstance, invocation) =>
      service === 'trace' ? traced(ofInstance, invocation) : modelled(draw, ofInstance),
    ...(payloads.some(({ clientMs }) => clientMs > 0)
      ? { client: (draw: number) => payloadAt(draw).clientMs }
      : {}),
    stopMs: milliseconds(0),
    ...(shares === undefined ? {} : { cpuShares: shares }),
  };
}
