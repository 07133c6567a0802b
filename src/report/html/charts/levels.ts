/** Latency against throughput, and a level over time. */
import { areaY, axisX, axisY, dot, gridX, gridY, line, rectY, ruleX, text } from '@observablehq/plot';
import { runtimeName } from '../../../domain/factors.js';
import type { KneeSummary, LevelSummary, Summary } from '../../../domain/summary.js';
import { milliseconds } from '../../../domain/units.js';
import { formatDuration, formatSignificant, typographicSigns } from '../../format-quantity.js';
import { classColor } from '../palette.js';
import { plotSvg } from '../plot-svg.js';
import { html, type Markup } from '../template.js';

const wide = { className: 'chart wide', width: 880, height: 360, marginRight: 150 };
const narrow = { className: 'chart narrow', width: 328, height: 300, marginRight: 16 };
type Geometry = typeof wide;

interface Drawn {
  readonly name: string;
  readonly color: string;
  readonly levels: readonly { x: number; y: number; high: number; clients: number; valid: boolean }[];
  /** Requests a second at saturation. */
  readonly saturation?: number;
}

function drawnOf(name: string, levels: readonly LevelSummary[], knee: KneeSummary | undefined): Drawn {
  const points = levels.flatMap(({ throughputPerSecond: x, latencyMs, concurrency: clients, valid }) =>
    latencyMs === undefined ? [] : [{ x, y: latencyMs.p50, high: latencyMs.p99, clients, valid }],
  );
  const [first] = levels;
  const saturation = knee?.throughputPerSecond;
  return {
    name,
    color: classColor(first?.class ?? 'process'),
    levels: points,
    ...(saturation === undefined ? {} : { saturation }),
  };
}

const ms = (value: number): string => formatDuration(milliseconds(value), typographicSigns);

function decades(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.ceil(Math.log10(Math.max(...values)));
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number((10 ** (first + index)).toPrecision(6)),
  );
}

/** Lines go up the ladder: from one client, to the right while throughput grows, then up while only latency does. */
function latencyAgainstThroughput(all: readonly Drawn[], label: string, geometry: Geometry): Markup {
  const ys = all.flatMap(({ levels }) => levels.flatMap(({ y, high }) => [y, high]));
  const ticks = decades(ys);
  const shape = { width: geometry.width, height: geometry.height, marginRight: geometry.marginRight };
  return plotSvg(
    {
      ...{ ...shape, marginLeft: 64, marginTop: 24, marginBottom: 44 },
      x: { domain: [0, Math.max(...all.flatMap(({ levels }) => levels.map(({ x }) => x))) * 1.05] },
      y: { type: 'log', domain: [Math.min(...ys) / 1.3, Math.max(...ys) * 1.3] },
      marks: [
        gridX({ strokeOpacity: 0.14 }),
        gridY(ticks, { strokeOpacity: 0.14 }),
        axisX({ label: 'throughput, requests/s', labelAnchor: 'center', labelArrow: 'none', tickSize: 0 }),
        axisY({ ticks, label: 'latency (logarithmic)', labelArrow: 'none', tickFormat: ms }),
        ...all.flatMap(({ saturation, color }) =>
          saturation === undefined ? [] : [ruleX([saturation], { stroke: color, strokeDasharray: '3 4' })],
        ),
        ...all.map(({ levels, color }) => line(levels, { x: 'x', y: 'y', stroke: color, strokeWidth: 2 })),
        ...all.map(({ levels, color }) =>
          line(levels, { x: 'x', y: 'high', stroke: color, strokeOpacity: 0.5, strokeDasharray: '2 3' }),
        ),
        ...all.flatMap(({ levels, color }) => [
          dot(
            levels.filter(({ valid }) => valid),
            { x: 'x', y: 'y', r: 3.5, fill: color },
          ),
          dot(
            levels.filter(({ valid }) => !valid),
            { x: 'x', y: 'y', r: 3.5, stroke: color },
          ),
        ]),
        ...(geometry.className.endsWith('wide')
          ? all.flatMap(({ levels, name, color }, index) => {
              const last = levels.at(-1);
              if (last === undefined) return [];
              const place = { x: 'x', y: 'y', text: () => name, textAnchor: 'start' as const };
              return [text([last], { ...place, fill: color, dx: 10, dy: (index - all.length / 2) * 12 })];
            })
          : []),
      ],
    },
    label,
    geometry.className,
  );
}

