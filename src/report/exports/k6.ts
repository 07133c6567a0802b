/** A run for the tools of k6: its summary, and its requests as points. */
import { CellSchema, type Cell } from '../../domain/factors.js';
import type { Measurement } from '../../domain/measurement.js';
import type { CellSummary, LatencySummary } from '../../domain/summary/cell-summary.js';
import type { Summary } from '../../domain/summary/summary.js';

type Metric = Readonly<Record<string, number>>;

/** The factors that name a cell as the tags of a submetric; k6 writes them into its name. */
const tagged = (
  metric: string,
  { function: name, payload, runtime, start, environment, concurrency }: CellSummary,
): string =>
  `${metric}{function:${name},payload:${payload},runtime:${runtime},start:${start},environment:${environment},concurrency:${concurrency}}`;

const trend = ({ mean, min, p50, max, p90, p99 }: LatencySummary): Metric => ({
  ...{ avg: mean, min, med: p50, max },
  ...{ 'p(90)': p90, 'p(99)': p99 },
});

const failed = ({ failures }: CellSummary): number => Object.values(failures).reduce((sum, n) => sum + n, 0);

function metricsOf(cell: CellSummary): [string, Metric][] {
  const [bad, good] = [failed(cell), cell.n];
  const { throughputPerSecond: rate } = cell;
  return [
    ...(cell.latencyMs === undefined
      ? []
      : [[tagged('http_req_duration', cell), trend(cell.latencyMs)] satisfies [string, Metric]]),
    [tagged('http_reqs', cell), { count: bad + good, ...(rate === undefined ? {} : { rate }) }],
    ...(bad + good === 0
      ? []
      : [
          // In k6 a pass of http_req_failed is a request that failed.
          [
            tagged('http_req_failed', cell),
            { passes: bad, fails: good, value: bad / (bad + good) },
          ] satisfies [string, Metric],
        ]),
  ];
}

/**
 * The JSON of `k6 run --summary-export`: milliseconds, a submetric a cell, tagged with its factors. Over all cells there are counts only: a
 * quantile over different runtimes would be of none of them. A rate is there only where a load was kept up.
 */
export function renderK6Summary(summary: Summary): string {
  const bad = summary.cells.reduce((sum, cell) => sum + failed(cell), 0);
  const good = summary.cells.reduce((sum, cell) => sum + cell.n, 0);
  const [only, ...others] = summary.cells;
  const single = others.length === 0 ? only?.latencyMs : undefined;
  const metrics: [string, Metric][] = [
    ['http_reqs', { count: bad + good }],
    ...(bad + good === 0
      ? []
      : [
          ['http_req_failed', { passes: bad, fails: good, value: bad / (bad + good) }] satisfies [
            string,
            Metric,
          ],
        ]),
    ...(single === undefined ? [] : [['http_req_duration', trend(single)] satisfies [string, Metric]]),
    ...summary.cells.filter(({ notValid }) => notValid === undefined).flatMap(metricsOf),
  ];
  return `${JSON.stringify({ metrics: Object.fromEntries(metrics) }, null, 2)}\n`;
}

const tagsOf = (row: Measurement): Record<string, string> => {
  const cell: Cell = CellSchema.parse(row);
  return {
    ...Object.fromEntries(Object.entries(cell).map(([name, value]) => [name, String(value)])),
    outcome: row.outcome,
    expected_response: String(row.outcome === 'ok'),
  };
};

/**
 * A row as a point of `k6 run --out json`: the time is when the request ended. A failure has no latency, and a point must have a value: it is left
 * out, and undefined. So is a row whose time is no date.
 */
export function k6Point(row: Measurement): string | undefined {
  const { latencyMs, startedAt } = row;
  if (latencyMs === undefined || startedAt === undefined) return undefined;
  const ended = new Date(Date.parse(startedAt) + latencyMs);
  if (Number.isNaN(ended.getTime())) return undefined;
  const time = ended.toISOString();
  const data = { time, value: latencyMs, tags: tagsOf(row) };
  return `${JSON.stringify({ metric: 'http_req_duration', type: 'Point', data })}\n`;
}

/** What a reader of the points expects first. */
export const k6Head = `${JSON.stringify({
  type: 'Metric',
  data: { name: 'http_req_duration', type: 'trend', contains: 'time', thresholds: [], submetrics: null },
  metric: 'http_req_duration',
})}\n`;
