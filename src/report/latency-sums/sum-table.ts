/** The sums as a table for every format. */
import type { Summary } from '../../domain/summary/summary.js';
import { formatDuration, asciiSigns, type Signs } from '../format-quantity.js';

export const sumsTitle = 'Sums of one-shot latencies';

export const sumsReading =
  'N clients were started together and sent one request each; a figure is the sum of their latencies, the median over the repetitions, with the least and the most. ' +
  'How long they took together and how many were answered was not recorded: this is no throughput, and no rate follows from it.';

/** `names` leading columns say of what; no rows where the run has no sums. */
export function sumTable(
  { latencySums = [] }: Summary,
  signs: Signs = asciiSigns,
): {
  readonly head: readonly string[];
  readonly names: number;
  readonly rows: readonly (readonly string[])[];
} {
  return {
    head: ['function', 'payload', 'runtime', 'clients', 'runs', 'sum', 'least', 'most'],
    names: 3,
    rows: latencySums.map(({ function: name, payload, runtime, clients, runs, sumMs }) => [
      ...[name, payload, runtime, String(clients), String(runs)],
      ...[sumMs.p50, sumMs.min, sumMs.max].map((ms) => formatDuration(ms, signs)),
    ]),
  };
}
