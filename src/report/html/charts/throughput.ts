/** Latency against throughput up each ladder of clients, with the knee. */
import { axisX, axisY, dot, gridX, gridY, line, rectY, ruleX, text, type Markish } from '@observablehq/plot';
import type { KneeSummary, LevelSummary } from '../../../domain/summary/load-summary.js';
import type { Summary } from '../../../domain/summary/summary.js';
import { milliseconds } from '../../../domain/units.js';
import { formatDuration, formatSignificant, typographicSigns } from '../../format-quantity.js';
import { servedBy } from '../../levels/level-lines.js';
import { decadesBetween } from '../axis.js';
import { classColor } from '../palette.js';
import { plotSvg } from '../plot-svg.js';
import { html, nothing, trusted, type Markup } from '../template.js';

const geometries = [
  { className: 'chart wide', width: 880, height: 380, marginRight: 32 },
  { className: 'chart narrow', width: 328, height: 320, marginRight: 16 },
] as const;
type Geometry = (typeof geometries)[number];

/** Shapes tell runtimes of one class apart, which have one colour. */
const symbols = ['circle', 'square', 'triangle', 'diamond'] as const;
type Shape = (typeof symbols)[number];

interface Point {
  readonly x: number;
  readonly p50: number;
  readonly p99: number;
  readonly clients: number;
  readonly valid: boolean;
}

interface Drawn {
  readonly name: string;
  readonly color: string;
  readonly symbol: Shape;
  readonly points: readonly Point[];
  readonly knee: KneeSummary | undefined;
}

function drawnOf(
  name: string,
  levels: readonly LevelSummary[],
  knee: KneeSummary | undefined,
  symbol: Shape,
): Drawn {
  const points = levels.flatMap(({ throughputPerSecond: x, latencyMs, concurrency: clients, valid }) =>
    latencyMs === undefined || x <= 0 ? [] : [{ x, p50: latencyMs.p50, p99: latencyMs.p99, clients, valid }],
  );
  return { name, color: classColor(levels[0]?.class ?? 'process'), symbol, points, knee };
}

/** Where on the line of measured p50s the knee's number of clients lies: between two levels by its logarithm. */
function kneePoint({ points, knee }: Drawn): { x: number; y: number } | undefined {
  const clients = knee?.concurrency;
  if (clients === undefined) return undefined;
  const above = points.findIndex((point) => point.clients >= clients);
  const [low, high] = [points[above - 1], points[above]];
  if (low === undefined || high === undefined) return undefined;
  const share = Math.log(clients / low.clients) / Math.log(high.clients / low.clients);
  return { x: low.x + share * (high.x - low.x), y: low.p50 * (high.p50 / low.p50) ** share };
}

function decades(values: readonly number[]): number[] {
  return decadesBetween(Math.min(...values) / 1.3, Math.max(...values) * 1.3);
}

/** One axis for throughputs far apart: on an even one the slowest would be a single point. */
const farApart = 20;

function draw(all: readonly Drawn[], label: string, { className, ...shape }: Geometry): Markup {
  const ys = all.flatMap(({ points }) => points.flatMap(({ p50, p99 }) => [p50, p99]));
  const xs = all.flatMap(({ points }) => points.map(({ x }) => x));
  const isLog = Math.max(...xs) / Math.min(...xs) > farApart;
  const [ticks, ticksX] = [decades(ys), isLog ? decades(xs) : undefined];
  return plotSvg(
    {
      ...{ ...shape, marginLeft: 64, marginTop: 24, marginBottom: 44 },
      x: isLog
        ? { type: 'log', domain: [Math.min(...xs) / 1.3, Math.max(...xs) * 1.3] }
        : { domain: [0, Math.max(...xs) * 1.05] },
      y: { type: 'log', domain: [Math.min(...ys) / 1.3, Math.max(...ys) * 1.3] },
      marks: [
        gridX({ strokeOpacity: 0.14, ...(ticksX === undefined ? {} : { ticks: ticksX }) }),
        gridY(ticks, { strokeOpacity: 0.14 }),
        axisX({
          label: `verified answers a second${isLog ? ' (logarithmic)' : ''}`,
          ...{ labelAnchor: 'center', labelArrow: 'none', tickSize: 0 },
          tickFormat: (value: number) => formatSignificant(value),
          ...(ticksX === undefined ? { ticks: className.endsWith('wide') ? 8 : 4 } : { ticks: ticksX }),
        }),
        axisY({
          ...{ ticks, label: 'latency (logarithmic)', labelArrow: 'none' },
          tickFormat: (value: number) => formatDuration(milliseconds(value), typographicSigns),
        }),
        ...all.flatMap((one) => ladder(one, [Math.min(...ys) / 1.3, Math.max(...ys) * 1.3])),
      ],
    },
    label,
    className,
  );
}

