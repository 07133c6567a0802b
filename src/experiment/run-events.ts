/** What a run tells while it goes on, to whoever wants to show it. */
import type { Cell, Outcome } from '../domain/factors.js';
import type { Floor } from '../domain/run-manifest.js';

export type RunEvent =
  | { readonly type: 'step'; readonly text: string }
  | { readonly type: 'floor'; readonly floor: Floor }
  | {
      readonly type: 'started';
      readonly trials: number;
      readonly alreadyDone: number;
      /** What is counted, where it is not trials. */
      readonly unit?: 'levels';
    }
  | { readonly type: 'trial'; readonly cell: Cell }
  | { readonly type: 'row'; readonly cell: Cell; readonly outcome: Outcome; readonly reason?: string }
  | { readonly type: 'trial-done'; readonly done: number; readonly trials: number }
  | { readonly type: 'cleaned'; readonly removed: readonly string[] };

export type OnEvent = (event: RunEvent) => void;
