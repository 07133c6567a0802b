/** A model's components in words and units a person understands. */
import { counted } from '../../../domain/counted.js';
import type { FixedAndRate } from '../../../model/growth/fixed-and-rate.js';
import { logGrowth, type FoundGrowth } from '../../../model/growth/growth-law.js';
import type { Fit, ModelFile, Term } from '../../../model/fit/model-file.js';
import { systemOf, type TargetId } from '../../../model/observations/model-cell.js';
import {
  formatBytes,
  formatDuration,
  formatShare,
  formatSignificant,
} from '../../../report/format-quantity.js';
import { bytes, milliseconds } from '../../../domain/units.js';
import { renderFitted } from '../../fitted-table.js';
import { title } from '../../output.js';

const mebibyte = 2 ** 20;

const meanings: Readonly<Record<TargetId, string>> = {
  launch: 'launch: from asking for the sandbox until it is ready',
  boundary: 'boundary: request and answer on their way in and out',
  data: 'data: objects fetched and stored, besides what a declared network takes',
  serialization: 'serialization: reading the payload, writing the answer',
  compute: "compute: the function's own work",
  whole: 'latency as a whole: the rows tell no parts',
  memory: "memory: the sandbox's peak",
  cpu: "CPU time: the sandbox's, as a share of the latency",
};

interface Words {
  readonly fixed: string;
  readonly in: string;
  readonly out: string;
}

const words: Readonly<Partial<Record<TargetId, Words>>> = {
  launch: { fixed: 'launch', in: 'a MiB of binary or module', out: '' },
  boundary: { fixed: 'an invocation', in: 'a MiB in', out: 'a MiB out' },
  data: { fixed: 'a round trip', in: 'a MiB fetched', out: 'a MiB stored' },
  memory: { fixed: 'a sandbox', in: 'a MiB of payload and objects in', out: 'a MiB out' },
};

/** A model's number in its unit: a time, or bytes of memory. */
const quantity = (id: TargetId, value: number): string =>
  id === 'memory' ? formatBytes(bytes(value)) : formatDuration(milliseconds(value));

const range = (low: string, high: string): string => `[${low}, ${high}]`;

function amount(
  id: TargetId,
  { value, ci95 }: FixedAndRate['fixed'],
  { factor, per }: { factor: number; per: string },
): string[] {
  if (value === 0) return [];
  const interval =
    ci95 === undefined ? '' : ` ${range(quantity(id, ci95[0] * factor), quantity(id, ci95[1] * factor))}`;
  return [`${quantity(id, value * factor)} ${per}${interval}`];
}

