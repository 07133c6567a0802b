/** What of a sample's latency went into input and output rather than computing. */
import type { CellColumns } from '../summarize/accumulate.js';

/** A figure of a cell's samples, and of each sample the sandbox it comes from. Never empty. */
export interface Sampled {
  readonly values: ArrayLike<number>;
  readonly sandboxes: ArrayLike<number>;
}

type PerSample = (latency: number, io: number) => number;

/**
 * Latency less launch and compute, of each sample: crossing the boundary, deserialize, fetch, store and serialize. A
 * sample whose phases nobody measured has none, and no sample less than 0.
 */
function perSample(columns: CellColumns, figure: PerSample): Sampled | undefined {
  const latencies = columns.figures.get('latencyMs');
  const transport = columns.figures.get('transportMs');
  if (latencies === undefined || transport === undefined) return undefined;
  const values: number[] = [];
  const sandboxes: number[] = [];
  for (let i = 0; i < columns.samples; i++) {
    const latency = latencies.at(i);
    if (latency === undefined || transport.at(i) === undefined) continue;
    const rest =
      (columns.figures.get('launchMs')?.at(i) ?? 0) + (columns.figures.get('computeMs')?.at(i) ?? 0);
    values.push(figure(latency, Math.max(0, latency - rest)));
    sandboxes.push(columns.sandboxes.at(i) ?? Number.NaN);
  }
  return values.length === 0 ? undefined : { values, sandboxes };
}

/** Of each sample, the time in everything but launch and compute, in ms. */
export const ioTimeOf = (columns: CellColumns): Sampled | undefined => perSample(columns, (_, io) => io);

/** Of each sample, the share of its latency in everything but launch and compute, 0 to 1. */
export const ioShareOf = (columns: CellColumns): Sampled | undefined =>
  perSample(columns, (latency, io) => (latency > 0 ? io / latency : 0));
