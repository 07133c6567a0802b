/** What is known of rows that somebody handed over as rows: what they say, and no more. */
import type { ValidityFinding } from '../../domain/validity.js';
import type { ImportFacts } from '../imported-rows.js';

export const factsOfRows = (format: string, findings: readonly ValidityFinding[]): ImportFacts => ({
  name: `imported-${format}`,
  description: `rows imported from ${format}`,
  runtimes: [],
  probes: {},
  findings,
});
