/** `--junit FILE`. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeWhole } from '../files/write-whole.js';
import { renderJunit, type JunitReport } from '../report/junit/render-junit.js';

/** Makes the folder of `path` where there is none: a pipeline should not lose a run's report for want of it. */
export function writeJunit(path: string, report: JunitReport): void {
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, renderJunit(report));
}
