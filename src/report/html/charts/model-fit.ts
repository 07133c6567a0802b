/** Measured against predicted medians, and what intervals promise against what they hold. */
import { axisX, axisY, dot, gridX, gridY, line, link, type Markish } from '@observablehq/plot';
import { RuntimeClassSchema, type Start } from '../../../domain/factors.js';
import type { ModelError, ModelledCell } from '../../../domain/model-section.js';
import { milliseconds } from '../../../domain/units.js';
import { formatDuration, typographicSigns } from '../../format-quantity.js';
import { modelledTable } from '../../modelled/model-lines.js';
import { latencyAxis } from '../axis.js';
import { dataTable } from '../figure.js';
import { classColor, seriesColor, seriesCount } from '../palette.js';
import { plotSvg } from '../plot-svg.js';
import { html, nothing, type Markup } from '../template.js';

interface Geometry {
  readonly className: string;
  readonly width: number;
  readonly height: number;
}

const fitGeometries: readonly Geometry[] = [
  { className: 'chart wide', width: 880, height: 560 },
  { className: 'chart narrow', width: 328, height: 340 },
];

const calibrationGeometries: readonly Geometry[] = [
  { className: 'chart wide', width: 880, height: 400 },
  { className: 'chart narrow', width: 328, height: 320 },
];

/** Twice and half of what was measured. */
const guides = [0.5, 1, 2];

/** The intervals, cut at the edges of the chart. */
const intervalsOf = (cells: readonly ModelledCell[], [low, high]: readonly [number, number]) =>
  cells.flatMap(({ cell, measuredMs, interval90 }) => {
    if (interval90 === undefined) return [];
    const [y1, y2] = [Math.max(interval90[0], low), Math.min(interval90[1], high)];
    return [{ x: measuredMs, y1, y2, color: classColor(cell.class) }];
  });

const guideLines = ([low, high]: readonly [number, number]): Markish[] =>
  guides.map((factor) =>
    line(
      [Math.max(low, low / factor), Math.min(high, high / factor)].map((x) => ({ x, y: x * factor })),
      {
        ...{ x: 'x', y: 'y', strokeOpacity: factor === 1 ? 0.5 : 0.25 },
        strokeDasharray: factor === 1 ? '' : '4 4',
      },
    ),
  );

function drawFit(cells: readonly ModelledCell[], label: string, geometry: Geometry): Markup {
  const axis = latencyAxis(cells.flatMap(({ measuredMs, predictedMs }) => [measuredMs, predictedMs]));
  const [low, high] = axis.domain;
  const scale = { type: 'log' as const, domain: [low, high] };
  const ticks = [...axis.ticks];
  const format = (value: number): string => formatDuration(milliseconds(value), typographicSigns);
  return plotSvg(
    {
      ...{
        width: geometry.width,
        height: geometry.height,
        marginLeft: 64,
        marginBottom: 44,
        marginRight: 20,
      },
      x: scale,
      y: scale,
      marks: [
        gridX(ticks, { strokeOpacity: 0.14 }),
        gridY(ticks, { strokeOpacity: 0.14 }),
        axisX({
          ticks,
          tickFormat: format,
          label: 'measured (logarithmic)',
          labelAnchor: 'center',
          labelArrow: 'none',
        }),
        axisY({ ticks, tickFormat: format, label: 'predicted (logarithmic)', labelArrow: 'none' }),
        ...guideLines(axis.domain),
        link(intervalsOf(cells, axis.domain), {
          ...{ x1: 'x', x2: 'x', y1: 'y1', y2: 'y2', strokeOpacity: 0.3 },
          stroke: { value: 'color', scale: null },
        }),
        dot(cells, {
          ...{ x: 'measuredMs', y: 'predictedMs', r: 3, stroke: 'var(--page)', strokeWidth: 0.5 },
          fill: { value: ({ cell }: ModelledCell) => classColor(cell.class), scale: null },
        }),
      ],
    },
    label,
    geometry.className,
  );
}

function classKey(cells: readonly ModelledCell[]): Markup {
  const present = RuntimeClassSchema.options.filter((kind) => cells.some(({ cell }) => cell.class === kind));
  return html`<ul class="key">
    ${present.map((kind) => html`<li><i class="swatch class-${kind}"></i>${kind}</li>`)}
  </ul>`;
}

/** Of one start, as its latencies are decades from those of others. */
export function modelFitFigure(all: readonly ModelledCell[], start: Start): Markup {
  const cells = all.filter(({ cell }) => cell.start === start);
  if (cells.length === 0) return nothing;
  const title = `Measured against predicted, ${start} start`;
  return html`<figure>
    <figcaption>
      <h3>${title}</h3>
      <p>
        What to see: a point a cell. On the line the prediction is right; the dashed lines are half and twice
        of what was measured. A vertical line is the 90 % interval: nine in ten should cross the middle line.
      </p>
    </figcaption>
    ${classKey(cells)} ${fitGeometries.map((geometry) => drawFit(cells, title, geometry))}
    <details>
      <summary>The figures</summary>
      ${dataTable(modelledTable(cells, typographicSigns), `Figures of: ${title}`)}
    </details>
  </figure>`;
}

function drawCalibration(errors: readonly ModelError[], label: string, geometry: Geometry): Markup {
  const ticks = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
  const scale = { type: 'linear' as const, domain: [0.4, 1] };
  const format = (value: number): string => `${Math.round(value * 100)} %`;
  return plotSvg(
    {
      ...{
        width: geometry.width,
        height: geometry.height,
        marginLeft: 56,
        marginBottom: 44,
        marginRight: 20,
      },
      x: scale,
      y: { ...scale, clamp: true },
      marks: [
        gridX(ticks, { strokeOpacity: 0.14 }),
        gridY(ticks, { strokeOpacity: 0.14 }),
        axisX({
          ticks,
          tickFormat: format,
          label: 'share promised',
          labelAnchor: 'center',
          labelArrow: 'none',
        }),
        axisY({ ticks, tickFormat: format, label: 'share held', labelArrow: 'none' }),
        line([0.4, 1], { x: (value: number) => value, y: (value: number) => value, strokeOpacity: 0.5 }),
        ...errors.flatMap(({ calibration }, index) => [
          line(calibration, { x: 'promised', y: 'held', stroke: seriesColor(index), strokeWidth: 2 }),
          dot(calibration, {
            x: 'promised',
            y: 'held',
            fill: seriesColor(index),
            stroke: 'var(--page)',
            r: 4,
          }),
        ]),
      ],
    },
    label,
    geometry.className,
  );
}

export function calibrationFigure(all: readonly ModelError[]): Markup {
  const errors = all.filter(({ calibration }) => calibration.length > 0);
  if (errors.length === 0) return nothing;
  const title = 'Calibration: what intervals promise and what they hold';
  return html`<figure>
    <figcaption>
      <h3>${title}</h3>
      <p>
        What to see: on the line intervals are honest; below it they are too narrow, above it wider than they
        need be.
      </p>
    </figcaption>
    <ul class="key">
      ${errors.map(({ leftOut }, index) => html`<li><i class="swatch series-${index % seriesCount}"></i>${leftOut}</li>`)}
    </ul>
    ${calibrationGeometries.map((geometry) => drawCalibration(errors, title, geometry))}
  </figure>`;
}
