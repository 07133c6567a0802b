/** The benchmark's results as a table for people, as the block of docs/performance.md, and as JSON. */
import Table from 'cli-table3';
import { isMet, type Figure, type PartResult } from './figures.js';
import type { Machine } from './machine.js';

export interface Results {
  readonly machine: Machine;
  readonly parts: readonly PartResult[];
  /** Parts that could not be measured, and why. */
  readonly unmeasured: readonly { readonly part: string; readonly why: string }[];
}

const headings = ['part', 'what', 'value', 'n', 'target', ''];

export function renderTable(results: Results): string {
  const table = new Table({ head: headings, style: { head: [], border: [] } });
  table.push(...rowsOf(results));
  return [
    results.machine.text,
    results.machine.load,
    table.toString(),
    ...notesOf(results),
    ...unmeasuredOf(results),
  ].join('\n');
}

/** Between two comments, so that the block in docs/performance.md can be replaced as a whole. */
export function renderMarkdown(results: Results): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const bullets = [...notesOf(results), ...unmeasuredOf(results)].map((note) => `- ${note}`);
  return [
    '<!-- bench:begin -->',
    '',
    '<!-- prettier-ignore-start -->',
    '',
    `Measured ${results.machine.measuredAt.slice(0, 10)} on ${results.machine.text}; ${results.machine.load}.`,
    '',
    line(headings),
    line(headings.map(() => '---')),
    ...rowsOf(results).map(line),
    '',
    ...(bullets.length === 0 ? [] : [...bullets, '']),
    '<!-- prettier-ignore-end -->',
    '',
    '<!-- bench:end -->',
  ].join('\n');
}

export function renderJson({ machine, parts, unmeasured }: Results): string {
  const { host, measuredAt, quiet } = machine;
  const judged = parts.map((part) => ({
    ...part,
    figures: part.figures.map((figure) => ({ ...figure, ...(figure.target && { met: isMet(figure) }) })),
  }));
  return JSON.stringify({ measuredAt, host, quiet, parts: judged, unmeasured }, null, 2);
}

const rowsOf = ({ parts }: Results): string[][] =>
  parts.flatMap(({ part, figures }) =>
    figures.map((figure) => [
      part,
      figure.what,
      quantity(figure.value, figure),
      `${figure.n}`,
      targetOf(figure),
      verdictOf(figure),
    ]),
  );

const notesOf = ({ parts }: Results): string[] =>
  parts.flatMap(({ part, notes }) => notes.map((note) => `${part}: ${note}`));

const unmeasuredOf = ({ unmeasured }: Results): string[] =>
  unmeasured.map(({ part, why }) => `${part}: could not be measured: ${why}`);

function targetOf(figure: Figure): string {
  const { target } = figure;
  if (target === undefined) return '';
  const [words, most] = 'atMost' in target ? ['at most', target.atMost] : ['at least', target.atLeast];
  const limit = quantity(most, figure);
  // A limit that depends on a measured figure is said both ways: as the rule and as what it came to.
  if (target.because.includes('hyperfine')) return `${target.because} = ${limit}`;
  return target.because.includes('wrk')
    ? `${words} ${target.because} = ${limit}`
    : `${words} ${target.because}`;
}

function verdictOf(figure: Figure): string {
  const met = isMet(figure);
  return met === undefined ? '' : met ? 'met' : 'missed';
}

/** Three significant digits, and never fewer than the whole number. */
function quantity(value: number, { unit }: Figure): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(value, 0.01))));
  return `${value.toFixed(Math.min(digits, 3))} ${unit}`;
}
