/** The paper's claims, each put to the test with a run's rows and artefacts. */
import type { Start } from '../../domain/factors.js';
import type { FunctionClass } from '../../domain/function-manifest.js';
import type { RunManifest } from '../../domain/run-manifest.js';
import { claimIds, type Claim, type ClaimId } from '../../domain/summary/claim.js';
import { geometricMean } from '../../stats/drawn-interval.js';
import { seededRandom } from '../../stats/random.js';
import type { CellColumns, RunAccumulator } from '../summarize/accumulate.js';
import { orderCells } from '../summarize/cell-order.js';
import { claimDefinitions } from './claim-definitions.js';
import { cellsText, figureText, measuredText, pointText } from './claim-text.js';
import { measured, ratioEffects, shareEffects, type CellEffect, type Reading } from './effects.js';
import {
  findings,
  largestOf,
  pointsOf,
  testExistence,
  unanswered,
  withoutInterval,
} from './existence-claim.js';
import { testImageSize } from './image-size.js';
import { ioShareOf, ioTimeOf } from './io-time.js';
import { rangeVerdict } from './verdict.js';

const latencyOf: Reading = (columns) => {
  const column = columns.figures.get('latencyMs');
  return column === undefined
    ? undefined
    : { values: column.present(), sandboxes: column.alongside(columns.sandboxes) };
};

/** A run with what the claims ask of it. */
interface Evidence {
  /** Every cell with a row, in the order of the plan. */
  readonly run: readonly CellColumns[];
  readonly manifest: RunManifest;
  /** The container all else is compared with; undefined where the run has none. */
  readonly container: string | undefined;
  readonly seed: number;
}

const startIs =
  (start: Start) =>
  ({ cell }: CellColumns): boolean =>
    cell.start === start;

/** Whether a cell's function is of one of some classes; of a function whose class nobody recorded it is not known. */
function classIs({ manifest }: Evidence, ...classes: FunctionClass[]): (columns: CellColumns) => boolean {
  const known = new Map(manifest.functions?.map((one) => [one.name, one.class]));
  return ({ cell }) => {
    const own = known.get(cell.function);
    return own !== undefined && classes.includes(own);
  };
}

const noPair = (candidate: string, what: string): string =>
  `No ${what} was measured on both ${candidate} and a container.`;

function withClasses({ manifest }: Evidence, none: string): string {
  return manifest.functions === undefined
    ? 'The run did not record the classes of its functions, on which this claim hangs.'
    : none;
}

/** Wasm over container. */
function ratios(
  evidence: Evidence,
  of: 'wasm-aot' | 'wasm-interpreted',
  wanted: (columns: CellColumns) => boolean,
  reading: Reading,
): CellEffect[] {
  const { run, container, seed } = evidence;
  return container === undefined ? [] : ratioEffects(run, { class: of, wanted }, container, reading, seed);
}

function testColdStart(evidence: Evidence): Claim {
  const effects = ratios(evidence, 'wasm-aot', startIs('cold'), latencyOf);
  return testExistence(
    claimDefinitions['cold-start'],
    effects,
    { kind: 'reduction' },
    {
      seed: evidence.seed,
      none: noPair('an AoT runtime', 'cold start'),
    },
  );
}

function testWarmAot(evidence: Evidence): Claim {
  const definition = claimDefinitions['warm-aot'];
  const effects = ratios(evidence, 'wasm-aot', startIs('warm'), latencyOf);
  const cells = measured(effects);
  const points = pointsOf(effects, { kind: 'ratio' });
  const none = noPair('an AoT runtime', 'warm start');
  if (cells.length === 0)
    return unanswered(
      definition,
      effects.length === 0
        ? none
        : `None of ${cellsText(effects.length)} has enough samples for an interval.`,
      points,
    );
  const pairs = cells.flatMap(({ candidate, baseline }) =>
    baseline === undefined ? [] : [{ candidate, baseline }],
  );
  const mean = geometricMean(pairs, seededRandom(evidence.seed, 'claim: warm-aot'));
  if (mean.ci95 === undefined) return unanswered(definition, 'The geometric mean has no interval.', points);
  const [low, high] = definition.claimed;
  const sorted = [...cells].sort((a, b) => a.effect.value - b.effect.value);
  const within = cells.filter(({ effect }) => effect.value >= low && effect.value <= high).length;
  const end = (one: CellEffect | undefined): string =>
    one === undefined ? '' : `${figureText(one.point.value, 'ratio')} (${pointText(one.point)})`;
  return {
    ...definition,
    measured: mean.value,
    ci95: mean.ci95,
    cells: cells.length,
    verdict: rangeVerdict(mean.ci95, definition.claimed),
    why:
      `The geometric mean of AoT's warm latency over the container's is ${measuredText(mean, 'ratio')}, and ` +
      `${String(low)}x to ${String(high)}x counts as comparable. ${String(within)} of ${cellsText(cells.length)} ` +
      `${within === 1 ? 'lies' : 'lie'} within that, from ${end(sorted[0])} to ${end(sorted.at(-1))}.${withoutInterval(effects)}`,
    points,
  };
}

