/** What a reader must know of environments that are none of their own, said once for terminal, Markdown and page. */
import type { Summary } from '../domain/summary/summary.js';

/** The environments of a summary that are emulated, in the order of their first cell. */
export const emulatedIn = ({ cells }: Pick<Summary, 'cells'>): string[] => [
  ...new Set(cells.flatMap(({ environment, emulated }) => (emulated === true ? [environment] : []))),
];

/** What emulation is, and what it is not. */
export const emulationMeaning = (names: readonly string[]): string =>
  `${names.join(', ')}: made on this machine by limits on each sandbox (CPUs, CPU time, memory) and, to Redis and S3, a proxy. ` +
  'Not emulated: the speed of a core, caches, memory bandwidth, storage, the instruction set; and what a container daemon does ' +
  'for a start is not slowed';