/** What was due in each stretch of time, cold starts in it, and the instances there were. */
function overTime(level: LevelSummary, label: string, geometry: Geometry): Markup {
  const { timeline = [] } = level;
  const [, second] = timeline;
  const width = second?.fromMs ?? 1000;
  const slices = timeline.map(({ fromMs, ok, cold, failed, instances }) => ({
    ...{ from: fromMs / 1000, to: (fromMs + width) / 1000, all: ok + failed, cold, failed, instances },
  }));
  const span = { x1: 'from', x2: 'to' } as const;
  const color = classColor(level.class);
  return plotSvg(
    {
      ...{
        width: geometry.width,
        height: 220,
        marginLeft: 64,
        marginRight: 24,
        marginTop: 24,
        marginBottom: 44,
      },
      x: { domain: [0, Math.max(...slices.map(({ to }) => to))] },
      y: { domain: [0, Math.max(1, ...slices.map(({ all, instances }) => Math.max(all, instances))) * 1.05] },
      marks: [
        gridY({ strokeOpacity: 0.14 }),
        axisX({ label: 'seconds', labelAnchor: 'center', labelArrow: 'none' }),
        axisY({ label: `requests in ${formatSignificant(width / 1000)} s; instances`, labelArrow: 'none' }),
        areaY(slices, { x: 'from', y: 'instances', curve: 'step-after', fill: color, fillOpacity: 0.15 }),
        line(slices, { x: 'from', y: 'instances', curve: 'step-after', stroke: color }),
        rectY(slices, { ...span, y: 'all', fill: color, fillOpacity: 0.55 }),
        rectY(slices, { ...span, y: 'cold', fill: 'currentColor' }),
      ],
    },
    label,
    geometry.className,
  );
}

const both = (draw: (geometry: Geometry) => Markup): Markup => html`${draw(wide)}${draw(narrow)}`;

/** Of each function: latency against throughput, where clients sent; of each level with a schedule: it over time. */
export function levelFigures({ levels = [], knees = [] }: Summary): Markup {
  const closed = levels.filter(({ arrivals }) => arrivals === undefined);
  const titles = [...new Set(closed.map((one) => `${one.function}, ${one.payload}`))];
  const charts = titles.map((title) => {
    const ours = closed.filter((one) => `${one.function}, ${one.payload}` === title);
    const all = [...new Set(ours.map(runtimeName))]
      .map((name) =>
        drawnOf(
          name,
          ours.filter((one) => runtimeName(one) === name),
          knees.find((one) => runtimeName(one) === name && `${one.function}, ${one.payload}` === title),
        ),
      )
      .filter((one) => one.levels.length > 1);
    if (all.length === 0) return '';
    const caption = `Latency against throughput: ${title}`;
    return html`<figure>
      <figcaption>${caption}</figcaption>
      ${both((geometry) => latencyAgainstThroughput(all, caption, geometry))}
      <p class="quiet">
        ${all.map(({ name }) => name).join(', ')}; line: p50, dashed: p99, each dot a number of clients
        (hollow: not valid), upright: throughput at saturation.
      </p>
    </figure>`;
  });
  const timed = levels.filter(({ timeline = [] }) => timeline.length > 1);
  return html`${charts}${timed.map((level) => {
    const caption = `Over time: ${level.function} on ${runtimeName(level)}, ${level.arrivals ?? ''}`;
    return html`<figure>
      <figcaption>${caption}</figcaption>
      ${both((geometry) => overTime(level, caption, geometry))}
      <p class="quiet">
        Bars: requests by when they were due, dark: cold starts among them; area: instances.
      </p>
    </figure>`;
  })}`;
}
