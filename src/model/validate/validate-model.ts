/** How wrong the model is where it was not shown the answer, beside naive predictors. */
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import { quantile } from '../../stats/quantiles.js';
import { seededRandom, shuffle } from '../../stats/random.js';
import { sortSamples } from '../../stats/sorted-samples.js';
import { fitComponent, withVariances, type FittedComponent } from '../components/fit-component.js';
import { measuredResource } from '../components/observed.js';
import { componentOf } from '../fit/component-of.js';
import { conformalWidth } from '../fit/conformal.js';
import { leaveOut, type Fitted, type LeftOut } from '../fit/left-out.js';
import { leaveResourceOut, type LeftOutResource } from '../fit/left-out-resource.js';
import { schemesOf, type Scheme, type SchemeId } from '../hold-out/schemes.js';
import type { ModelCell, ResourceId, TargetId } from '../observations/model-cell.js';
import { naivePredictors } from './naive-predictors.js';

/** One left-out cell: measured against predicted. */
export interface Prediction {
  readonly cell: ModelCell;
  readonly predictedMs: Milliseconds;
  /** 90 % interval, from the errors of the other cells; absent for too few of them. */
  readonly interval: readonly [Milliseconds, Milliseconds] | undefined;
}

export interface SchemeResult {
  readonly scheme: SchemeId;
  /** How many cells were predicted. */
  readonly cells: number;
  /** Absolute percentage errors of the median latency, as shares of 1. */
  readonly medianApe: number;
  readonly p90Ape: number;
  /** The share of cells whose measured median lay in its 90 % interval; absent where no interval could be had. */
  readonly coverage90: number | undefined;
  /** A naive predictor is not listed where it had nothing to go by for most cells. */
  readonly baselines: Readonly<Record<string, { readonly medianApe: number }>>;
  /** Nominal against observed coverage. */
  readonly calibration: readonly { readonly nominal: number; readonly observed: number }[];
  readonly predictions: readonly Prediction[];
  /** The same of memory and CPU time, of the cells that they were measured for. */
  readonly resources: readonly ResourceResult[];
}

export interface ResourceResult {
  readonly resource: ResourceId;
  readonly cells: number;
  readonly medianApe: number;
  readonly p90Ape: number;
  readonly coverage90: number | undefined;
  readonly baselines: SchemeResult['baselines'];
}

export interface Validation {
  readonly schemes: readonly SchemeResult[];
  /** Schemes these cells cannot answer, and what would supply it. */
  readonly unanswered: readonly { readonly scheme: SchemeId; readonly why: string }[];
  /** The median error that measuring itself leaves in a cell's median, as a share: no model can be better against it. */
  readonly measurementError: number | undefined;
}

/** Parts of the cells that the variances are estimated without, in turn. */
const parts = 4;

const at = (values: readonly number[], share: number): number => quantile(sortSamples(values), share);

/**
 * Leaves groups out. The variances (a dozen numbers a component) for a group are estimated without a quarter of all groups,
 * its own among them, the forms and effects without the group: nothing of a cell is in what predicts it.
 */
function leaveOutHonestly(fitted: Fitted, scheme: Scheme): LeftOutAll {
  const order = shuffle(scheme.groups, seededRandom(1, scheme.id));
  const count = Math.min(parts, order.length);
  const all: { latencies: LeftOut[]; resources: Map<ResourceId, LeftOutResource[]> } = {
    latencies: [],
    resources: new Map(),
  };
  for (let part = 0; part < count; part++) {
    const groups = order.filter((_group, i) => i % count === part);
    const without = new Set(groups.flat());
    const rest = fitted.cells.filter((cell) => !without.has(cell));
    const anew = fitted.fitted.map((component) => estimatedWithout(component, rest));
    const own = { ...fitted, fitted: anew, components: anew.map((one) => componentOf(one)) };
    const renumbered = <T extends { readonly group: number }>(one: T): T => ({
      ...one,
      group: one.group * count + part,
    });
    const latencies = leaveOut(own, { groups });
    all.latencies.push(...latencies.map(renumbered));
    for (const resource of fitted.resources) {
      const left = leaveResourceOut(estimatedWithout(resource, rest), { groups }, latencies);
      const before = all.resources.get(resource.id) ?? [];
      all.resources.set(resource.id, [...before, ...left.map(renumbered)]);
    }
  }
  return all;
}

interface LeftOutAll {
  readonly latencies: readonly LeftOut[];
  readonly resources: ReadonlyMap<ResourceId, readonly LeftOutResource[]>;
}

/** A component with the variances that the rest of the cells have, where these tell the same effects apart. */
function estimatedWithout<Id extends TargetId>(
  component: FittedComponent<Id>,
  rest: readonly ModelCell[],
): FittedComponent<Id> {
  const refitted = fitComponent(component.id, rest, { intervals: false });
  const same = refitted !== undefined && refitted.terms.join() === component.terms.join();
  return withVariances(component, same ? refitted.solved.variances : component.solved.variances);
}

