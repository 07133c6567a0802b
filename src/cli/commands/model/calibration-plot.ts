/** Promised against observed coverage of the model's intervals, as an SVG. */
import { dot, line, ruleX } from '@observablehq/plot';
import { plotSvg } from '../../../report/html/plot-svg.js';
import type { SchemeResult } from '../../../model/validate/validate-model.js';
import { plotTitle } from '../../written-formats.js';

/** A perfect model lies on the diagonal; below it, intervals are too narrow. */
export function calibrationSvg(schemes: readonly SchemeResult[]): string {
  const points = schemes.flatMap(({ scheme, calibration }) =>
    calibration.map(({ nominal, observed }) => ({ scheme, nominal, observed })),
  );
  const svg = plotSvg(
    {
      ...{ width: 560, height: 480, marginLeft: 56, marginBottom: 48 },
      x: { label: 'share that the interval promises', domain: [0.4, 1] },
      y: { label: 'share of measured medians in it', domain: [0.4, 1], grid: true },
      color: { legend: false },
      marks: [
        line(
          [
            { x: 0.4, y: 0.4 },
            { x: 1, y: 1 },
          ],
          { x: 'x', y: 'y', stroke: '#888', strokeDasharray: '4 4' },
        ),
        ruleX([0.9], { stroke: '#ccc' }),
        line(points, { x: 'nominal', y: 'observed', stroke: 'scheme', z: 'scheme' }),
        dot(points, { x: 'nominal', y: 'observed', fill: 'scheme', title: 'scheme' }),
      ],
    },
    plotTitle,
    'chart',
  ).toString();
  return svg.includes('xmlns=') ? svg : svg.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"');
}
