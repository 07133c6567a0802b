/** `logs/run.ndjson` of a run directory: what happened when, for whoever has to find out why. One object a line. */
import { join } from 'node:path';
import { realFiles, type FileCalls } from '../files/file-calls.js';
import { appendLines } from '../files/line-appender.js';

/** Appends to the log in `folder`. Called between timed windows only. @throws LumosError */
export function appendToLog(folder: string, at: Date, event: object, calls: FileCalls = realFiles): void {
  appendLines(join(folder, 'run.ndjson'), `${JSON.stringify({ at: at.toISOString(), ...event })}\n`, calls);
}