function testWarmInterpreted(evidence: Evidence): Claim {
  const isClass = classIs(evidence, 'compute', 'mixed');
  const wanted = (columns: CellColumns): boolean => columns.cell.start === 'warm' && isClass(columns);
  return testExistence(
    claimDefinitions['warm-interpreted'],
    ratios(evidence, 'wasm-interpreted', wanted, latencyOf),
    { kind: 'ratio' },
    {
      seed: evidence.seed,
      none: withClasses(evidence, noPair('an interpreter', 'warm cell of a compute or mixed function')),
    },
  );
}

const serializing = ({ figures }: CellColumns): boolean =>
  (['deserializeMs', 'serializeMs', 'fetchMs', 'storeMs'] as const).some((phase) => figures.has(phase));

function testIoSerialization(evidence: Evidence): Claim {
  const definition = claimDefinitions['io-serialization'];
  const isClass = classIs(evidence, 'data', 'mixed');
  const wanted = (columns: CellColumns): boolean =>
    columns.cell.start === 'warm' && isClass(columns) && serializing(columns);
  const view = { kind: 'ratio' } as const;
  const of = (
    name: string,
    one: 'wasm-aot' | 'wasm-interpreted',
  ): { name: string; effects: CellEffect[] } => ({
    name,
    effects: ratios(evidence, one, wanted, ioTimeOf),
  });
  const modes = [of('AoT', 'wasm-aot'), of('interpreted', 'wasm-interpreted')];
  const details = modes.map(({ name, effects }) => {
    const largest = largestOf(effects, definition.claimed, view, evidence.seed);
    if (largest === undefined) return `${name}: not measured`;
    return `${name}: ${findings(largest, definition, view)}`;
  });
  return testExistence(
    definition,
    modes.flatMap(({ effects }) => effects),
    view,
    {
      seed: evidence.seed,
      none: withClasses(
        evidence,
        noPair('a Wasm runtime', 'warm cell of a function with storage or serialization'),
      ),
      found: details.join('. '),
    },
  );
}

function testIoShare(evidence: Evidence): Claim {
  const isClass = classIs(evidence, 'data');
  const wanted = (columns: CellColumns): boolean => columns.cell.start === 'warm' && isClass(columns);
  const effects = (['wasm-aot', 'wasm-interpreted'] as const).flatMap((of) =>
    shareEffects(evidence.run, { class: of, wanted }, ioShareOf),
  );
  return testExistence(
    claimDefinitions['io-share'],
    effects,
    { kind: 'share' },
    {
      seed: evidence.seed,
      none: withClasses(evidence, 'No data-intensive function was measured warm on a Wasm runtime.'),
    },
  );
}

/** The container that all is compared with: the experiment's baseline where it is one, else the first of the run. */
function containerOf({ experiment, runtimes, cells }: RunManifest): string | undefined {
  const containers = [...runtimes, ...cells.map((cell) => ({ id: cell.runtime, class: cell.class }))].filter(
    (one) => one.class === 'container',
  );
  return (containers.find((one) => one.id === experiment.baseline) ?? containers[0])?.id;
}

/** Every claim of the paper, tested as docs/method.md says. The same rows, manifest and seed give the same claims. */
export function claimsOf(run: RunAccumulator, manifest: RunManifest): Claim[] {
  const ordered = orderCells(
    manifest.cells,
    run.all().map((columns) => columns.cell),
  ).flatMap((cell) => run.get(cell) ?? []);
  const evidence: Evidence = {
    run: ordered,
    manifest,
    container: containerOf(manifest),
    seed: manifest.seed,
  };
  const tests: Readonly<Record<ClaimId, () => Claim>> = {
    'image-size': () => testImageSize(manifest, evidence.container),
    'cold-start': () => testColdStart(evidence),
    'warm-aot': () => testWarmAot(evidence),
    'warm-interpreted': () => testWarmInterpreted(evidence),
    'io-serialization': () => testIoSerialization(evidence),
    'io-share': () => testIoShare(evidence),
  };
  return claimIds.map((id) => tests[id]());
}
