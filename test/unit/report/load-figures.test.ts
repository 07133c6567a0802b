import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import type { KneeSummary, LevelSummary } from '../../../src/domain/summary/load-summary.js';
import type { Summary } from '../../../src/domain/summary/summary.js';
import { overTimeFigures } from '../../../src/report/html/charts/over-time.js';
import { throughputFigures } from '../../../src/report/html/charts/throughput.js';

const level = (runtime: string, concurrency: number, throughput: number, p50: number, valid = true) =>
  ({
    ...{ function: 'echo', payload: 'small', runtime, class: 'wasm-interpreted', environment: 'local' },
    ...{ start: 'warm', concurrency, throughputPerSecond: throughput, valid },
    latencyMs: { p50, p99: p50 * 3 },
  }) as unknown as LevelSummary;

const ladder = (runtime: string): LevelSummary[] => [
  level(runtime, 1, 100, 10),
  level(runtime, 4, 400, 10),
  level(runtime, 16, 400, 40, false),
];
const knee = (runtime: string): KneeSummary =>
  ({
    ...{ function: 'echo', payload: 'small', runtime, concurrency: 8, ci95: [7.5, 8.6], levels: 3, why: '' },
    ...{ throughputPerSecond: 400, throughputCi95: [390, 410] },
  }) as unknown as KneeSummary;

/** What this test uses of a DOM element; the project is compiled without the browser's types. */
interface Element {
  readonly textContent: string;
  readonly innerHTML: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element> & { readonly length: number };
}

function pageOf(markup: { toString(): string }): Element {
  const { document } = parseHTML(`<!doctype html><html><body>${markup.toString()}</body></html>`) as {
    readonly document: unknown;
  };
  return document as Element;
}

describe('latency against throughput', () => {
  const page = pageOf(
    throughputFigures({
      levels: [...ladder('wasmi'), ...ladder('wazero-interpreted')],
      knees: [knee('wasmi')],
    } as unknown as Summary),
  );

  it('is one chart a function, wide and narrow, with a point a level and a ring at the knee', () => {
    expect(page.querySelectorAll('figure')).toHaveLength(1);
    const charts = [...page.querySelectorAll('svg.chart')];
    expect(charts.map((chart) => chart.getAttribute('class'))).toEqual(['chart wide', 'chart narrow']);
    for (const chart of charts) {
      const marks = [...chart.querySelectorAll('g[aria-label="dot"]')].flatMap((group) => [
        ...group.querySelectorAll('path, circle'),
      ]);
      expect(marks).toHaveLength(6 + 1);
      expect(chart.querySelectorAll('g[aria-label="rect"] rect')).toHaveLength(1);
    }
  });

  it('tells runtimes of one class apart by their shapes, and says the knees in words', () => {
    const entries = [...page.querySelectorAll('ul.key li')];
    expect(entries.map((entry) => entry.textContent.replaceAll(/\s+/g, ' ').trim())).toEqual([
      'wasmi, knee at 8.0 clients [7.5, 8.6]',
      'wazero-interpreted',
    ]);
    const shapes = entries.map((entry) => entry.querySelector('svg')?.innerHTML);
    expect(new Set(shapes).size).toBe(2);
  });

  it('draws nothing of a single level, or of one without an answer', () => {
    const none = { levels: [level('wasmi', 1, 100, 10)], knees: [] } as unknown as Summary;
    expect(throughputFigures(none).toString()).toBe('');
  });
});

describe('a level over time', () => {
  const timed = {
    ...level('wasmi', 1, 10, 5),
    arrivals: 'poisson 10/s',
    timeline: [
      { fromMs: 0, ok: 3, cold: 2, failed: 1, worstMs: 90, instances: 2 },
      { fromMs: 250, ok: 4, cold: 0, failed: 0, worstMs: 7, instances: 1 },
      { fromMs: 500, ok: 0, cold: 0, failed: 0, instances: 0 },
    ],
  } as unknown as LevelSummary;
  const page = pageOf(overTimeFigures({ levels: [timed] } as unknown as Summary));

  it('has requests, slowest answers and instances, each wide and narrow', () => {
    const labels = [...page.querySelectorAll('svg.chart')].map((chart) => chart.getAttribute('aria-label'));
    expect(labels).toHaveLength(6);
    expect(labels.slice(0, 3)).toEqual([
      'Requests due, and what became of them: echo on wasmi',
      'Slowest answers over time: echo on wasmi',
      'Instances over time: echo on wasmi',
    ]);
    const [requests, slowest] = [...page.querySelectorAll('svg.chart.wide')];
    // Warm, cold and failed of each slice.
    expect(requests?.querySelectorAll('g[aria-label="rect"] rect')).toHaveLength(9);
    expect(slowest?.querySelectorAll('circle')).toHaveLength(2);
  });

  it('is not drawn of clients', () => {
    expect(overTimeFigures({ levels: ladder('wasmi') } as unknown as Summary).toString()).toBe('');
  });
});
