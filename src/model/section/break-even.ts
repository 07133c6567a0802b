/** Container against Wasm as the rate, the keep-alive or the payload changes: mean latencies, and where they change places. */
import type { RuntimeClass } from '../../domain/factors.js';
import type { BreakEven, BreakEvenCurve, BreakEvenDial } from '../../domain/model-section.js';
import type { ModelFile } from '../fit/model-file.js';
import { systemOf, workOf, type ModelCell } from '../observations/model-cell.js';
import { coldShareOf } from '../recommend/cold-share.js';
import { MixedLatency, workloadLatency } from '../recommend/mixture.js';
import type { Side } from '../recommend/side.js';
import { parseWorkload } from '../recommend/workload.js';
import { isBounded, type WorkloadLatency } from '../recommend/workload-latency.js';

/** The middle of the dials: seldom enough called that some requests are cold. */
const requestsPerMinute = 1;
const keepAliveSeconds = 60;

/** From a request a day to a hundred a second; from a second to a day; from a 256th of the largest payload to eight times. */
const ranges: Readonly<Record<BreakEvenDial, readonly [number, number]>> = {
  rate: [1 / 86_400, 100],
  'keep-alive': [1, 86_400],
  payload: [1 / 256, 8],
};

const places = 32;

const along = ([low, high]: readonly [number, number]): number[] =>
  Array.from({ length: places + 1 }, (_, i) => low * (high / low) ** (i / places));

interface Pair<T> {
  readonly baseline: T;
  readonly candidate: T;
}

const both = <T, U>({ baseline, candidate }: Pair<T>, of: (one: T) => U): Pair<U> => ({
  baseline: of(baseline),
  candidate: of(candidate),
});

/** The same latency with another share of cold requests. */
function withColdShare(one: WorkloadLatency, share: number): WorkloadLatency {
  const parts = one.parts.map((part) => ({ ...part, share: part.cold ? share : 1 - share }));
  return new MixedLatency(one.runtime, parts, share);
}

const ratioOf = ({ baseline, candidate }: Pair<WorkloadLatency>, sides: Pair<Side>): number =>
  candidate.mean(sides.candidate) / baseline.mean(sides.baseline);

type Point = BreakEvenCurve['points'][number];

function pointAt(at: number, latencies: Pair<WorkloadLatency>): Point {
  const ratio = ratioOf(latencies, { baseline: 'middle', candidate: 'middle' });
  if (!isBounded(latencies.baseline, 0.5) || !isBounded(latencies.candidate, 0.5)) return { at, ratio };
  const low = ratioOf(latencies, { baseline: 'high', candidate: 'low' });
  const high = ratioOf(latencies, { baseline: 'low', candidate: 'high' });
  return { at, ratio, interval90: [low, high] };
}

/** Where a curve first passes 1, between its points by interpolation of the logarithms. */
export function firstPassing(
  points: readonly Point[],
  of: (point: Point) => number | undefined,
): number | undefined {
  for (const [i, point] of points.entries()) {
    const [before, after] = [of(point), points[i + 1] === undefined ? undefined : of(points[i + 1] as Point)];
    if (before === undefined || after === undefined || (before - 1) * (after - 1) >= 0) continue;
    const part = Math.log(before) / (Math.log(before) - Math.log(after));
    return point.at * ((points[i + 1] as Point).at / point.at) ** part;
  }
  return undefined;
}

/** A curve with the places where it, and the ends of its interval, pass 1. */
export function withBreakEven(curve: Omit<BreakEvenCurve, 'breakEven' | 'breakEven90'>): BreakEvenCurve {
  const breakEven = firstPassing(curve.points, ({ ratio }) => ratio);
  if (breakEven === undefined) return curve;
  const ends = [0, 1].map((end) => firstPassing(curve.points, ({ interval90 }) => interval90?.[end]));
  const known = ends.filter((one) => one !== undefined);
  const below = known.filter((one) => one <= breakEven);
  const above = known.filter((one) => one >= breakEven);
  return {
    ...curve,
    breakEven,
    breakEven90: [
      below.length === 0 ? undefined : Math.min(...below),
      above.length === 0 ? undefined : Math.max(...above),
    ],
  };
}

interface Asked {
  readonly file: ModelFile;
  readonly runtimes: Pair<string>;
  readonly work: string;
  /** The function's cell with the largest payload. */
  readonly largest: ModelCell;
}

function latenciesAt({ file, runtimes, work, largest }: Asked, payload: string): Pair<WorkloadLatency> {
  const workload = parseWorkload(
    {
      ...{ function: work, payload, arrivals: { perMinute: requestsPerMinute }, keepAliveSeconds },
      environment: largest.cell.environment,
    },
    'break-even',
  );
  return both(runtimes, (runtime) => workloadLatency(file, workload, runtime));
}

/** The share of cold requests with one dial turned. */
function coldShareAt(dial: 'rate' | 'keep-alive', at: number, work: string): number {
  const arrivals = dial === 'rate' ? { perSecond: at } : { perMinute: requestsPerMinute };
  const kept = dial === 'keep-alive' ? at : keepAliveSeconds;
  const workload = { function: work, payload: '1', arrivals, keepAliveSeconds: kept };
  return coldShareOf(parseWorkload(workload, 'break-even'));
}

function curvesOf(asked: Asked): BreakEvenCurve[] {
  const { work, largest } = asked;
  const { payload } = largest.cell;
  const here = latenciesAt(asked, payload);
  const turned = (['rate', 'keep-alive'] as const).map((dial) => ({
    ...{ dial, function: work, payload },
    points: along(ranges[dial]).map((at) =>
      pointAt(
        at,
        both(here, (one) => withColdShare(one, coldShareAt(dial, at, work))),
      ),
    ),
  }));
  const sizes = along(ranges.payload).map((at) =>
    // With decimals it is a size for sure, and no label that happens to be a number.
    pointAt(at, latenciesAt(asked, (at * largest.size).toFixed(6))),
  );
  return [...turned, { dial: 'payload' as const, function: work, payload, points: sizes }].map(withBreakEven);
}

/** A system of the first class that has one with cold and warm cells. */
function systemWith(file: ModelFile, classes: readonly RuntimeClass[]): string | undefined {
  for (const kind of classes) {
    const systems = new Map<string, Set<string>>();
    for (const { cell } of file.cells)
      if (cell.class === kind)
        systems.set(systemOf(cell), (systems.get(systemOf(cell)) ?? new Set<string>()).add(cell.start));
    const found = [...systems].find(([, starts]) => starts.has('cold') && starts.has('warm'));
    if (found !== undefined) return found[0];
  }
  return undefined;
}

/** Undefined where the model has no container, or no Wasm runtime, that was measured cold and warm. */
export function breakEvenOf(file: ModelFile): BreakEven | undefined {
  const baseline = systemWith(file, ['container']);
  const candidate = systemWith(file, ['wasm-aot', 'wasm-jit', 'wasm-interpreted']);
  if (baseline === undefined || candidate === undefined) return undefined;
  const largest = new Map<string, ModelCell>();
  for (const cell of file.cells) {
    const before = largest.get(workOf(cell.cell));
    if (before === undefined || cell.size > before.size) largest.set(workOf(cell.cell), cell);
  }
  const curves = [...largest].flatMap(([work, cell]) =>
    curvesOf({ file, runtimes: { baseline, candidate }, work, largest: cell }),
  );
  return { baseline, candidate, requestsPerMinute, keepAliveSeconds, curves };
}
