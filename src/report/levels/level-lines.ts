/** Levels and knees as lines of text, for every kind of report. */
import { failedRequests } from '../../domain/level.js';
import { environmentName, runtimeName } from '../../domain/factors.js';
import type { KneeSummary, LevelSummary } from '../../domain/summary/load-summary.js';
import type { Summary } from '../../domain/summary/summary.js';
import { milliseconds } from '../../domain/units.js';
import {
  absent,
  asciiSigns,
  formatBytes,
  formatCount,
  formatDuration,
  formatShare,
  formatSignificant,
  type Signs,
  formatCounted,
} from '../format-quantity.js';
import { enoughForP99, noteText } from '../summarize/cell-notes.js';

export const levelHead = [
  'load',
  'requests/s [95 %]',
  'p50',
  'p99',
  'p99.9',
  'failed',
  'cold',
  'queued p50',
  'instances',
  'CPU ms',
  'memory',
  'generator',
  'valid',
] as const;

export interface LevelGroup {
  readonly title: string;
  /** In the order of `levelHead`. */
  readonly rows: readonly (readonly string[])[];
  /** The knee in a sentence; absent where there is no ladder. */
  readonly knee?: string;
  /** Why levels are not valid, and what else a reader must know. */
  readonly remarks: readonly string[];
}

const loadOf = ({ arrivals, concurrency }: LevelSummary): string =>
  arrivals ?? `${concurrency} client${concurrency === 1 ? '' : 's'}`;

const intervalText = (ci95: readonly [number, number] | undefined): string =>
  ci95 === undefined ? '' : ` [${ci95.map((end) => formatSignificant(end)).join(', ')}]`;

function rowOf(level: LevelSummary, signs: Signs): string[] {
  const { latencyMs, coldShare, queuedMs, cpuMsPerRequest, peakMemoryBytes, generatorCpuShare } = level;
  const failed = failedRequests(level);
  const time = (value: Parameters<typeof formatDuration>[0] | undefined): string =>
    value === undefined ? absent : formatDuration(value, signs);
  return [
    loadOf(level),
    `${formatSignificant(level.throughputPerSecond)}${intervalText(level.ci95)}`,
    time(latencyMs?.p50),
    time(latencyMs?.p99),
    level.succeeded < enoughForP999 ? absent : time(latencyMs?.p999),
    failed === 0 ? '0' : `${formatCount(failed)} of ${formatCount(level.sent)}`,
    coldShare === undefined ? absent : formatShare(coldShare),
    time(queuedMs?.p50),
    level.instances === 0 ? absent : String(level.instances),
    cpuMsPerRequest === undefined ? absent : formatSignificant(cpuMsPerRequest),
    peakMemoryBytes === undefined ? absent : formatBytes(peakMemoryBytes),
    generatorCpuShare === undefined ? absent : formatShare(generatorCpuShare),
    level.valid ? 'yes' : 'NO',
  ];
}

function kneeText(
  { concurrency, ci95, throughputPerSecond, throughputCi95, why }: KneeSummary,
  levels: readonly LevelSummary[],
): string {
  if (concurrency === undefined || throughputPerSecond === undefined) return `no knee: ${why}`;
  const isOfOneRound = ci95 !== undefined && levels.every(({ rounds }) => rounds === 1);
  return (
    `knee at ${formatSignificant(concurrency, 2)} client${concurrency === 1 ? '' : 's'}${intervalText(ci95)}: ` +
    `${formatSignificant(throughputPerSecond)} requests/s${intervalText(throughputCi95)} at saturation` +
    (isOfOneRound ? ' (intervals of one round: another may lie outside)' : '')
  );
}

/** Fewer responses than this have none beyond the p99.9, which is then no more than the largest latency. */
const enoughForP999 = 1000;

function fewRemark({ succeeded, latencyMs }: LevelSummary): string[] {
  if (latencyMs === undefined || succeeded >= enoughForP99) return [];
  return [noteText({ kind: 'p99-near-maximum', n: succeeded })];
}

/** The runtime, and how it was reached and what it ran where that is not the usual. */
export function servedBy(one: Omit<LevelSummary, 'concurrency'> | KneeSummary): string {
  const over = one.transport === 'http' ? ' over HTTP' : '';
  const language = one.language === undefined || one.language === 'rust' ? '' : `, ${one.language}`;
  return `${runtimeName(one)}${over}${language}`;
}

