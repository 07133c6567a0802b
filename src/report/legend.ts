/** What the columns of every table mean, said once for terminal, Markdown and page. */
import type { Summary } from '../domain/summary/summary.js';
import { baselinesOf, sampleCounts, whyNotCompared } from './cell-groups.js';
import { emulatedIn, emulationMeaning } from './environments-text.js';
import { formatShare } from './format-quantity.js';

export interface LegendEntry {
  readonly term: string;
  readonly meaning: string;
}

/** What each verdict says of a ratio's interval. */
export function verdictMeaning(margin: number): string {
  const band = `${(1 / (1 + margin)).toFixed(3)} to ${(1 + margin).toFixed(3)}`;
  return (
    `same: the whole interval lies within ${band} (the margin of ${formatShare(margin)}); ` +
    'lower, higher: it lies wholly below or above that; unsure: it does neither, or n is too small for one'
  );
}

/** The legend of a summary's table: baseline, intervals, verdict, memory, image, n. */
export function legendOf(summary: Summary): LegendEntry[] {
  const baselines = baselinesOf(summary);
  const emulated = emulatedIn(summary);
  const ratio: LegendEntry[] =
    baselines.length === 0
      ? [{ term: 'ratio', meaning: `nothing was compared: ${whyNotCompared(summary)}` }]
      : [
          {
            term: 'ratio',
            meaning: `p50 over the p50 of ${baselines.join(' or ')}, the baseline; below 1 is faster; [95 % interval]`,
          },
          { term: 'verdict', meaning: verdictMeaning(summary.margin) },
        ];
  return [
    {
      term: 'p50',
      meaning: `median latency of the ${summary.imported === undefined ? 'verified ' : ''}answers with its 95 % interval; p99: 99th percentile`,
    },
    ...ratio,
    {
      term: 'memory',
      meaning: 'median peak of the whole sandbox; image: compressed bytes a node would pull',
    },
    {
      term: 'samples',
      meaning: `${sampleCounts(summary)} in each cell; failures are rows, never samples; - is not measured`,
    },
    ...(emulated.length === 0 ? [] : [{ term: 'emulated', meaning: emulationMeaning(emulated) }]),
  ];
}
