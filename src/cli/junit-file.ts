/** `--junit FILE`. */
import { renderJunit, type JunitReport } from '../report/junit/render-junit.js';
import { writeTo, type NamedOutput } from './named-output.js';

/** The folder of `path` is made where there is none: a pipeline should not lose a run's report for want of it. */
export const junitOutput = (path: string, runFolder: string, force: boolean | undefined): NamedOutput => ({
  ...{ option: '--junit', path, format: 'junit' },
  ...{ force, runs: [runFolder], makesFolders: true },
});

export const writeJunit = (output: NamedOutput, report: JunitReport): Promise<void> =>
  writeTo(output, renderJunit(report));
