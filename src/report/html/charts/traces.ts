/** A trace over time on each runtime: requests, cold starts among them, instances. */
import { areaY, axisX, axisY, gridY, line, rectY } from '@observablehq/plot';
import { runtimeName } from '../../../domain/factors.js';
import type { TraceSummary } from '../../../domain/summary/load-summary.js';
import type { Summary } from '../../../domain/summary/summary.js';
import { formatSignificant } from '../../format-quantity.js';
import { classColor } from '../palette.js';
import { plotSvg } from '../plot-svg.js';
import { html, nothing, type Markup } from '../template.js';

const wide = { className: 'chart wide', width: 880 };
const narrow = { className: 'chart narrow', width: 328 };
type Geometry = typeof wide;

const margins = { marginLeft: 64, marginRight: 24, marginTop: 24, marginBottom: 44 };

interface Slice {
  readonly from: number;
  readonly to: number;
  readonly all: number;
  readonly cold: number;
  readonly lost: number;
  readonly instances: number;
}

const widthOf = ({ timeline }: TraceSummary): number => (timeline[1]?.fromMs ?? 1000) / 1000;

function slicesOf(trace: TraceSummary): Slice[] {
  const width = widthOf(trace);
  return trace.timeline.map(({ fromMs, ok, failed, cold, meanInstances = 0 }) => ({
    ...{ from: fromMs / 1000, to: fromMs / 1000 + width, all: ok + failed },
    ...{ cold, lost: failed, instances: meanInstances },
  }));
}

/** What all charts of a trace have in common, so that runtimes can be held against each other. */
interface Scales {
  readonly seconds: number;
  readonly requests: number;
  readonly instances: number;
}

function scalesOf(traces: readonly TraceSummary[]): Scales {
  const slices = traces.flatMap(slicesOf);
  return {
    seconds: Math.max(1, ...slices.map(({ to }) => to)),
    requests: Math.max(1, ...slices.map(({ all }) => all)) * 1.05,
    instances: Math.max(1, ...slices.map(({ instances }) => instances)) * 1.05,
  };
}

function requestsOverTime(trace: TraceSummary, scales: Scales, label: string, geometry: Geometry): Markup {
  const slices = slicesOf(trace);
  const span = { x1: 'from', x2: 'to' } as const;
  const color = classColor(trace.class);
  return plotSvg(
    {
      ...{ width: geometry.width, height: 180, ...margins },
      x: { domain: [0, scales.seconds] },
      y: { domain: [0, scales.requests] },
      marks: [
        gridY({ strokeOpacity: 0.14 }),
        axisX({ label: null, tickFormat: () => '' }),
        axisY({ label: `requests in ${formatSignificant(widthOf(trace))} s`, labelArrow: 'none' }),
        rectY(slices, { ...span, y: 'all', fill: color, fillOpacity: 0.4 }),
        rectY(slices, { ...span, y: 'cold', fill: color }),
        rectY(
          slices.filter(({ lost }) => lost > 0),
          { ...span, y: 'lost', fill: 'none', stroke: 'currentColor', strokeDasharray: '2 2' },
        ),
      ],
    },
    label,
    geometry.className,
  );
}

function instancesOverTime(trace: TraceSummary, scales: Scales, label: string, geometry: Geometry): Markup {
  const slices = slicesOf(trace);
  const color = classColor(trace.class);
  const step = { x: 'from', y: 'instances', curve: 'step-after' } as const;
  return plotSvg(
    {
      ...{ width: geometry.width, height: 140, ...margins },
      x: { domain: [0, scales.seconds] },
      y: { domain: [0, scales.instances] },
      marks: [
        gridY({ strokeOpacity: 0.14 }),
        axisX({ label: 'seconds', labelAnchor: 'center', labelArrow: 'none' }),
        axisY({ label: 'instances', labelArrow: 'none' }),
        areaY(slices, { ...step, fill: color, fillOpacity: 0.15 }),
        line(slices, { ...step, stroke: color }),
      ],
    },
    label,
    geometry.className,
  );
}

/** Of one way of replaying a trace, every runtime on the same scales. */
export function traceFigures({ traces = [] }: Summary, arrivals: string): Markup {
  const ours = traces.filter((trace) => trace.arrivals === arrivals && trace.timeline.length > 1);
  if (ours.length === 0) return nothing;
  const scales = scalesOf(ours);
  return html`${ours.map((trace) => {
    const name = runtimeName(trace);
    const caption = `Over time: ${name}, ${arrivals}`;
    const draw = (geometry: Geometry): Markup =>
      html`${requestsOverTime(trace, scales, `Requests and cold starts over time: ${name}`, geometry)}
      ${instancesOverTime(trace, scales, `Instances over time: ${name}`, geometry)}`;
    return html`<figure>
      <figcaption>${caption}</figcaption>
      ${draw(wide)}${draw(narrow)}
      <p class="quiet">
        Above: requests by when they were due, full: cold starts among them, dashed: failures. Below:
        instances of all functions, on average in each stretch.
      </p>
    </figure>`;
  })}`;
}