/** `3.9 ms launch [3.7 ms, 4.1 ms] + 1.1 ms a MiB of binary or module [0.9 ms, 1.3 ms]`. */
export function fixedAndRateText(id: TargetId, found: FixedAndRate): string {
  const { fixed, in: perIn, out: perOut } = words[id] ?? { fixed: '', in: '', out: '' };
  return [
    ...amount(id, found.fixed, { factor: 1, per: fixed }),
    ...amount(id, found.perByteIn, { factor: mebibyte, per: perIn }),
    ...amount(id, found.perByteOut, { factor: mebibyte, per: perOut }),
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

/** Deviations that hold nine in ten of a normal distribution. */
const ninety = 1.645;

interface Effect {
  readonly log: number;
  /** One deviation of what its cells leave open. */
  readonly open: number;
}

function effectOf(fit: Fit, name: string, level: string): Effect {
  const term = fit.terms.find((one) => one.name === name);
  const found = term?.levels[level];
  if (term === undefined) return { log: 0, open: 0 };
  const [own, noise] = [term.sd ** 2, fit.noiseSd ** 2];
  const left = own === 0 ? 0 : (own * noise) / (noise + (found?.n ?? 0) * own);
  return { log: found?.effect ?? 0, open: Math.sqrt(left) };
}

/** A function's time at the middle of its sizes, on the runtime and at the start that are typical of all. */
function typicalTime(fit: Fit, work: string, found: FoundGrowth): string {
  const size = fit.centres.byWork[work] ?? fit.centres.all;
  const effects = [effectOf(fit, 'all', ''), effectOf(fit, 'function', work)];
  const log = effects.reduce((sum, effect) => sum + effect.log, logGrowth(found.growth, Math.exp(size)));
  const open = Math.hypot(...effects.map((effect) => effect.open));
  const at = (deviations: number): string => quantity(fit.id, Math.exp(log + deviations * open));
  return `${at(0)} ${range(at(-ninety), at(ninety))} at ${formatSignificant(Math.exp(size))}`;
}

function trendTable(fit: Fit, width: number): string {
  const { id, trend } = fit;
  if (trend.form === 'none') return '';
  const sorted = (rows: string[][]): string[][] => rows.sort(([a = ''], [b = '']) => a.localeCompare(b));
  if (trend.form === 'fixed-and-rate')
    return renderFitted(
      ['runtime', id === 'memory' ? 'bytes' : 'time'],
      sorted(Object.entries(trend.by).map(([key, found]) => [readableKey(key), fixedAndRateText(id, found)])),
      width,
    );
  // Growth of a whole latency is relative to the middle of a place's sizes: it has a shape, and no height of its own.
  if (id === 'whole')
    return renderFitted(
      ['function, runtime, start', 'grows with its size'],
      sorted(Object.entries(trend.by).map(([key, found]) => [readableKey(key), growthText(found)])),
      width,
    );
  const rows = Object.entries(trend.by).map(([key, found]) => [
    key,
    typicalTime(fit, key, found),
    growthText(found),
  ]);
  return renderFitted(['function', 'typical time at a size', 'grows with its size'], sorted(rows), width);
}

/** Each runtime's factor over the typical one. */
function factors(fit: Fit): string {
  const term = fit.terms.find(({ name }) => name === 'system');
  if (term === undefined) return '';
  const entries = Object.keys(term.levels)
    .map((system) => ({ system, ...effectOf(fit, 'system', system) }))
    .sort((a, b) => a.log - b.log);
  const times = (log: number): string => formatSignificant(Math.exp(log));
  return `times a factor of the runtime: ${entries
    .map(
      ({ system, log, open }) =>
        `${system} ${times(log)} ${range(times(log - ninety * open), times(log + ninety * open))}`,
    )
    .join(', ')}`;
}

/** How far a typical level is from the others, as a factor: 1.2 for 20 % more or less. */
const spreadOf = ({ sd }: Pick<Term, 'sd'>): string => `x${formatSignificant(Math.exp(sd), 3)}`;

function sharedText(fit: Fit): string {
  // A term without levels is of a kind of runtime that no cell has: its deviation is a guess of what that would add.
  const visible = fit.terms.filter(
    ({ sd, name, levels }) => sd >= 0.02 && name !== 'all' && Object.keys(levels).length > 0,
  );
  const list = visible.map((term) => `${term.name} ${spreadOf(term)}`).join('; ');
  return `differs by ${list === '' ? 'nothing that shows' : list}; unexplained ${spreadOf({ sd: fit.noiseSd })}`;
}

/** CPU time has no form of its own: what share of the latency it typically is, by runtime. */
function sharesText(fit: Fit): string {
  if (fit.trend.form !== 'none') return '';
  const share = Math.exp(effectOf(fit, 'all', '').log);
  return `typically ${formatShare(share)} of the latency`;
}

function fitText(fit: Fit, width: number): string {
  return [
    title(meanings[fit.id]),
    trendTable(fit, width),
    sharesText(fit),
    ...(fit.trend.form === 'fixed-and-rate' ? [] : [factors(fit)]),
    sharedText(fit),
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function networkText({ environments }: ModelFile): string[] {
  return environments.map(({ name, clients, dataService }) => {
    const of = (link: typeof clients, what: string): string[] =>
      link === undefined
        ? []
        : [
            `${what} ${formatSignificant(link.roundTripMs)} ms a round trip${link.megabitsPerSecond === undefined ? '' : `, ${formatSignificant(link.megabitsPerSecond)} Mbit/s`}`,
          ];
    return `${name}, declared: ${[...of(clients, 'clients'), ...of(dataService, 'data service')].join('; ')}`;
  });
}

/** The whole model; `extent` says what it was fitted on. */
export function modelText(file: ModelFile, extent: string, width: number): string {
  const runtimes = new Set(file.cells.map(({ cell }) => systemOf(cell)));
  const sources = file.sources.map(({ runId, experiment }) => `${experiment} (${runId})`).join(', ');
  return [
    `${title('Model')} of ${extent}; ${runtimes.size > 0 ? `runs: ${sources}` : ''}`,
    `data ${file.digest.slice(0, 12)}, Lumos ${file.lumosVersion}. In brackets: 95 % intervals of fixed parts and rates, 90 % of times and factors.`,
    ...file.notes,
    ...networkText(file),
    ...[...file.components, ...file.resources].map((fit) => `\n${fitText(fit, width)}`),
    ...(file.energy.length === 0
      ? [
          '\nenergy: not measured by any of these runs (a load run measures it where the machine has a counter)',
        ]
      : [
          `\nenergy: measured at ${counted(file.energy.length, 'level')} of load; lumos model predict shows them`,
        ]),
  ].join('\n');
}
