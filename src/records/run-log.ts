/** `logs/run.ndjson` of a run directory: what happened when, for whoever has to find out why. One object a line. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** Appends to the log in `folder`. Called between timed windows only. */
export function appendToLog(folder: string, at: Date, event: object): void {
  appendFileSync(join(folder, 'run.ndjson'), `${JSON.stringify({ at: at.toISOString(), ...event })}\n`);
}
