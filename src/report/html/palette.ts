/**
 * Colours that stay apart for colour-blind readers, the same in every figure. Classes: Okabe & Ito, "Color universal
 * design", 2008. Phases: after Paul Tol's "muted" scheme (SRON technical note 09-002, 2021). The dark values are lighter
 * ones of the same hues.
 */
import type { Phase, RuntimeClass } from '../../domain/factors.js';

interface Shades {
  readonly light: string;
  readonly dark: string;
}

const classColors: Readonly<Record<RuntimeClass, Shades>> = {
  container: { light: '#0072b2', dark: '#5ab0e8' },
  'wasm-aot': { light: '#d55e00', dark: '#ff8b3d' },
  'wasm-interpreted': { light: '#b07d00', dark: '#f2c14e' },
  'wasm-jit': { light: '#b0558c', dark: '#e29bc4' },
  process: { light: '#007a5a', dark: '#4cc9a0' },
};

const phaseColors: Readonly<Record<Phase, Shades>> = {
  launch: { light: '#332288', dark: '#8f83e0' },
  deserialize: { light: '#88ccee', dark: '#88ccee' },
  fetch: { light: '#44aa99', dark: '#44aa99' },
  compute: { light: '#117733', dark: '#4fae6c' },
  store: { light: '#aa4499', dark: '#d176c3' },
  serialize: { light: '#ddcc77', dark: '#ddcc77' },
  transport: { light: '#a6a6a6', dark: '#7c828a' },
};

/** Parts of a predicted latency, in the colours of the phases they are made of; what is declared in those of its neighbours. */
const partColors: Readonly<Record<string, Shades>> = {
  launch: phaseColors.launch,
  boundary: phaseColors.transport,
  data: phaseColors.fetch,
  serialization: phaseColors.deserialize,
  compute: phaseColors.compute,
  whole: phaseColors.compute,
  'data network': phaseColors.store,
  network: phaseColors.serialize,
  'image transfer': { light: '#882255', dark: '#d9739f' },
};

/** The names of parts that have a colour. */
export const partNames: readonly string[] = Object.keys(partColors);

/** As part of a CSS name. */
export const partSlug = (name: string): string => name.replaceAll(' ', '-');
export const partColor = (name: string): string => `var(--part-${partSlug(name)})`;

/** Lines that are told apart by nothing else. */
const seriesColors: readonly Shades[] = [
  { light: '#0072b2', dark: '#5ab0e8' },
  { light: '#d55e00', dark: '#ff8b3d' },
  { light: '#007a5a', dark: '#4cc9a0' },
  { light: '#b0558c', dark: '#e29bc4' },
];
export const seriesCount = seriesColors.length;
export const seriesColor = (index: number): string => `var(--series-${index % seriesCount})`;

export const classColor = (of: RuntimeClass): string => `var(--class-${of})`;
export const phaseColor = (of: Phase): string => `var(--phase-${of})`;

/** The palette as CSS custom properties. */
export function paletteVariables(shade: keyof Shades): string {
  const classes = Object.entries(classColors).map(([name, shades]) => `--class-${name}: ${shades[shade]};`);
  const phases = Object.entries(phaseColors).map(([name, shades]) => `--phase-${name}: ${shades[shade]};`);
  const parts = Object.entries(partColors).map(
    ([name, shades]) => `--part-${partSlug(name)}: ${shades[shade]};`,
  );
  const series = seriesColors.map((shades, index) => `--series-${index}: ${shades[shade]};`);
  return [...classes, ...phases, ...parts, ...series].join(' ');
}
