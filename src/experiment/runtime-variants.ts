/** A runtime with the options that an experiment gives it: one variant for each set of options. */
import type { Experiment } from '../domain/experiment.js';
import type { Cell } from '../domain/factors.js';
import type { Runtime } from '../domain/runtime.js';

type Options = Readonly<Record<string, unknown>>;

export interface Variant {
  /** What of the options is not the runtime's default, as in `Cell.options`; absent where nothing is. */
  readonly label?: string;
  /** With every default filled in. */
  readonly options: Options;
}

/** The sets of options that `experiment` gives `runtime`, in its order. @throws LumosError `invalid-input` */
export function variantsOf(experiment: Experiment, runtime: Runtime): readonly Variant[] {
  const given = experiment.options[runtime.id] ?? {};
  const defaults = runtime.parseOptions({});
  const variants = (Array.isArray(given) ? given : [given]).map((raw: Options): Variant => {
    const options = runtime.parseOptions(raw);
    const label = labelOf(options, defaults);
    return { ...(label === '' ? {} : { label }), options };
  });
  // Two sets that come to the same would be one cell twice.
  return variants.filter(
    (variant, index) => variants.findIndex((other) => other.label === variant.label) === index,
  );
}

const labelOf = (options: Options, defaults: Options): string =>
  Object.keys(options)
    .sort()
    .filter((key) => JSON.stringify(options[key]) !== JSON.stringify(defaults[key]))
    .map((key) => `${key}=${textOf(options[key])}`)
    .join(',');

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The options of a cell, found again by their label. */
export function optionsOfCell(
  experiment: Experiment,
  runtime: Runtime,
  cell: Pick<Cell, 'options'>,
): Options {
  const variant = variantsOf(experiment, runtime).find(({ label }) => label === cell.options);
  if (variant === undefined) throw new Error(`${runtime.id} has no options ${cell.options ?? 'by default'}`);
  return variant.options;
}
