/** When the requests of an open load are due. */
import { invalidInput } from '../../domain/errors.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import type { Arrivals } from './shapes.js';

type Shape<K extends Arrivals['kind']> = Extract<Arrivals, { kind: K }>;

const msPerSecond = 1000;

/**
 * The offsets from the start of the load at which requests are due, ascending. Endless, but for a list. Of what is
 * evenly spaced, the first is due at 0 and the n-th when n - 1 requests' worth of rate has passed, computed from n and
 * not by adding up, so that no rounding gathers.
 * @param random uniform in [0, 1); drawn from by `poisson` alone
 * @throws LumosError `invalid-input` for rates and times that are no schedule, and for a list that goes back in time
 */
export function arrivalOffsets(arrivals: Arrivals, random: () => number): Generator<Milliseconds, void> {
  switch (arrivals.kind) {
    case 'constant':
      return constant(positive(arrivals.perSecond));
    case 'poisson':
      return poisson(positive(arrivals.perSecond), random);
    case 'ramp':
      return ramp(checkedRamp(arrivals));
    case 'burst':
      return burst(checkedBurst(arrivals));
    case 'list':
      return ascending(arrivals.offsets);
  }
}

function positive(perSecond: number): number {
  if (!(perSecond > 0 && Number.isFinite(perSecond)))
    throw invalidInput(`A rate is a number above 0 a second, not ${perSecond}.`);
  return perSecond;
}

function checkedRamp(ramp: Shape<'ramp'>): Shape<'ramp'> {
  if (!(ramp.fromPerSecond >= 0))
    throw invalidInput(`A ramp starts at 0 a second or more, not ${ramp.fromPerSecond}.`);
  positive(ramp.toPerSecond);
  if (!(ramp.overMs > 0)) throw invalidInput('A ramp takes a time above 0.');
  return ramp;
}

function checkedBurst(burst: Shape<'burst'>): Shape<'burst'> {
  if (!(burst.perSecond >= 0))
    throw invalidInput(`Between bursts the rate is 0 or more, not ${burst.perSecond}.`);
  positive(burst.burstPerSecond);
  if (!(burst.burstMs > 0 && burst.everyMs >= burst.burstMs))
    throw invalidInput('A burst takes a time above 0, and no longer than from one burst to the next.');
  return burst;
}

function* constant(perSecond: number): Generator<Milliseconds, void> {
  for (let n = 0; ; n++) yield milliseconds((n * msPerSecond) / perSecond);
}

/** Exponential gaps by inversion; the first gap comes before the first request. */
function* poisson(perSecond: number, random: () => number): Generator<Milliseconds, void> {
  for (let at = 0; ;) {
    at -= (Math.log(1 - random()) * msPerSecond) / perSecond;
    yield milliseconds(at);
  }
}

/** The n-th request is due when the integral of the rate reaches n: the root of a quadratic, then a straight line. */
function* ramp({ fromPerSecond, toPerSecond, overMs }: Shape<'ramp'>): Generator<Milliseconds, void> {
  const from = fromPerSecond / msPerSecond;
  const to = toPerSecond / msPerSecond;
  const within = ((from + to) / 2) * overMs;
  const growth = (to - from) / overMs;
  for (let n = 0; ; n++) {
    if (n > within) yield milliseconds(overMs + (n - within) / to);
    // Of the root's two forms the one that stays exact for a growth near 0.
    else
      yield milliseconds(
        n === 0 ? 0 : (2 * n) / (from + Math.sqrt(Math.max(0, from * from + 2 * growth * n))),
      );
  }
}

function* burst({
  perSecond,
  burstPerSecond,
  everyMs,
  burstMs,
}: Shape<'burst'>): Generator<Milliseconds, void> {
  for (let period = 0; ; period++) {
    const start = period * everyMs;
    yield* evenly(start, burstMs, burstPerSecond);
    yield* evenly(start + burstMs, everyMs - burstMs, perSecond);
  }
}

function* evenly(start: number, length: number, perSecond: number): Generator<Milliseconds, void> {
  // A millionth of a request is left out, so that rounding never puts one on both sides of a border.
  const count = Math.ceil((length * perSecond) / msPerSecond - 1e-6);
  for (let n = 0; n < count; n++) yield milliseconds(start + (n * msPerSecond) / perSecond);
}

function* ascending(offsets: Iterable<Milliseconds>): Generator<Milliseconds, void> {
  let before = 0;
  let place = 0;
  for (const offset of offsets) {
    place += 1;
    if (!(offset >= before))
      throw invalidInput(
        `Arrival ${place} of the list is due at ${offset} ms, before the one ahead of it (${before} ms).`,
      );
    before = offset;
    yield offset;
  }
}
