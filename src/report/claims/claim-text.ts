/** A claim's figures and cells in words. */
import type { Claim, ClaimPoint } from '../../domain/summary/claim.js';
import {
  asciiSigns,
  formatRatio,
  formatRatioNumber,
  formatShare,
  formatSignificant,
  type Signs,
} from '../format-quantity.js';

type Unit = Claim['unit'];

/** A share in percent with as many digits as tell it from 100 %: `98.7 %`. */
const percent = (share: number): string => formatSignificant(share * 100);

/** A measured figure: `41.3x`, `98.7 %`. */
export const figureText = (value: number, unit: Unit, signs: Signs = asciiSigns): string =>
  unit === 'ratio' ? formatRatio(value, signs) : `${percent(value)} %`;

/** An interval without its unit, beside its figure: `[40.1, 42.0]`. */
export const intervalText = ([low, high]: readonly [number, number], unit: Unit): string => {
  const text = unit === 'ratio' ? formatRatioNumber : percent;
  return `[${text(low)}, ${text(high)}]`;
};

/** A figure with its interval, where it has one. */
export const measuredText = (
  estimate: { readonly value: number; readonly ci95?: readonly [number, number] | undefined },
  unit: Unit,
  signs: Signs = asciiSigns,
): string =>
  figureText(estimate.value, unit, signs) +
  (estimate.ci95 === undefined ? '' : ` ${intervalText(estimate.ci95, unit)}`);

/** What the paper names, which is never rounded: `30x`, `16 %`. */
export const claimedText = (value: number, unit: Unit): string =>
  unit === 'ratio' ? `${String(Number(value.toPrecision(3)))}x` : formatShare(value);

/** A point's cell without its runtime: `fibonacci 1000000`, `kv-read tiny, redis via host`. */
export const cellText = ({ function: name, payload, where }: ClaimPoint): string =>
  [[name, payload].filter((part) => part !== undefined).join(' '), where]
    .filter((part) => part !== undefined)
    .join(', ');

/** A point's cell: `fibonacci 1000000 on wasmtime-aot`. */
export const pointText = (point: ClaimPoint): string => `${cellText(point)} on ${point.candidate}`;

export const cellsText = (count: number): string => (count === 1 ? '1 cell' : `${String(count)} cells`);
