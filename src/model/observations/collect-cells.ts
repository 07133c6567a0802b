/** Rows to cells: the medians of latency and of its parts. */
import { be, counted } from '../../domain/counted.js';
import { cellKey, CellSchema, type Cell } from '../../domain/factors.js';
import type { Measurement } from '../../domain/measurement.js';
import { bytes, milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import { quantile } from '../../stats/quantiles.js';
import { sortSamples } from '../../stats/sorted-samples.js';
import { linkTime, type Link } from '../network/link.js';
import type { ComponentId, ModelCell } from './model-cell.js';
import { ShapePool, type LatencyShape } from './latency-shape.js';

/** The size of a payload, from whoever knows the function's ladder. */
export interface KnownSize {
  readonly size: number;
  readonly sizeUnit: 'bytes' | 'steps';
}

/** What a run says of a cell besides its rows. */
export interface CellContext {
  readonly runId: string;
  size(cell: Cell): KnownSize | undefined;
  artifactBytes(cell: Cell): Bytes | undefined;
  imageBytes(cell: Cell): Bytes | undefined;
  /** The declared network to the service that keeps a cell's objects. */
  dataService?(cell: Cell): Link | undefined;
}

interface Samples {
  readonly cell: Cell;
  readonly runs: Map<string, number[]>;
  readonly latencies: number[];
  readonly parts: Map<ComponentId, number[]>;
  /** The sandbox of each value of `parts`. */
  readonly partSandboxes: Map<ComponentId, string[]>;
  /** The sandbox of each of `latencies`, so that a sandbox's samples are one witness. */
  readonly sandboxes: string[];
  readonly figures: Map<Figure, number[]>;
  readonly context: CellContext;
  payloadBytes: Bytes;
  failed: number;
}

type Figure =
  'responseBytes' | 'fetchedBytes' | 'storedBytes' | 'storageRoundTrips' | 'peakMemoryBytes' | 'cpuMs';

const sum = (...values: (number | undefined)[]): number | undefined =>
  values.every((value) => value === undefined)
    ? undefined
    : values.reduce((total: number, value) => total + (value ?? 0), 0);

/** The parts of one row's latency; none where it does not tell them apart. */
function partsOf(row: Measurement): [ComponentId, number | undefined][] {
  if (row.transportMs === undefined) return [['whole', row.latencyMs]];
  return [
    ['launch', row.launchMs],
    ['boundary', row.transportMs],
    ['data', sum(row.fetchMs, row.storeMs)],
    ['serialization', sum(row.deserializeMs, row.serializeMs)],
    ['compute', row.computeMs],
  ];
}

/** By how much parts may exceed their latency: what rounding of either leaves. */
const roundingShare = 0.01;
const roundingMs = milliseconds(0.01);

/** Whether a row says that its parts took longer than the whole. */
function partsExceed(row: Measurement): boolean {
  if (row.latencyMs === undefined || row.transportMs === undefined) return false;
  const parts = sum(...partsOf(row).map(([, value]) => value)) ?? 0;
  return parts > row.latencyMs * (1 + roundingShare) + roundingMs;
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V | undefined): void {
  if (value === undefined) return;
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

const medianOf = (values: readonly number[]): number => quantile(sortSamples(values), 0.5);

/** The fewest samples of which a quantile is more than the largest: one is expected beyond it. */
const fewestFor = { p90: 10, p95: 20, p99: 100 } as const;

/** How far apart medians of two runs of one cell may be before they contradict each other, as a factor. */
const contradiction = 2;

export interface CollectedCells {
  readonly cells: readonly ModelCell[];
  readonly shapes: readonly LatencyShape[];
  /** What was left out, and what does not fit together: for a person. */
  readonly notes: readonly string[];
}

/** Takes the rows of any number of runs. Cells under load (concurrency above 1) are left out: they measure queues. */
export class CellCollector {
  private readonly samples = new Map<string, Samples>();
  private underLoad = 0;
  private inconsistent = 0;

  add(row: Measurement, context: CellContext): void {
    if (row.concurrency > 1) {
      this.underLoad++;
      return;
    }
    if (partsExceed(row)) {
      this.inconsistent++;
      return;
    }
    const key = cellKey(row);
    let cell = this.samples.get(key);
    if (cell === undefined) this.samples.set(key, (cell = emptySamples(row, context)));
    if (row.outcome !== 'ok' || row.latencyMs === undefined || !(row.latencyMs > 0)) {
      cell.failed++;
      return;
    }
    cell.payloadBytes = row.payloadBytes ?? cell.payloadBytes;
    cell.latencies.push(row.latencyMs);
    const sandbox = `${context.runId} ${row.sandbox ?? `trial ${row.trial}`}`;
    cell.sandboxes.push(sandbox);
    push(cell.runs, context.runId, row.latencyMs);
    for (const [part, value] of partsOf(row)) {
      push(cell.parts, part, value);
      if (value !== undefined) push(cell.partSandboxes, part, sandbox);
    }
    push(cell.figures, 'responseBytes', row.responseBytes);
    push(cell.figures, 'fetchedBytes', row.fetchedBytes);
    push(cell.figures, 'storedBytes', row.storedBytes);
    push(cell.figures, 'storageRoundTrips', row.storageRoundTrips);
    push(cell.figures, 'peakMemoryBytes', row.peakMemoryBytes);
    push(cell.figures, 'cpuMs', row.cpuMs);
  }

  /** What the rows so far come to. */
  collect(): CollectedCells {
    const notes: string[] = [];
    const shapes = new ShapePool();
    const cells: ModelCell[] = [];
    const empty = [...this.samples.values()].filter(({ latencies }) => latencies.length === 0);
    if (this.underLoad > 0)
      notes.push(
        `${counted(this.underLoad, 'row')} under load (concurrency above 1) ${be(this.underLoad)} left out.`,
      );
    if (this.inconsistent > 0)
      notes.push(
        `${counted(this.inconsistent, 'row')} whose parts add up to more than the latency ${be(this.inconsistent)} left out: they contradict themselves.`,
      );
    if (empty.length > 0)
      notes.push(`${counted(empty.length, 'cell')} without a verified answer ${be(empty.length)} left out.`);
    for (const samples of this.samples.values()) {
      if (samples.latencies.length === 0) continue;
      const cell = modelCellOf(samples);
      cells.push(cell);
      shapes.add(cell, samples.latencies);
      notes.push(...contradictions(samples));
    }
    return { cells, shapes: shapes.shapes(), notes };
  }
}

function emptySamples(row: Measurement, context: CellContext): Samples {
  return {
    cell: CellSchema.parse(row),
    runs: new Map(),
    latencies: [],
    parts: new Map(),
    partSandboxes: new Map(),
    sandboxes: [],
    figures: new Map(),
    context,
    payloadBytes: row.payloadBytes ?? bytes(0),
    failed: 0,
  };
}

const wholeBytes = (value: number | undefined): Bytes => bytes(Math.round(value ?? 0));

function quantilesOf(latencies: readonly number[]): ModelCell['latencyMs'] {
  const sorted = sortSamples(latencies);
  const at = (share: number): Milliseconds => milliseconds(quantile(sorted, share));
  return {
    p50: at(0.5),
    ...(latencies.length >= fewestFor.p90 ? { p90: at(0.9) } : {}),
    ...(latencies.length >= fewestFor.p95 ? { p95: at(0.95) } : {}),
    ...(latencies.length >= fewestFor.p99 ? { p99: at(0.99) } : {}),
  };
}

/** What the measured time of objects is at least, besides what the declared network accounts for, as a share of it. */
const leastBesidesLink = 0.02;

/** A part that only some of a cell's rows have is no part of the cell. */
function componentsOf(
  { parts, partSandboxes, latencies }: Samples,
  link: Milliseconds | undefined,
): Pick<ModelCell, 'componentsMs' | 'componentErrors'> {
  const whole = [...parts].filter(([, values]) => values.length * 2 > latencies.length);
  const besidesLink = (part: ComponentId, time: number): number =>
    part === 'data' && link !== undefined ? Math.max(time - link, leastBesidesLink * time) : time;
  return {
    componentsMs: Object.fromEntries(
      whole.map(([part, values]) => [part, milliseconds(besidesLink(part, medianOf(values)))]),
    ),
    componentErrors: Object.fromEntries(
      whole.flatMap(([part, values]) => {
        const error = medianErrorOf(values, partSandboxes.get(part) as string[]);
        return error === undefined ? [] : [[part, error]];
      }),
    ),
  };
}

/** The standard error of a median of medians over that of a mean, for a normal distribution. */
const medianEfficiency = 1.2533;

/** The fewest sandboxes that tell how far one is from another. */
const fewestSandboxes = 3;

/** How far sandboxes differ in their median (by the median absolute deviation), over the root of their number. */
function medianErrorOf(values: readonly number[], sandboxes: readonly string[]): number | undefined {
  const bySandbox = new Map<string, number[]>();
  for (const [i, value] of values.entries()) if (value > 0) push(bySandbox, sandboxes[i] as string, value);
  if (bySandbox.size < fewestSandboxes) return undefined;
  const logs = [...bySandbox.values()].map((own) => Math.log(medianOf(own)));
  const middle = medianOf(logs);
  const spread = 1.4826 * medianOf(logs.map((log) => Math.abs(log - middle)));
  return (medianEfficiency * spread) / Math.sqrt(logs.length);
}

function modelCellOf(samples: Samples): ModelCell {
  const { cell, context, figures } = samples;
  const figure = (name: Figure): number | undefined => {
    const values = figures.get(name);
    return values === undefined ? undefined : medianOf(values);
  };
  const [fetched, stored] = [wholeBytes(figure('fetchedBytes')), wholeBytes(figure('storedBytes'))];
  const known = context.size(cell) ?? {
    size: Math.max(1, samples.payloadBytes, fetched, stored),
    sizeUnit: 'bytes' as const,
  };
  const [artifact, image] = [context.artifactBytes(cell), context.imageBytes(cell)];
  const medianError = medianErrorOf(samples.latencies, samples.sandboxes);
  const [memory, cpu] = [figure('peakMemoryBytes'), figure('cpuMs')];
  const roundTrips = figure('storageRoundTrips') ?? 0;
  const service = roundTrips > 0 ? context.dataService?.(cell) : undefined;
  const link = service === undefined ? undefined : linkTime(service, roundTrips, bytes(fetched + stored));
  return {
    cell,
    runs: [...samples.runs.keys()],
    ...known,
    payloadBytes: samples.payloadBytes,
    responseBytes: wholeBytes(figure('responseBytes')),
    fetchedBytes: fetched,
    storedBytes: stored,
    roundTrips,
    ...(artifact === undefined ? {} : { artifactBytes: artifact }),
    ...(image === undefined ? {} : { imageBytes: image }),
    n: samples.latencies.length,
    failed: samples.failed,
    sandboxes: new Set(samples.sandboxes).size,
    latencyMs: quantilesOf(samples.latencies),
    ...componentsOf(samples, link),
    ...(link === undefined ? {} : { dataLinkMs: link }),
    ...(medianError === undefined ? {} : { medianError }),
    ...(memory === undefined ? {} : { peakMemoryBytes: wholeBytes(memory) }),
    ...(cpu === undefined ? {} : { cpuMs: milliseconds(cpu) }),
  };
}

/** Two runs that measured the same cell and found medians further apart than any noise. */
function contradictions({ cell, runs }: Samples): string[] {
  const medians = [...runs].map(([run, values]) => ({ run, median: medianOf(values) }));
  const [low, high] = [
    medians.reduce((a, b) => (b.median < a.median ? b : a)),
    medians.reduce((a, b) => (b.median > a.median ? b : a)),
  ];
  if (high.median <= contradiction * low.median) return [];
  const times = (high.median / low.median).toPrecision(2);
  return [
    `${cell.function} ${cell.payload} on ${cell.runtime}, ${cell.start}, environment ${cell.environment}: run ${high.run} ` +
      `measured ${times} times the latency of run ${low.run}. If they are of different machines, give each its own --environment.`,
  ];
}
