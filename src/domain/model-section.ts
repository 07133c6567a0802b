/** What a performance model says of a run, as the report shows it: plain figures, so that report and model do not know each other. */
import type { Cell } from './factors.js';
import type { Milliseconds } from './units.js';

/** A cell of the run beside what the model says of it. */
export interface ModelledCell {
  readonly cell: Cell;
  /** Median latency. */
  readonly measuredMs: Milliseconds;
  readonly predictedMs: Milliseconds;
  /** 90 % prediction interval; absent where the model has too little to say how wrong it may be. */
  readonly interval90?: readonly [Milliseconds, Milliseconds];
  /** `left out`: predicted without the cell, which the model was fitted on. `predicted`: the model never had it. */
  readonly basis: 'left out' | 'predicted';
  /** Parts of the predicted median by name, in the order they are drawn in. */
  readonly partsMs: readonly (readonly [name: string, time: Milliseconds])[];
}

/** How wrong the model is where something is left out; shares of 1. */
export interface ModelError {
  readonly leftOut: string;
  readonly cells: number;
  readonly medianError: number;
  readonly p90Error: number;
  /** The share of 90 % intervals that hold the measured value; absent where there were too few to make any. */
  readonly coverage90?: number;
  /** Median errors of naive predictors, by name. */
  readonly naive: Readonly<Record<string, number>>;
  /** The share that an interval promises and the share of measured values it holds. */
  readonly calibration: readonly { readonly promised: number; readonly held: number }[];
}

/** The dials a comparison of two runtimes turns on. */
export const breakEvenDials = ['rate', 'keep-alive', 'payload'] as const;
export type BreakEvenDial = (typeof breakEvenDials)[number];

/** One runtime's mean latency over another's as a dial is turned. */
export interface BreakEvenCurve {
  readonly dial: BreakEvenDial;
  readonly function: string;
  /** The payload at which the other dials are turned. */
  readonly payload: string;
  /** Candidate over baseline; the ends of its interval if one errs to the one side and the other to the other. */
  readonly points: readonly {
    /** Requests a second; seconds; size over the largest measured. */
    readonly at: number;
    readonly ratio: number;
    readonly interval90?: readonly [number, number];
  }[];
  /** Where the two change places, first along the dial; absent where they do not. */
  readonly breakEven?: number;
  /** Where they would at the ends of the intervals; an end is absent where that is not on the dial. */
  readonly breakEven90?: readonly [number | undefined, number | undefined];
}

export interface BreakEven {
  readonly baseline: string;
  readonly candidate: string;
  /** What holds for the dials that are not turned. */
  readonly requestsPerMinute: number;
  readonly keepAliveSeconds: number;
  readonly curves: readonly BreakEvenCurve[];
}

export interface ModelSection {
  /** First digits of the data's digest. */
  readonly digest: string;
  /** Cells the model was fitted on, and the runs they are from. */
  readonly cells: number;
  readonly runs: readonly string[];
  readonly modelled: readonly ModelledCell[];
  /** Cells of the run that the model cannot speak of, and why. */
  readonly notModelled: readonly { readonly cells: number; readonly why: string }[];
  readonly errors: readonly ModelError[];
  /** Schemes that the model's data cannot answer, and the run that would. */
  readonly unanswered: readonly { readonly leftOut: string; readonly why: string }[];
  /** Median error of measuring itself in a cell's median; absent where too few sandboxes tell. */
  readonly measurementError?: number;
  /** Absent where the model has no container, or no Wasm runtime beside it, cold and warm. */
  readonly breakEven?: BreakEven;
}
