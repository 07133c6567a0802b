/** One arm's requests as rows, with what its telemetry says of their containers. */
import { measurementSchemaId, type Measurement } from '../../domain/measurement.js';
import type { Outcome } from '../../domain/factors.js';
import { bytes, milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import type { ArmFiles } from './arm-files.js';
import { CpuCounter, cpuBetween } from './cpu-counter.js';
import type { RequestBlock } from './request-blocks.js';
import type { ContainerSeries } from './telemetry.js';
import { modes, type Arm } from './tree.js';

/** Numbers that are unique in the run: what has been given out so far. */
export class RowNumbers {
  private trials = 0;
  private readonly sandboxes = new Map<string, number>();

  nextTrial(): number {
    return this.trials++;
  }

  sandboxOf(container: string): number {
    const number = this.sandboxes.get(container) ?? this.sandboxes.size;
    this.sandboxes.set(container, number);
    return number;
  }
}

/** What a gateway's code says became of a request. */
export function outcomeOfHttp(code: string): Exclude<Outcome, 'ok'> {
  switch (code) {
    case '504':
    case '408':
      return 'timeout';
    case '500':
    case '502':
      return 'crashed';
    default:
      return 'rejected';
  }
}

export interface ArmContext {
  readonly arm: Arm;
  readonly files: ArmFiles;
  readonly environment: string;
  readonly numbers: RowNumbers;
}

type Figures = Pick<Measurement, 'node' | 'sandbox' | 'cpuMs' | 'peakMemoryBytes'>;

/** A cold container served one request: all it used until the answer is that request's. */
function coldCpu(series: ContainerSeries | undefined, latency: Milliseconds): Milliseconds | undefined {
  const first = series?.samples[0]?.at;
  if (series === undefined || first === undefined) return undefined;
  return cpuBetween(new CpuCounter(series.samples), undefined, milliseconds(first + latency));
}

/** Of a warm container the files say when a block of requests began and ended, not each: an even share of the block. */
function warmCpu(
  series: ContainerSeries | undefined,
  { startedAt, endedAt, latencies, failures }: RequestBlock,
): Milliseconds | undefined {
  if (series === undefined || startedAt === undefined || endedAt === undefined) return undefined;
  const used = cpuBetween(new CpuCounter(series.samples), startedAt, endedAt);
  return used === undefined ? undefined : milliseconds(used / (latencies.length + failures.length));
}

/** The highest of the readings up to `until`; undefined where there is none. */
function peakOf(series: ContainerSeries | undefined, until: Milliseconds | undefined): Bytes | undefined {
  const values = (series?.samples ?? []).flatMap(({ at, value }) =>
    until === undefined || at <= until ? [value] : [],
  );
  return values.length === 0 ? undefined : bytes(Math.round(Math.max(...values)));
}

function figuresOf(
  { arm, files, numbers }: ArmContext,
  block: RequestBlock,
  container: string | undefined,
  latency: Milliseconds,
): Figures {
  if (container === undefined) return {};
  const cpu = files.cpu?.containers.get(container);
  const memory = files.memory?.containers.get(container);
  const node = memory?.node ?? cpu?.node;
  const cpuMs = arm.start === 'cold' ? coldCpu(cpu, latency) : warmCpu(cpu, block);
  const peak = peakOf(memory, arm.start === 'cold' ? undefined : block.endedAt);
  return {
    sandbox: numbers.sandboxOf(container),
    ...(node === undefined || node === '' ? {} : { node }),
    ...(cpuMs === undefined ? {} : { cpuMs }),
    ...(peak === undefined ? {} : { peakMemoryBytes: peak }),
  };
}

/** The rows of one block of requests: those that were answered in their order, then the failures. */
export function rowsOfBlock(context: ArmContext, block: RequestBlock): Measurement[] {
  const { arm, environment, numbers } = context;
  const { runtime, class: kind } = modes[arm.mode];
  // A warm block is one container's; cold, each request has a container of its own.
  const shared = arm.start === 'warm' ? numbers.nextTrial() : undefined;
  let served = 0;
  const frame = (): Pick<Measurement, Exclude<keyof Measurement, keyof Figures | 'outcome'>> => ({
    schema: measurementSchemaId,
    trial: shared ?? numbers.nextTrial(),
    invocation: shared === undefined ? 0 : served++,
    round: 0,
    ...{ function: arm.function, payload: block.payload, runtime, class: kind, environment },
    ...{ start: arm.start, concurrency: 1, transport: 'http' },
    ...(block.startedAt === undefined ? {} : { startedAt: new Date(block.startedAt).toISOString() }),
    ...(block.deployment === undefined ? {} : { deployment: block.deployment }),
  });
  const answered = block.latencies.map((latencyMs, k): Measurement => {
    const figures = figuresOf(context, block, block.containers[k], latencyMs);
    return { ...frame(), outcome: 'ok', latencyMs, ...figures };
  });
  const failed = block.failures.map(({ httpCode }): Measurement => ({
    ...frame(),
    outcome: outcomeOfHttp(httpCode),
    reason: `HTTP ${httpCode}, in logs.txt only`,
  }));
  return [...answered, ...failed];
}
