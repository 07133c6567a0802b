/**
 * Figures as text, the same on every machine: no locale, three significant digits, the unit that keeps the number
 * readable. Rounding happens here and nowhere else.
 */
import type { Bytes, Milliseconds } from '../domain/units.js';

/** How the two signs that plain ASCII lacks are written. */
export interface Signs {
  readonly micro: string;
  readonly times: string;
}

export const asciiSigns: Signs = { micro: 'us', times: 'x' };
/** The micro sign and the multiplication sign, for pages. */
export const typographicSigns: Signs = { micro: '\u00b5s', times: '\u00d7' };

/** What stands where there is no figure. */
export const absent = '-';

/** Decimal places that leave `digits` significant digits of `value`, at most `most`. */
function decimalsFor(value: number, digits: number, most: number): number {
  if (value === 0) return 0;
  const magnitude = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits)))));
  return Math.min(most, Math.max(0, digits - 1 - magnitude));
}

/** `value` in `digits` significant digits, never in exponent form: 0.0123, 1.20, 41.3, 1234. */
export function formatSignificant(value: number, digits = 3): string {
  if (Number.isNaN(value)) return absent;
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  if (magnitude > 15) return `${value < 0 ? '-' : ''}10^${magnitude}`;
  return value.toFixed(decimalsFor(value, digits, 12));
}

interface Unit {
  readonly name: string;
  /** One of this unit in the quantity's base unit. */
  readonly size: number;
}

const timeUnits = (signs: Signs): readonly [Unit, ...Unit[]] => [
  { name: 's', size: 1e3 },
  { name: 'ms', size: 1 },
  { name: signs.micro, size: 1e-3 },
];

const byteUnits: readonly [Unit, ...Unit[]] = [
  { name: 'GiB', size: 1024 ** 3 },
  { name: 'MiB', size: 1024 ** 2 },
  { name: 'KiB', size: 1024 },
  { name: 'B', size: 1 },
];

/** The largest unit in which `value`, rounded to three digits, is at least 1; the smallest for anything below. */
function unitFor(value: number, units: readonly [Unit, ...Unit[]]): Unit {
  return (
    units.find((unit) => Number((value / unit.size).toPrecision(3)) >= 1) ??
    units[units.length - 1] ??
    units[0]
  );
}

const inUnit = (value: number, unit: Unit): string => formatSignificant(value / unit.size);

/** A duration: `41.3 us`, `4.12 ms`, `1.50 s`. */
export function formatDuration(value: Milliseconds, signs: Signs = asciiSigns): string {
  const unit = unitFor(value, timeUnits(signs));
  return `${inUnit(value, unit)} ${unit.name}`;
}

/** An interval of durations in the unit of `value`, which it stands beside, so that the unit need not be repeated. */
export function formatDurationInterval(
  interval: readonly [Milliseconds, Milliseconds],
  value: Milliseconds,
  signs: Signs = asciiSigns,
): string {
  const unit = unitFor(value, timeUnits(signs));
  return `[${inUnit(interval[0], unit)}, ${inUnit(interval[1], unit)}]`;
}

/** A duration in milliseconds without its unit, for tables whose heading names it. */
export const formatPlainMilliseconds = (value: Milliseconds): string => formatSignificant(value);

/** A number of bytes: `64 B`, `12.3 KiB`, `1.00 MiB`. */
export function formatBytes(value: Bytes): string {
  const unit = unitFor(value, byteUnits);
  return unit.size === 1 ? `${String(Math.round(value))} B` : `${inUnit(value, unit)} ${unit.name}`;
}

/** A ratio without its sign: two decimals from 0.1 to 10, three digits above, two significant digits below. */
export function formatRatioNumber(value: number): string {
  if (!Number.isFinite(value)) return formatSignificant(value);
  if (value >= 9.995) return formatSignificant(value);
  return value >= 0.0995 || value === 0 ? value.toFixed(2) : formatSignificant(value, 2);
}

/** A ratio: `0.42x`, `41.3x`, `0.024x`. */
export const formatRatio = (value: number, signs: Signs = asciiSigns): string =>
  `${formatRatioNumber(value)}${signs.times}`;

/** An interval of ratios: `[0.40, 0.45]`. */
export const formatRatioInterval = (interval: readonly [number, number]): string =>
  `[${formatRatioNumber(interval[0])}, ${formatRatioNumber(interval[1])}]`;

/** The least share that is written as a number; what is smaller is said to be below it. */
const leastShare = 1e-4;

/** A share of 1 as percent: `5 %`, `0.3 %`, `below 0.01 %`. */
export const formatShare = (share: number): string =>
  share > 0 && share < leastShare
    ? `below ${String(leastShare * 100)} %`
    : `${String(Number(formatSignificant(share * 100, 2)))} %`;

/** A count with thin groups of three, readable without a locale: `1 000 000`. */
export const formatCount = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ' ');

/** A count and what is counted: `1 row`, `1 000 rows`. */
export const formatCounted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;
