/** Where an axis begins, ends and is marked, and how its marks are named. */
import type { Bytes, Milliseconds } from '../../domain/units.js';
import { typographicSigns } from '../format-quantity.js';

export interface Axis {
  /** With the unit and, for a logarithm, that it is one. */
  readonly label: string;
  readonly type: 'log' | 'linear';
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  format(value: number): string;
}

const plain = (value: number): string => String(Number(value.toPrecision(3)));

function durationTick(value: Milliseconds): string {
  if (value >= 1000) return `${plain(value / 1000)} s`;
  return value >= 1 ? `${plain(value)} ms` : `${plain(value * 1000)} ${typographicSigns.micro}`;
}

/** Multiples of a decade to mark, fewer the more decades there are. */
function multiples(decades: number): readonly number[] {
  if (decades > 2.2) return [1];
  if (decades > 1) return [1, 3];
  return decades > 0.4 ? [1, 2, 5] : [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9];
}

/** Decades that an axis reaches to: damaged figures can lie 600 decades apart, more than a ratio of numbers can say. */
const farthestDecade = 30;

/** The powers of ten from `low` to `high`, at most as far as an axis reaches. */
export function decadesBetween(low: number, high: number): number[] {
  const first = Math.max(-farthestDecade, Math.ceil(Math.log10(low)));
  const last = Math.min(farthestDecade, Math.floor(Math.log10(high)));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number((10 ** (first + index)).toPrecision(6)),
  );
}

const withinReach = (value: number): number =>
  Math.min(Math.max(value, 10 ** -farthestDecade), 10 ** farthestDecade);

function logTicks(low: number, high: number): number[] {
  const steps = multiples(Math.log10(high / low));
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const step of steps) {
      const tick = Number((step * 10 ** power).toPrecision(6));
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

/** A little room on both sides of what is drawn, so that no mark is cut. */
function padded(values: readonly number[]): [number, number] {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) return [0.5, 2];
  const low = withinReach(positive.reduce((a, b) => Math.min(a, b)));
  const high = withinReach(positive.reduce((a, b) => Math.max(a, b)));
  const room = Math.max(1.08, (high / low) ** 0.03);
  return [low / room, high * room];
}

/** Latencies on a logarithmic axis that spans `values`. */
export function latencyAxis(values: readonly Milliseconds[]): Axis {
  const domain = padded(values);
  return {
    label: 'latency (logarithmic)',
    type: 'log',
    domain,
    ticks: logTicks(...domain),
    format: (value) => durationTick(value as Milliseconds),
  };
}

/** Ratios on a logarithmic axis that spans `values` and 1. */
export function ratioAxis(values: readonly number[], label: string): Axis {
  const domain = padded([...values, 0.8, 1.25]);
  return {
    label,
    type: 'log',
    domain,
    ticks: logTicks(...domain),
    format: (value) => `${plain(value)}${typographicSigns.times}`,
  };
}

function linearTicks(high: number, unit: number): number[] {
  const rough = high / unit / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((multiple) => multiple * power >= rough) ?? 10) * power * unit;
  return Array.from({ length: Math.floor(high / step) + 1 }, (_, index) => index * step);
}

/** Bytes from 0, in the binary unit that suits the largest. */
export function bytesAxis(values: readonly Bytes[], what: string): Axis {
  const high = Math.max(1, ...values) * 1.02;
  const units = [
    { name: 'GiB', size: 1024 ** 3 },
    { name: 'MiB', size: 1024 ** 2 },
    { name: 'KiB', size: 1024 },
  ];
  const unit = units.find(({ size }) => high >= size) ?? { name: 'B', size: 1 };
  return {
    label: `${what} (${unit.name})`,
    type: 'linear',
    domain: [0, high],
    ticks: linearTicks(high, unit.size),
    format: (value) => plain(value / unit.size),
  };
}

/** Shares of a whole, 0 to 100 percent. */
export const shareAxis = (label: string): Axis => ({
  label,
  type: 'linear',
  domain: [0, 1],
  ticks: [0, 0.25, 0.5, 0.75, 1],
  format: (value) => `${plain(value * 100)} %`,
});

/** Shares that may lie below 0, as one that was expected to fall and rose. */
export function effectAxis(values: readonly number[], label: string): Axis {
  const low = Math.min(0, ...values.filter(Number.isFinite));
  const ticks = low < -1 ? [low, 0, 1] : [...(low < 0 ? [-1, -0.5] : []), 0, 0.25, 0.5, 0.75, 1];
  return {
    label,
    type: 'linear',
    domain: [low * 1.02, 1],
    ticks: ticks.filter((tick) => tick >= low),
    format: (value) => `${plain(value * 100)} %`,
  };
}