const nameOf = (one: Omit<LevelSummary, 'concurrency'> | KneeSummary): string =>
  `${one.function} ${one.payload} on ${servedBy(one)}` +
  (one.environment === 'local' ? '' : `, ${environmentName(one)}`);

function precisionRemark(level: LevelSummary): string[] {
  const { precision } = level;
  if (precision === undefined) return [];
  const ends = precision.ci95?.map((end) => formatDuration(milliseconds(end))).join(', ');
  const interval = ends === undefined ? ', no interval' : ` [${ends}]`;
  return [`${precision.quantile} ${formatDuration(precision.valueMs)}${interval}, ${level.why}`];
}

/** Those of instances that stood before the first request are nobody's waiting. */
function startsRemark(level: LevelSummary): string[] {
  const { startsDelayed = 0, startsWaiting = 0, startsFailed = 0, coldShare = 0 } = level;
  const failed = startsFailed === 0 ? [] : [`${formatCounted(startsFailed, 'start')} of instances failed`];
  if (startsDelayed === 0 || coldShare === 0) return failed;
  return [
    ...failed,
    `${formatCounted(startsDelayed, 'start')} of instances waited for others, at most ${formatCount(startsWaiting)} at once`,
  ];
}

function scheduleRemarks({ unsent, late, sent, arrivals }: LevelSummary): string[] {
  return [
    ...(unsent === 0 ? [] : [`${formatCount(unsent)} were due and never sent`]),
    ...(late === 0 || arrivals === undefined
      ? []
      : [`${formatCount(late)} of ${formatCount(sent)} sent over 2 ms late`]),
  ];
}

function remarksOf(level: LevelSummary): string[] {
  const { valid, why, errors, energyJoules } = level;
  const kinds = Object.entries(errors).map(([kind, count]) => `${formatCount(count)} ${kind}`);
  const remarks = [
    ...fewRemark(level),
    ...precisionRemark(level),
    ...startsRemark(level),
    ...(kinds.length === 0 ? [] : [kinds.join(', ')]),
    ...(energyJoules === undefined ? [] : [`${formatSignificant(energyJoules)} J of the whole machine`]),
    ...scheduleRemarks(level),
  ].map((remark) => `${loadOf(level)}: ${remark}`);
  return [...(valid ? [] : [`${loadOf(level)} is not valid: ${why}`]), ...remarks];
}

/** One group for each function on each runtime. */
export function levelGroups(
  { levels = [], knees = [] }: Pick<Summary, 'levels' | 'knees'>,
  signs: Signs = asciiSigns,
): LevelGroup[] {
  const names = [...new Set(levels.map(nameOf))];
  return names.map((title) => {
    const ours = levels.filter((level) => nameOf(level) === title);
    const knee = knees.find((one) => nameOf(one) === title);
    return {
      title,
      rows: ours.map((level) => rowOf(level, signs)),
      ...(knee === undefined ? {} : { knee: kneeText(knee, ours) }),
      remarks: ours.flatMap(remarksOf),
    };
  });
}

/** How to read the columns; a sentence about a column that is not shown is left out. */
const readings: readonly { readonly text: string; readonly of?: (typeof levelHead)[number] }[] = [
  {
    text:
      'Requests/s: verified answers over the time measured, with the interval from its blocks of time, of several rounds from the ' +
      'rounds: what one round says of itself does not tell how another would differ.',
  },
  {
    text: 'Latency of clients counts from the sending, of a schedule from the moment a request was due.',
  },
  {
    of: 'p99.9',
    text: 'The p99.9 takes 1 000 responses: of fewer it would be no more than the largest latency.',
  },
  { of: 'cold', text: 'Cold: an instance was started for it.' },
  { of: 'CPU ms', text: 'CPU ms: of all sandboxes, for each answer.' },
  { of: 'memory', text: 'Memory: the most that all had together.' },
  { of: 'generator', text: 'Generator: its CPU, as a share of one core.' },
  {
    text: 'A level that is not valid measured its generator or the machine’s neighbours, not the function.',
  },
];

/** @param shown the columns that there are: all of them where absent */
export const levelsReading = (shown: readonly string[] = levelHead): string =>
  readings
    .filter(({ of }) => of === undefined || shown.includes(of))
    .map(({ text }) => text)
    .join(' ');
