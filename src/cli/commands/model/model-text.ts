/** A model's components in words and units a person understands. */
import type { FixedAndRate } from '../../../model/growth/fixed-and-rate.js';
import type { FoundGrowth } from '../../../model/growth/growth-law.js';
import type { Component, ModelFile, Term } from '../../../model/fit/model-file.js';
import { systemOf, type ComponentId } from '../../../model/observations/model-cell.js';
import { formatDuration, formatShare, formatSignificant } from '../../../report/format-quantity.js';
import { milliseconds } from '../../../domain/units.js';
import { renderFitted } from '../../fitted-table.js';
import { title } from '../../output.js';

const mebibyte = 2 ** 20;

const meanings: Readonly<Record<ComponentId, string>> = {
  launch: 'launch: from asking for the sandbox until it is ready',
  boundary: 'boundary: request and answer on their way in and out',
  data: 'data: objects fetched and stored',
  serialization: 'serialization: reading the payload, writing the answer',
  compute: "compute: the function's own work",
  whole: 'latency as a whole: the rows tell no parts',
};

const each: Readonly<Partial<Record<ComponentId, { fixed: string; in: string; out: string }>>> = {
  launch: { fixed: 'a launch', in: 'a MiB of binary or module', out: '' },
  boundary: { fixed: 'an invocation', in: 'a MiB in', out: 'a MiB out' },
  data: { fixed: 'a round trip', in: 'a MiB fetched', out: 'a MiB stored' },
};

const time = (value: number): string => formatDuration(milliseconds(value));

function amount({ value, ci95 }: FixedAndRate['fixed'], factor: number, per: string): string[] {
  if (value === 0) return [];
  const interval = ci95 === undefined ? '' : ` [${time(ci95[0] * factor)}, ${time(ci95[1] * factor)}]`;
  return [`${time(value * factor)} ${per}${interval}`];
}

/** `3.9 ms a launch [3.7 ms, 4.1 ms] + 1.1 ms a MiB of module`. */
function fixedAndRateText(id: ComponentId, found: FixedAndRate): string {
  const words = each[id] ?? { fixed: '', in: '', out: '' };
  return [
    ...amount(found.fixed, 1, words.fixed),
    ...amount(found.perByteIn, mebibyte, words.in),
    ...amount(found.perByteOut, mebibyte, words.out),
  ].join(' + ');
}

export function growthText({ growth, basis, miss }: FoundGrowth): string {
  const law =
    growth.law === 'power'
      ? `size to the power of ${formatSignificant(growth.exponent, 2)}`
      : growth.law === 'fixed plus linear'
        ? `fixed + linear (equal at ${formatSignificant(growth.turn)})`
        : growth.law;
  return basis === 'assumed'
    ? `${law}: assumed, measured at one size only`
    : `${law}, off by ${formatShare(miss ?? 0)}`;
}

const readableKey = (key: string): string =>
  key.startsWith('[') ? (JSON.parse(key) as string[]).filter((part) => part !== '').join(', ') : key;

function trendTable({ id, trend }: Component, width: number): string {
  const rows =
    trend.form === 'growth'
      ? Object.entries(trend.by).map(([key, found]) => [readableKey(key), growthText(found)])
      : Object.entries(trend.by).map(([key, found]) => [readableKey(key), fixedAndRateText(id, found)]);
  const head = trend.form === 'growth' ? ['function', 'grows with its size'] : ['runtime', 'time'];
  return renderFitted(
    head,
    rows.sort(([a = ''], [b = '']) => a.localeCompare(b)),
    width,
  );
}

/** Each runtime's factor over the typical one. */
function factors(component: Component): string {
  const term = component.terms.find(({ name }) => name === 'system');
  if (term === undefined) return '';
  const entries = Object.entries(term.levels).sort(([, a], [, b]) => a.effect - b.effect);
  return `times a factor of the runtime: ${entries
    .map(([system, { effect }]) => `${system} ${formatSignificant(Math.exp(effect))}`)
    .join(', ')}`;
}

/** How far a typical level is from the others, as a factor: 1.2 for 20 % more or less. */
const spreadOf = ({ sd }: Pick<Term, 'sd'>): string => `x${formatSignificant(Math.exp(sd), 3)}`;

function sharedText(component: Component): string {
  const visible = component.terms.filter(({ sd, name }) => sd >= 0.02 && name !== 'all');
  const list = visible.map((term) => `${term.name} ${spreadOf(term)}`).join(', ');
  return `differs by ${list === '' ? 'nothing that shows' : list}; unexplained ${spreadOf({ sd: component.noiseSd })}`;
}

function componentText(component: Component, width: number): string {
  return [
    title(meanings[component.id]),
    trendTable(component, width),
    ...(component.trend.form === 'growth' ? [factors(component)] : []),
    sharedText(component),
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** The whole model; `extent` says what it was fitted on. */
export function modelText(file: ModelFile, extent: string, width: number): string {
  const runtimes = new Set(file.cells.map(({ cell }) => systemOf(cell)));
  const sources = file.sources.map(({ runId, experiment }) => `${experiment} (${runId})`).join(', ');
  return [
    `${title('Model')} of ${extent}; ${runtimes.size > 0 ? `runs: ${sources}` : ''}`,
    `data ${file.digest.slice(0, 12)}, Lumos ${file.lumosVersion}. In brackets: 95 % intervals.`,
    ...file.notes,
    ...file.components.map((component) => `\n${componentText(component, width)}`),
  ].join('\n');
}
