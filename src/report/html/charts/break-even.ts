/** Where two runtimes change places as a dial is turned: a small chart a function. */
import { areaY, axisX, axisY, dot, gridX, gridY, line, ruleY, text, type Markish } from '@observablehq/plot';
import type { BreakEven, BreakEvenCurve, BreakEvenDial } from '../../../domain/model-section.js';
import { typographicSigns } from '../../format-quantity.js';
import { formatDial } from '../../modelled/model-lines.js';
import { plotSvg } from '../plot-svg.js';
import { html, nothing, type Markup } from '../template.js';

interface Geometry {
  readonly className: string;
  readonly width: number;
  readonly columns: number;
  readonly panelHeight: number;
}

const geometries: readonly Geometry[] = [
  { className: 'chart wide', width: 880, columns: 4, panelHeight: 120 },
  { className: 'chart narrow', width: 328, columns: 2, panelHeight: 104 },
];

const ticksOf: Readonly<Record<BreakEvenDial, readonly number[]>> = {
  rate: [1 / 3600, 1 / 60, 1],
  'keep-alive': [10, 600, 36_000],
  payload: [1 / 64, 1 / 8, 1],
};

const labels: Readonly<Record<BreakEvenDial, string>> = {
  rate: 'requests, Poisson (logarithmic)',
  'keep-alive': 'how long an idle instance is kept (logarithmic)',
  payload: 'payload over the largest measured (logarithmic)',
};

const shortRate = (value: number): string => (value >= 1 ? '1/s' : value >= 1 / 60 ? '1/min' : '1/h');

const shortSize = (value: number): string =>
  value < 1 ? `1/${Math.round(1 / value)}` : `${Math.round(value)}${typographicSigns.times}`;

/** A mark of a dial's axis. */
function shortDial(dial: BreakEvenDial, value: number): string {
  if (dial === 'payload') return shortSize(value);
  return dial === 'rate' ? shortRate(value) : formatDial(dial, value).replace(/\.0+(?= )/u, '');
}

interface Panel {
  readonly curve: BreakEvenCurve;
  readonly fx: number;
  readonly fy: number;
}

/** Ratios beyond are drawn at the edge: what matters is on which side of 1 a curve is. */
const drawnRatios: readonly [number, number] = [1 / 64, 64];

const held = (ratio: number): number => Math.min(Math.max(ratio, drawnRatios[0]), drawnRatios[1]);

function domainOf(curves: readonly BreakEvenCurve[]): [number, number] {
  const ratios = curves.flatMap(({ points }) => points.map(({ ratio }) => held(ratio)));
  return [Math.min(0.5, ...ratios) / 1.2, Math.max(2, ...ratios) * 1.2];
}

function rowsOf(panels: readonly Panel[], [low, high]: readonly [number, number]) {
  const inside = (ratio: number): number => Math.min(Math.max(ratio, low), high);
  return panels.flatMap(({ curve, fx, fy }) =>
    curve.points.map(({ at, ratio, interval90 = [ratio, ratio] }) => ({
      ...{ fx, fy, at, ratio: inside(ratio) },
      ...{ low: inside(interval90[0]), high: inside(interval90[1]) },
    })),
  );
}

const ratioTicks = [1 / 64, 1 / 16, 1 / 4, 1, 4, 16, 64];

const facet = { fx: 'fx', fy: 'fy' };

/** The grid and the axes of all panels. */
function axes(dial: BreakEvenDial, domain: readonly [number, number]): Markish[] {
  const ticks = [...ticksOf[dial]];
  const ratios = ratioTicks.filter((tick) => tick >= domain[0] && tick <= domain[1]);
  // As text and not as a format: d3 leaves out what its logarithmic scale finds too much.
  const marked = { ticks, text: (value: number) => shortDial(dial, value) };
  return [
    gridX(ticks, { strokeOpacity: 0.14 }),
    gridY(ratios, { strokeOpacity: 0.14 }),
    axisX({
      ...marked,
      ...{ label: labels[dial], labelAnchor: 'center', labelArrow: 'none', labelOffset: 44 },
    }),
    axisY({ ticks: ratios, text: (value: number) => shortSize(value), label: null }),
    ruleY([1], { strokeOpacity: 0.5 }),
  ];
}

/** Each panel's function; a narrow panel has no room for the longest names, the table has them whole. */
const names = (panels: readonly Panel[], { width, columns }: Geometry): Markish =>
  text(panels, {
    ...facet,
    text: ({ curve }: Panel) => curve.function,
    ...{ lineWidth: width / columns / 14, textOverflow: 'ellipsis' as const },
    ...{ frameAnchor: 'top-left', textAnchor: 'start', dy: -14, fontWeight: 600, fill: 'currentColor' },
  });

function draw(
  dial: BreakEvenDial,
  curves: readonly BreakEvenCurve[],
  label: string,
  geometry: Geometry,
): Markup {
  const panels = curves.map((curve, i) => ({
    curve,
    fx: i % geometry.columns,
    fy: Math.floor(i / geometry.columns),
  }));
  const domain = domainOf(curves);
  const rows = rowsOf(panels, domain);
  const ats = curves[0]?.points.map(({ at }) => at) ?? [];
  const count = Math.ceil(curves.length / geometry.columns);
  const passings = panels.flatMap(({ curve: { breakEven }, fx, fy }) =>
    breakEven === undefined ? [] : [{ fx, fy, at: breakEven, ratio: 1 }],
  );
  return plotSvg(
    {
      ...{ width: geometry.width, height: count * geometry.panelHeight + 76 },
      ...{ marginLeft: 48, marginBottom: 52, marginTop: 20, marginRight: 12 },
      x: { type: 'log', domain: [Math.min(...ats), Math.max(...ats)] },
      y: { type: 'log', domain },
      fx: { axis: null, padding: 0.08 },
      fy: { axis: null, padding: 0.22 },
      marks: [
        ...axes(dial, domain),
        areaY(rows, { ...facet, x: 'at', y1: 'low', y2: 'high', fill: 'var(--series-1)', fillOpacity: 0.18 }),
        line(rows, { ...facet, x: 'at', y: 'ratio', stroke: 'var(--series-1)', strokeWidth: 2 }),
        dot(passings, {
          ...facet,
          x: 'at',
          y: 'ratio',
          r: 4,
          fill: 'var(--series-0)',
          stroke: 'var(--page)',
        }),
        names(panels, geometry),
      ],
    },
    label,
    geometry.className,
  );
}

/** The figure of one dial; nothing where no function was compared. */
export function breakEvenFigure({ curves, baseline, candidate }: BreakEven, dial: BreakEvenDial): Markup {
  const own = curves.filter((curve) => curve.dial === dial);
  if (own.length === 0) return nothing;
  const title = `${candidate} against ${baseline} by ${dial}`;
  return html`<figure>
    <figcaption>
      <h3>${title}</h3>
      <p>
        What to see: mean latency on ${candidate} over that on ${baseline}. Below the line ${candidate} is
        faster; the dot is where they change places, the band how sure that is (90 %, both erring apart).
      </p>
    </figcaption>
    ${geometries.map((geometry) => draw(dial, own, title, geometry))}
  </figure>`;
}