/** What each resource came to; the naive predictors are shown its values in place of latencies. */
function resourceResults(fitted: Fitted, scheme: Scheme, { resources }: LeftOutAll): ResourceResult[] {
  return [...resources].flatMap(([id, left]) => {
    if (left.length === 0) return [];
    const errors = left.map(({ log, measured }) => Math.abs(Math.exp(log) / measured - 1));
    const held = left.map((one) => {
      const width = conformalWidth(
        left.flatMap(({ group, score }) => (group === one.group ? [] : score)),
        0.9,
      );
      return width === undefined ? undefined : one.score <= width;
    });
    const shown = new Map(
      fitted.cells.flatMap((cell) => {
        const value = measuredResource(id, cell);
        return value === undefined ? [] : [[cell, { ...cell, latencyMs: { p50: milliseconds(value) } }]];
      }),
    );
    const groups = scheme.groups.map((group) => group.flatMap((cell) => shown.get(cell) ?? []));
    return {
      resource: id,
      cells: left.length,
      medianApe: at(errors, 0.5),
      p90Ape: at(errors, 0.9),
      coverage90: held.includes(undefined) ? undefined : held.filter(Boolean).length / held.length,
      baselines: baselinesOf([...shown.values()], { ...scheme, groups }),
    };
  });
}

/** The width of a left-out cell's interval from the scores of all cells that were not left out with it. */
function widthFor(left: readonly LeftOut[], one: LeftOut, share: number): number | undefined {
  const others = left.flatMap(({ group, scores }) => (group === one.group ? [] : (scores.p50 ?? [])));
  return conformalWidth(others, share);
}

const nominals = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

function coverageAt(left: readonly LeftOut[], share: number): number | undefined {
  const held = left.map((one) => {
    const width = widthFor(left, one, share);
    return width === undefined ? undefined : (one.scores.p50 as number) <= width;
  });
  return held.some((value) => value === undefined)
    ? undefined
    : held.filter((value) => value === true).length / held.length;
}

function predictionOf(left: readonly LeftOut[], one: LeftOut): Prediction {
  const width = widthFor(left, one, 0.9);
  const at = (deviations: number): Milliseconds => one.latency.time(deviations);
  return {
    cell: one.cell,
    predictedMs: at(0),
    interval: width === undefined ? undefined : [at(-width), at(width)],
  };
}

const apeOf = (predicted: number, { latencyMs }: ModelCell): number =>
  Math.abs(predicted / latencyMs.p50 - 1);

/** The errors of naive predictors on the same cells, left out in the same groups. */
function baselinesOf(cells: readonly ModelCell[], { groups }: Scheme): SchemeResult['baselines'] {
  const errors = new Map<string, number[]>(Object.keys(naivePredictors).map((name) => [name, []]));
  const all = groups.reduce((sum, group) => sum + group.length, 0);
  for (const group of groups) {
    const left = new Set(group);
    const others = cells.filter((cell) => !left.has(cell));
    for (const cell of group) {
      for (const [name, predict] of Object.entries(naivePredictors)) {
        const guess = predict(cell, others);
        if (guess !== undefined) errors.get(name)?.push(apeOf(guess, cell));
      }
    }
  }
  return Object.fromEntries(
    [...errors]
      .filter(([, own]) => own.length * 2 > all)
      .map(([name, own]) => [name, { medianApe: at(own, 0.5) }]),
  );
}

function resultOf(fitted: Fitted, scheme: Scheme): SchemeResult | undefined {
  const all = leaveOutHonestly(fitted, scheme);
  const left = all.latencies;
  if (left.length === 0) return undefined;
  const predictions = left.map((one) => predictionOf(left, one));
  const errors = predictions.map(({ cell, predictedMs }) => apeOf(predictedMs, cell));
  return {
    scheme: scheme.id,
    cells: left.length,
    medianApe: at(errors, 0.5),
    p90Ape: at(errors, 0.9),
    coverage90: coverageAt(left, 0.9),
    baselines: baselinesOf(fitted.cells, scheme),
    calibration: nominals.flatMap((nominal) => {
      const observed = coverageAt(left, nominal);
      return observed === undefined ? [] : [{ nominal, observed }];
    }),
    predictions,
    resources: resourceResults(fitted, scheme, all),
  };
}

const missing: Readonly<Record<SchemeId, string>> = {
  'leave-one-cell-out': 'there are no cells',
  'leave-one-payload-out':
    'no function was measured at two payloads: lumos run --payloads all measures whole ladders',
  'leave-one-pair-out': 'it takes two functions on two runtimes each: lumos run paper measures them',
  'leave-one-environment-out':
    'all cells are of one environment: lumos run environments has three on one machine; or run the same experiment on another with --environment FILE and give both runs',
};

/** The median of a normal error's size over its standard deviation. */
const medianOfNormal = 0.6745;

/** Validates a fitted model on its own cells, each left out. */
export function validateModel(fitted: Fitted): Validation {
  const results = schemesOf(fitted.cells).map((scheme) => ({
    id: scheme.id,
    result: scheme.groups.length === 0 ? undefined : resultOf(fitted, scheme),
  }));
  const own = fitted.cells.flatMap(({ medianError }) => medianError ?? []);
  return {
    schemes: results.flatMap(({ result }) => result ?? []),
    unanswered: results
      .filter(({ result }) => result === undefined)
      .map(({ id }) => ({ scheme: id, why: missing[id] })),
    measurementError: own.length === 0 ? undefined : medianOfNormal * at(own, 0.5),
  };
}
