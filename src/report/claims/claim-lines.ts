/** The claims as lines of text: what the paper says, what was measured here, the verdict, and why. */
import type { Claim } from '../../domain/summary/claim.js';
import type { Summary } from '../../domain/summary/summary.js';
import { absent, asciiSigns, type Signs } from '../format-quantity.js';
import { cellsText, measuredText } from './claim-text.js';

export interface ClaimLine {
  readonly id: string;
  readonly paper: string;
  /** With its interval. */
  readonly measured: string;
  readonly cells: string;
  readonly verdict: Claim['verdict'];
  readonly why: string;
}

/** One line for each claim; none for a run whose experiment does not ask for them. */
export const claimLines = ({ claims = [] }: Summary, signs: Signs = asciiSigns): ClaimLine[] =>
  claims.map(({ id, paper, measured, ci95, cells, unit, verdict, why }) => ({
    id,
    paper,
    measured: measured === undefined ? absent : measuredText({ value: measured, ci95 }, unit, signs),
    cells: cellsText(cells),
    verdict,
    why,
  }));
