/**
 * A vitest reporter that writes the counts of a run, so that ./check can close with one line for all test runners.
 * `LUMOS_TEST_COUNTS` names the file; it gets `<passed> <failed> <skipped>`.
 */
import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What one test file came to: the state of each test, and whether the file itself failed. */
export interface FileResult {
  readonly states: readonly string[];
  readonly failed: boolean;
}

/** A file that fails without a failed test (it does not load, a hook throws) counts as one failure, so does an error outside tests. */
export function countTests(files: readonly FileResult[], errorsOutside: number): TestCounts {
  const states = files.flatMap((file) => file.states);
  const count = (state: string): number => states.filter((s) => s === state).length;
  const brokenFiles = files.filter((file) => file.failed && !file.states.includes('failed')).length;
  return {
    passed: count('passed'),
    failed: count('failed') + brokenFiles + errorsOutside,
    skipped: count('skipped') + count('pending'),
  };
}

export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const path = process.env['LUMOS_TEST_COUNTS'];
    if (path === undefined) return;
    const files = modules.map((module) => ({
      states: [...module.children.allTests()].map((test) => test.result().state),
      failed: module.state() === 'failed',
    }));
    const { passed, failed, skipped } = countTests(files, errors.length);
    writeFileSync(path, `${passed} ${failed} ${skipped}\n`);
  }
}
