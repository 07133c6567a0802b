/** A smaller trace out of a larger one: a window of its time, some of its functions, a part of its invocations. */
import { invalidInput } from '../../domain/errors.js';
import type { TraceInvocation } from '../../domain/trace.js';
import { milliseconds } from '../../domain/units.js';
import { seededRandom } from '../../stats/random.js';
import { chooseFunctions } from './choose-functions.js';
import { MinuteTotals } from './choose-window.js';
import { FunctionProfiles, type FunctionProfile } from './describe-trace.js';

export type Batches = AsyncIterable<readonly TraceInvocation[]>;

export interface SampleRequest {
  /** Functions to keep; absent: all. */
  readonly functions?: number;
  /** Minutes to keep; absent: all. */
  readonly minutes?: number;
  /** The first of them; absent: where the rate is nearest to the whole trace's. */
  readonly fromMinute?: number;
  /** Mean invocations a second that are to be left; absent: all. */
  readonly ratePerSecond?: number;
  readonly seed: number;
}

/** What of a trace is kept. */
export interface SamplePlan {
  /** From the trace's beginning. */
  readonly fromMinute: number;
  /** Absent: to its end. */
  readonly minutes?: number;
  readonly functions: readonly string[];
  /** Functions that were invoked in the window. */
  readonly functionsThere: number;
  /** Invocations of the chosen functions in the window, and how many of them are kept. */
  readonly invocationsThere: number;
  readonly keep: number;
  /** The same as a share. */
  readonly share: number;
  /** Minutes that the trace has of those asked for, where it ends before. */
  readonly minutesThere?: number;
  readonly rateDistance: number;
  readonly durationDistance?: number;
}

const minute = 60_000;

/**
 * Decides what to keep, in two readings: the window by the whole trace's rate, then the functions (`chooseFunctions`)
 * by what they do in the window. @param read the trace from its beginning; called up to twice
 * @throws LumosError `invalid-input` where the window is empty, or has fewer invocations than are asked for
 */
export async function planSample(read: () => Batches, request: SampleRequest): Promise<SamplePlan> {
  const { minutes, ratePerSecond, seed } = request;
  const fromMinute = request.fromMinute ?? (minutes === undefined ? 0 : await typicalWindow(read(), minutes));
  const there = await profilesIn(read(), { fromMinute, ...(minutes === undefined ? {} : { minutes }) });
  if (there.profiles.length === 0) throw emptyWindow(there, fromMinute, minutes);
  const count = request.functions ?? there.profiles.length;
  const { names, ...distances } = chooseFunctions(there.profiles, count, seededRandom(seed, 'functions'));
  const chosen = new Set(names);
  const invocations = there.profiles
    .filter(({ name }) => chosen.has(name))
    .reduce((sum, one) => sum + one.invocations, 0);
  const { seconds } = there;
  const rate = seconds > 0 ? invocations / seconds : invocations;
  if (ratePerSecond !== undefined && ratePerSecond > rate * (1 + 1e-9))
    throw invalidInput(
      `what is chosen has ${rate.toPrecision(3)} invocations a second, fewer than the ${ratePerSecond} asked for`,
      `Ask for at most --rate ${roundedDown(rate)}${count < there.profiles.length ? ', or more --functions' : ''}. To replay a trace faster, give lumos run --time-scale.`,
    );
  const keep =
    ratePerSecond === undefined
      ? invocations
      : Math.min(invocations, Math.round((invocations * ratePerSecond) / rate));
  return {
    ...{ fromMinute, functions: names, functionsThere: there.profiles.length },
    ...(minutes === undefined ? {} : { minutes }),
    ...(there.minutesThere === undefined ? {} : { minutesThere: there.minutesThere }),
    ...{ invocationsThere: invocations, keep, share: keep / invocations },
    ...distances,
  };
}

