/** Medians against payload size and the lines through them, on logarithmic axes. */
import { axisX, axisY, dot, gridX, gridY, line, text } from '@observablehq/plot';
import type { SizeSeries } from '../../../domain/summary/payload-size.js';
import type { Summary } from '../../../domain/summary/summary.js';
import { bytes, milliseconds } from '../../../domain/units.js';
import { storageText } from '../../cell-groups.js';
import { formatBytes, formatDuration, typographicSigns } from '../../format-quantity.js';
import { decadesBetween } from '../axis.js';
import { classColor } from '../palette.js';
import { plotSvg } from '../plot-svg.js';
import { html, type Markup } from '../template.js';

interface Geometry {
  readonly className: string;
  readonly width: number;
  readonly height: number;
  readonly marginRight: number;
}

const geometries: readonly Geometry[] = [
  { className: 'chart wide', width: 880, height: 380, marginRight: 170 },
  { className: 'chart narrow', width: 328, height: 300, marginRight: 16 },
];

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Drawn {
  readonly name: string;
  readonly color: string;
  readonly medians: readonly Point[];
  readonly fitted: readonly Point[];
}

/** Sizes between the smallest and largest measured, evenly apart on a logarithmic axis. */
const steps = 40;

function drawnOf({ runtime, class: of, sizes, fits }: SizeSeries): Drawn {
  const medians = sizes.flatMap(({ bytes: x, medianMs: { total } }) =>
    x > 0 && total !== undefined && total > 0 ? [{ x, y: total }] : [],
  );
  const [first, last] = [medians[0]?.x, medians.at(-1)?.x];
  const fit = fits.total;
  const fitted =
    fit === undefined || first === undefined || last === undefined
      ? []
      : Array.from({ length: steps + 1 }, (_, index) => {
          const x = first * (last / first) ** (index / steps);
          return { x, y: fit.interceptMs.value + (fit.slopeNsPerByte.value * x) / 1e6 };
        }).filter(({ y }) => y > 0);
  return { name: runtime, color: classColor(of), medians, fitted };
}

/** Powers of ten within a range. */
function decades(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return decadesBetween(low, high);
}

/** Powers of 1024 and the steps between them that a reader knows. */
const sizeTicks = [64, 1024, 16384, 262_144, 4_194_304, 67_108_864];

function draw(all: readonly Drawn[], label: string, geometry: Geometry): Markup {
  const points = all.flatMap(({ medians }) => medians);
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const ticksX = sizeTicks.filter((tick) => tick >= Math.min(...xs) && tick <= Math.max(...xs));
  const ticksY = decades(ys);
  const isWide = geometry.className.endsWith('wide');
  const ends = all.flatMap(({ name, color, medians }) => {
    const last = medians.at(-1);
    return last === undefined ? [] : [{ ...last, name, color }];
  });
  return plotSvg(
    {
      ...{ width: geometry.width, height: geometry.height, marginRight: geometry.marginRight },
      ...{ marginLeft: 64, marginTop: 24, marginBottom: 44 },
      x: { type: 'log', domain: [Math.min(...xs), Math.max(...xs)] },
      y: { type: 'log', domain: [Math.min(...ys) / 1.3, Math.max(...ys) * 1.3] },
      marks: [
        gridX(ticksX, { strokeOpacity: 0.14 }),
        gridY(ticksY, { strokeOpacity: 0.14 }),
        axisX({
          ...{ ticks: ticksX, label: 'payload (logarithmic)', labelAnchor: 'center', labelArrow: 'none' },
          tickFormat: (value: number) => formatBytes(bytes(value)),
        }),
        axisY({
          ...{ ticks: ticksY, label: 'latency (logarithmic)', labelArrow: 'none' },
          tickFormat: (value: number) => formatDuration(milliseconds(value), typographicSigns),
        }),
        ...all.map(({ fitted, color }) => line(fitted, { x: 'x', y: 'y', stroke: color, strokeWidth: 2 })),
        ...all.map(({ medians, color }) =>
          dot(medians, { x: 'x', y: 'y', r: 3.5, fill: color, stroke: 'var(--page)' }),
        ),
        ...(isWide
          ? ends.map((end, index) =>
              text([end], {
                ...{ x: 'x', y: 'y', text: 'name', textAnchor: 'start' as const, fill: end.color },
                dx: 10,
                // Names of lines that end close to each other are kept apart a little.
                dy: (index - ends.length / 2) * 12,
              }),
            )
          : []),
      ],
    },
    label,
    geometry.className,
  );
}

const key = (all: readonly Drawn[]): Markup =>
  html`<p class="quiet">
    ${all.map(({ name }, index) => `${index === 0 ? '' : ', '}${name}`)}; lines: time = intercept + slope x
    bytes.
  </p>`;

/** One chart for each function and start. */
export function payloadSizeFigures({ payloadSize }: Summary): Markup {
  const groups = new Map<string, SizeSeries[]>();
  for (const series of payloadSize?.series ?? []) {
    const storage = storageText({ ...series, payload: '' });
    const title = `${series.function}${storage === '' ? '' : `, ${storage}`}, ${series.start}`;
    groups.set(title, [...(groups.get(title) ?? []), series]);
  }
  return html`${[...groups].map(([title, series]) => {
    const all = series.map(drawnOf).filter(({ medians }) => medians.length > 1);
    if (all.length === 0) return '';
    const caption = `Latency against payload size: ${title}`;
    return html`<figure>
      <figcaption>
        <h3>${caption}</h3>
        <p>
          What to see: points are medians, lines the fits. A line that bends away from its points does not
          hold there.
        </p>
        ${key(all)}
      </figcaption>
      ${geometries.map((geometry) => draw(all, caption, geometry))}
    </figure>`;
  })}`;
}
