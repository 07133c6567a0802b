/** A level with a schedule over time: what was due and what became of it, the slowest answers, and the instances. */
import { areaY, axisX, axisY, dot, gridY, line, rectY, type PlotOptions } from '@observablehq/plot';
import type { LevelSummary } from '../../../domain/summary/load-summary.js';
import type { Summary } from '../../../domain/summary/summary.js';
import { milliseconds } from '../../../domain/units.js';
import { formatDuration, formatSignificant, typographicSigns } from '../../format-quantity.js';
import { servedBy } from '../../levels/level-lines.js';
import { classColor } from '../palette.js';
import { plotSvg } from '../plot-svg.js';
import { html, trusted, type Markup } from '../template.js';

const geometries = [
  { className: 'chart wide', width: 880 },
  { className: 'chart narrow', width: 328 },
] as const;
type Geometry = (typeof geometries)[number];

interface Slice {
  readonly from: number;
  readonly to: number;
  readonly warm: number;
  readonly cold: number;
  readonly failed: number;
  readonly instances: number;
  readonly worst: number | undefined;
}

/** Seconds. @returns the slices, and how long each is */
function slicesOf({ timeline = [] }: LevelSummary): { slices: Slice[]; width: number } {
  const width = (timeline[1]?.fromMs ?? 1000) / 1000;
  const slices = timeline.map(({ fromMs, ok, cold, failed, instances, worstMs }) => ({
    ...{ from: fromMs / 1000, to: fromMs / 1000 + width, failed, instances, cold, worst: worstMs },
    warm: Math.max(0, ok + failed - cold - failed),
  }));
  return { slices, width };
}

const frame = ({ width }: Geometry, height: number, slices: readonly Slice[]): PlotOptions => ({
  ...{ width, height, marginLeft: 64, marginRight: 16, marginTop: 24, marginBottom: 40 },
  x: { domain: [0, Math.max(...slices.map(({ to }) => to))] },
});

const seconds = (isLast: boolean): ReturnType<typeof axisX> =>
  axisX({ label: isLast ? 'seconds' : null, labelAnchor: 'center', labelArrow: 'none', tickSize: 0 });

/** Whole numbers, at most six of them. */
function counts(most: number): number[] {
  const step = Math.max(1, Math.ceil(most / 5));
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

const coldFill = 'currentColor';
const failedFill = 'var(--bad)';

function requests(level: LevelSummary, geometry: Geometry): Markup {
  const { slices, width } = slicesOf(level);
  const most = Math.max(1, ...slices.map(({ warm, cold, failed }) => warm + cold + failed));
  const span = { x1: 'from', x2: 'to', insetLeft: 0.5 } as const;
  const stacked = slices.map((one) => ({
    ...one,
    all: one.warm + one.cold,
    top: one.warm + one.cold + one.failed,
  }));
  const label = `Requests due, and what became of them: ${level.function} on ${servedBy(level)}`;
  return plotSvg(
    {
      ...frame(geometry, 190, slices),
      y: { domain: [0, most * 1.05] },
      marks: [
        gridY(counts(most), { strokeOpacity: 0.14 }),
        seconds(false),
        axisY({
          ticks: counts(most),
          label: `requests due in ${formatSignificant(width)} s`,
          labelArrow: 'none',
        }),
        rectY(stacked, { ...span, y1: 'cold', y2: 'all', fill: classColor(level.class), fillOpacity: 0.6 }),
        rectY(stacked, { ...span, y1: 0, y2: 'cold', fill: coldFill }),
        rectY(stacked, { ...span, y1: 'all', y2: 'top', fill: failedFill }),
      ],
    },
    label,
    geometry.className,
  );
}

function slowest(level: LevelSummary, geometry: Geometry): Markup {
  const { slices } = slicesOf(level);
  const points = slices.flatMap(({ from, to, worst, cold }) =>
    worst === undefined || worst <= 0 ? [] : [{ x: (from + to) / 2, y: worst, isCold: cold > 0 }],
  );
  const ys = points.map(({ y }) => y);
  const [low, high] = [Math.min(...ys, 1e3) / 1.3, Math.max(...ys, 1e-3) * 1.3];
  const ticks = Array.from({ length: 12 }, (_, index) => Number((10 ** (index - 4)).toPrecision(3))).filter(
    (tick) => tick >= low && tick <= high,
  );
  const color = classColor(level.class);
  const place = { x: 'x', y: 'y', r: 2.5 } as const;
  return plotSvg(
    {
      ...frame(geometry, 170, slices),
      y: { type: 'log', domain: [low, high] },
      marks: [
        gridY(ticks, { strokeOpacity: 0.14 }),
        seconds(false),
        axisY({
          ...{ ticks, label: 'slowest answer (logarithmic)', labelArrow: 'none' },
          tickFormat: (value: number) => formatDuration(milliseconds(value), typographicSigns),
        }),
        dot(
          points.filter(({ isCold }) => !isCold),
          { ...place, fill: color },
        ),
        dot(
          points.filter(({ isCold }) => isCold),
          { ...place, fill: coldFill },
        ),
      ],
    },
    `Slowest answers over time: ${level.function} on ${servedBy(level)}`,
    geometry.className,
  );
}

function instances(level: LevelSummary, geometry: Geometry): Markup {
  const { slices } = slicesOf(level);
  const most = Math.max(1, ...slices.map((one) => one.instances));
  const last = slices.at(-1);
  // The step of the last slice ends with it.
  const steps = last === undefined ? slices : [...slices, { ...last, from: last.to }];
  const color = classColor(level.class);
  const step = { x: 'from', y: 'instances', curve: 'step-after' } as const;
  return plotSvg(
    {
      ...frame(geometry, 140, slices),
      y: { domain: [0, most * 1.1] },
      marks: [
        gridY(counts(most), { strokeOpacity: 0.14 }),
        seconds(true),
        axisY({ ticks: counts(most), label: 'instances, standing or starting', labelArrow: 'none' }),
        areaY(steps, { ...step, fill: color, fillOpacity: 0.18 }),
        line(steps, { ...step, stroke: color, strokeWidth: 2 }),
      ],
    },
    `Instances over time: ${level.function} on ${servedBy(level)}`,
    geometry.className,
  );
}

const swatch = (fill: string): Markup =>
  trusted(
    `<svg width="12" height="12" aria-hidden="true" fill="${fill}"><rect width="12" height="12"/></svg>`,
  );

/** Of each level with a schedule three panels on one time axis. */
export function overTimeFigures({ levels = [] }: Summary): Markup {
  const timed = levels.filter(({ timeline = [] }) => timeline.length > 1);
  return html`${timed.map(
    (level) =>
      html`<figure>
        <figcaption>
          <h3>Over time: ${level.function} on ${servedBy(level)}, ${level.arrivals ?? ''}</h3>
          <p>
            What to see: what was due in each stretch of time and what became of it, the slowest answer among
            them, and the instances that stood or started. Requests of the warm-up are not drawn.
          </p>
        </figcaption>
        <ul class="key">
          <li>${swatch(classColor(level.class))} answered by an instance that stood</li>
          <li>${swatch(coldFill)} cold: an instance was started for it</li>
          <li>${swatch(failedFill)} failed or rejected</li>
        </ul>
        ${geometries.map(
          (geometry) =>
            html`${requests(level, geometry)} ${slowest(level, geometry)} ${instances(level, geometry)}`,
        )}
      </figure>`,
  )}`;
}