/** Two digits, and no more than `rate`. */
function roundedDown(rate: number): string {
  const step = 10 ** (Math.floor(Math.log10(rate)) - 1);
  return String(Number((Math.floor(rate / step + 1e-9) * step).toPrecision(2)));
}

/**
 * The invocations that a plan keeps, from the beginning of its window on: a simple random sample of exactly the plan's
 * size, in one pass (selection sampling: Fan, Muller & Rezucha, Journal of the American Statistical Association 57, 1962). The
 * functions' shares and the shape of the rate stay as under thinning with the plan's share, where an index of dispersion I of
 * counts becomes 1 + share (I - 1).
 */
export async function* sampled(
  batches: Batches,
  plan: SamplePlan,
  seed: number,
): AsyncGenerator<TraceInvocation[], void> {
  const names = new Set(plan.functions);
  const random = seededRandom(seed, 'thinning');
  const from = plan.fromMinute * minute;
  const to = plan.minutes === undefined ? Infinity : from + plan.minutes * minute;
  let [left, keep] = [plan.invocationsThere, plan.keep];
  for await (const batch of batches) {
    const kept: TraceInvocation[] = [];
    for (const one of batch) {
      if (one.atMs < from || one.atMs >= to || !names.has(one.function)) continue;
      const isKept = keep === left || random.uniform() * left < keep;
      left -= 1;
      if (!isKept) continue;
      keep -= 1;
      kept.push({ ...one, atMs: milliseconds(one.atMs - from) });
    }
    if (kept.length > 0) yield kept;
    if ((batch.at(-1)?.atMs ?? 0) >= to) return;
  }
}

async function typicalWindow(batches: Batches, length: number): Promise<number> {
  const totals = new MinuteTotals();
  for await (const batch of batches) for (const one of batch) totals.add(one);
  return totals.typicalWindow(length);
}

/** What a window has in it. */
interface Window {
  readonly profiles: FunctionProfile[];
  /** From the window's beginning to its end, or to the trace's last arrival where that is earlier. */
  readonly seconds: number;
  /** The whole minutes to the last arrival, where it is before the window's end. */
  readonly minutesThere?: number;
  /** Of the last arrival before the window, and of the first one after it. */
  readonly minuteBefore?: number;
  readonly minuteAfter?: number;
}

async function profilesIn(
  batches: Batches,
  { fromMinute, minutes }: Pick<SamplePlan, 'fromMinute' | 'minutes'>,
): Promise<Window> {
  const from = fromMinute * minute;
  const to = minutes === undefined ? Infinity : from + minutes * minute;
  const functions = new FunctionProfiles();
  let [before, last, after] = [-1, from, Infinity];
  const minutesTo = (time: number): number => Math.floor((time - from) / minute) + 1;
  for await (const batch of batches) {
    for (const one of batch) {
      if (one.atMs < from) before = one.atMs;
      else if (one.atMs >= to) after = Math.min(after, one.atMs);
      else {
        functions.add(one);
        last = one.atMs;
      }
    }
    if (after < Infinity) break;
  }
  return {
    profiles: functions.profiles(),
    seconds: ((after < Infinity ? to : last) - from) / 1000,
    ...(minutes === undefined || after < Infinity || minutesTo(last) >= minutes
      ? {}
      : { minutesThere: minutesTo(last) }),
    ...(before < 0 ? {} : { minuteBefore: Math.floor(before / minute) }),
    ...(after === Infinity ? {} : { minuteAfter: Math.floor(after / minute) }),
  };
}

function emptyWindow(
  { minuteBefore, minuteAfter }: Window,
  fromMinute: number,
  minutes: number | undefined,
): Error {
  const near = [minuteBefore, minuteAfter].filter((one) => one !== undefined);
  const stretch = minutes === undefined ? '' : ` in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  return invalidInput(
    `the trace has no invocation from minute ${fromMinute} on${stretch}`,
    near.length === 0
      ? undefined
      : `Minutes count from the first arrival. The nearest with invocations: ${near.join(' before, and after it ')}.`,
  );
}