/** The capacity's interval as a band, p50 and p99 up the ladder, a dot a level, and a ring at the knee. */
function ladder(drawn: Drawn, [low, high]: readonly [number, number]): Markish[] {
  const { points, color, symbol, knee } = drawn;
  const [from, to] = knee?.throughputCi95 ?? [];
  const ring = kneePoint(drawn);
  const [first, last] = [points[0], points.at(-1)];
  const ends = [first, last].filter((point) => point !== undefined);
  return [
    ...(from === undefined || to === undefined
      ? []
      : [rectY([{ from, to }], { x1: 'from', x2: 'to', y1: low, y2: high, fill: color, fillOpacity: 0.12 })]),
    ...(knee?.throughputPerSecond === undefined
      ? []
      : [ruleX([knee.throughputPerSecond], { stroke: color, strokeDasharray: '3 4' })]),
    line(points, { x: 'x', y: 'p99', stroke: color, strokeOpacity: 0.6, strokeDasharray: '2 3' }),
    line(points, { x: 'x', y: 'p50', stroke: color, strokeWidth: 2 }),
    dot(
      points.filter(({ valid }) => valid),
      { x: 'x', y: 'p50', r: 3.5, symbol, fill: color, stroke: 'var(--page)' },
    ),
    dot(
      points.filter(({ valid }) => !valid),
      { x: 'x', y: 'p50', r: 3.5, symbol, stroke: color, fill: 'var(--page)' },
    ),
    ...(ring === undefined
      ? []
      : [dot([ring], { x: 'x', y: 'y', r: 8, stroke: 'currentColor', strokeWidth: 2 })]),
    text(ends, {
      ...{ x: 'x', y: 'p50', dy: 14, fill: 'currentColor' },
      text: ({ clients }: Point) => String(clients),
    }),
  ];
}

const shapes: Readonly<Record<Shape, string>> = {
  circle: '<circle cx="6" cy="6" r="4.5"/>',
  square: '<rect x="2" y="2" width="8" height="8"/>',
  triangle: '<path d="M6 1 11 10.5H1Z"/>',
  diamond: '<path d="M6 .5 11 6 6 11.5 1 6Z"/>',
};

function kneeWords(knee: KneeSummary | undefined): string {
  if (knee === undefined) return '';
  const { concurrency, ci95 } = knee;
  if (concurrency === undefined) return `, no knee: ${knee.why}`;
  const ends = ci95 === undefined ? '' : ` [${ci95.map((end) => formatSignificant(end, 2)).join(', ')}]`;
  return `, knee at ${formatSignificant(concurrency, 2)} clients${ends}`;
}

const key = (all: readonly Drawn[]): Markup =>
  html`<ul class="key">
    ${all.map(
      ({ name, color, symbol, knee }) =>
        html`<li>
          ${trusted(`<svg width="12" height="12" aria-hidden="true" fill="${color}">${shapes[symbol]}</svg>`)}
          ${name}${kneeWords(knee)}
        </li>`,
    )}
  </ul>`;

/** One chart for each function and payload that clients sent to. */
export function throughputFigures({ levels = [], knees = [] }: Summary): Markup {
  const closed = levels.filter(({ arrivals }) => arrivals === undefined);
  const titleOf = (one: LevelSummary | KneeSummary): string => `${one.function}, ${one.payload}`;
  const titles = [...new Set(closed.map(titleOf))];
  return html`${titles.map((title) => {
    const ours = closed.filter((one) => titleOf(one) === title);
    const all = withSymbols(ours, (name) =>
      knees.find((one) => servedBy(one) === name && titleOf(one) === title),
    );
    if (all.length === 0) return nothing;
    const caption = `Latency against throughput: ${title}`;
    return html`<figure>
      <figcaption>
        <h3>${caption}</h3>
        <p>
          What to see: each line goes up the ladder of clients, from the fewest to the most (their numbers
          stand at its ends). It runs to the right while more clients bring more answers, and turns up at the
          knee (ring), from where they bring nothing but waiting. Solid: p50; dotted: p99; upright: throughput
          at saturation, with its interval; hollow: not valid.
        </p>
      </figcaption>
      ${key(all)} ${geometries.map((geometry) => draw(all, caption, geometry))}
    </figure>`;
  })}`;
}

function withSymbols(
  levels: readonly LevelSummary[],
  kneeOf: (name: string) => KneeSummary | undefined,
): Drawn[] {
  const used = new Map<string, number>();
  return [...new Set(levels.map(servedBy))].flatMap((name) => {
    const ours = levels.filter((one) => servedBy(one) === name);
    const of = ours[0]?.class ?? '';
    const nth = used.get(of) ?? 0;
    const drawn = drawnOf(name, ours, kneeOf(name), symbols[nth % symbols.length] ?? 'circle');
    if (drawn.points.length < 2) return [];
    used.set(of, nth + 1);
    return [drawn];
  });
}
