/** The paper's claims, in figures: Marcelino et al., IoT 2025, arXiv 2510.05118. */
import type { Claim, ClaimId } from '../../domain/summary/claim.js';

export interface ClaimDefinition {
  readonly id: ClaimId;
  readonly paper: string;
  readonly unit: Claim['unit'];
  /** From where to where the paper's figure goes; see `Claim.claimed`. */
  readonly claimed: Claim['claimed'];
}

/** Bioequivalence's conventional margin (Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15, 1987; FDA 2001). */
export const comparableMargin = 1.25;

export const claimDefinitions: Readonly<Record<ClaimId, ClaimDefinition>> = {
  'image-size': {
    id: 'image-size',
    paper: 'AoT images are up to 30x smaller than containers',
    unit: 'ratio',
    claimed: [30, 30],
  },
  'cold-start': {
    id: 'cold-start',
    paper: 'AoT cold start is up to 16 % lower than that of containers',
    unit: 'share',
    claimed: [0.16, 0.16],
  },
  'warm-aot': {
    id: 'warm-aot',
    paper: 'Warm AoT is comparable to containers',
    unit: 'ratio',
    claimed: [1 / comparableMargin, comparableMargin],
  },
  'warm-interpreted': {
    id: 'warm-interpreted',
    paper: 'Interpreted Wasm has up to 55x (30-55x) the warm latency',
    unit: 'ratio',
    claimed: [30, 55],
  },
  'io-serialization': {
    id: 'io-serialization',
    paper: 'I/O and serialization overhead of Wasm is 7-10x',
    unit: 'ratio',
    claimed: [7, 10],
  },
  'io-share': {
    id: 'io-share',
    paper: "Data I/O is up to 95 % of a function's execution time",
    unit: 'share',
    claimed: [0.95, 0.95],
  },
};
