import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';

let eslint: ESLint;
beforeAll(() => {
  eslint = new ESLint({
    // The house's rules alone: what is not about types needs no program of types, and a snippet has none.
    overrideConfig: [{ languageOptions: { parserOptions: { projectService: false, project: null } } }],
    ruleFilter: ({ ruleId }) =>
      ['no-restricted-imports', 'no-restricted-syntax', 'max-lines-per-function', 'no-console'].includes(
        ruleId,
      ),
  });
});

/** What the house's rules say to `code` in the file `path`. */
async function complaints(path: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: path });
  const messages = result?.messages ?? [];
  const fatal = messages.find((message) => message.fatal);
  if (fatal !== undefined) throw new Error(fatal.message);
  return messages.map((message) => `${message.ruleId ?? ''}: ${message.message}`);
}

const importing = (from: string): string => `import { x } from '${from}';\nexport const y = x;\n`;

describe('the arrows between rooms', () => {
  it.each([
    ['src/report/probe.ts', '../control-plane/invoke/frames.js', 'control-plane'],
    ['src/report/html/probe.ts', '../../data-plane/probes/counters.js', 'data-plane'],
    ['src/report/probe.ts', '../experiment/plan.js', 'experiment'],
    ['src/model/probe.ts', '../control-plane/invoke/frames.js', 'control-plane'],
    ['src/model/fit/probe.ts', '../../report/csv.js', 'report'],
    ['src/control-plane/runtimes/probe.ts', '../../data-plane/probes/counters.js', 'data-plane'],
    ['src/data-plane/probes/probe.ts', '../../control-plane/invoke/frames.js', 'control-plane'],
    ['src/user-plane/functions/probe.ts', '../../control-plane/invoke/frames.js', 'control-plane'],
    ['src/domain/probe.ts', '../stats/quantiles.js', 'stats'],
    ['src/stats/probe.ts', '../records/row-store.js', 'records'],
    ['src/records/probe.ts', '../report/csv.js', 'report'],
    ['src/experiment/probe.ts', '../report/csv.js', 'report'],
    ['src/experiment/probe.ts', '../cli/output.js', 'cli'],
    ['src/experiment/probe.ts', '../conformance/runner.js', 'conformance'],
    ['src/conformance/probe.ts', '../report/csv.js', 'report'],
    ['src/conformance/behaviours/probe.ts', '../../cli/output.js', 'cli'],
  ])('%s may not import %s', async (path, from, room) => {
    expect(await complaints(path, importing(from))).toEqual([
      expect.stringContaining(`may not import ${room} (docs/design.md).`),
    ]);
  });

  it.each([
    ['src/report/probe.ts', '../stats/quantiles.js'],
    ['src/report/html/charts/probe.ts', '../../../domain/summary/summary.js'],
    ['src/control-plane/runtimes/fake/probe.ts', '../../../domain/clock.js'],
    ['src/control-plane/runtimes/fake/probe.ts', '../../invoke/frames.js'],
    ['src/experiment/probe.ts', '../control-plane/invoke/frames.js'],
    ['src/experiment/probe.ts', '../data-plane/probes/counters.js'],
    ['src/cli/commands/probe.ts', '../../experiment/plan.js'],
    ['src/cli/commands/probe.ts', '../../conformance/runner.js'],
    ['src/conformance/probe.ts', '../experiment/trial-runner.js'],
    ['src/records/probe.ts', './row-codec.js'],
    ['src/records/probe.ts', 'node:fs'],
  ])('%s may import %s', async (path, from) => {
    expect(await complaints(path, importing(from))).toEqual([]);
  });

  it('lead to files, not to the public door', async () => {
    expect(await complaints('src/cli/probe.ts', importing('../index.js'))).toEqual([
      expect.stringContaining('index.ts is the public door'),
    ]);
  });
});

describe('processes', () => {
  it.each(['node:child_process', 'child_process', 'node:cluster'])(
    'are not started with %s outside their room',
    async (name) => {
      for (const path of [
        'src/experiment/probe.ts',
        'src/control-plane/runtimes/probe.ts',
        'src/cli/probe.ts',
      ]) {
        expect(await complaints(path, importing(name))).toEqual([
          expect.stringContaining('Processes are started in src/control-plane/process only.'),
        ]);
      }
    },
  );

  it('are started in their room', async () => {
    expect(await complaints('src/control-plane/process/probe.ts', importing('node:child_process'))).toEqual(
      [],
    );
  });
});

describe('units', () => {
  const refused = 'no-restricted-syntax: Use a branded unit of src/domain/units.ts, not a bare number.';

  it.each([
    'export interface A { readonly latencyMs: number }\n',
    'export interface A { sizeBytes?: number }\n',
    'export const f = (limitMs: number): boolean => limitMs > 1;\n',
    'export const energyJoules: number = 1;\n',
  ])('are refused as bare numbers in %j', async (code) => {
    expect(new Set(await complaints('src/domain/probe.ts', code))).toEqual(new Set([refused]));
  });

  it.each([
    "import type { Milliseconds } from './units.js';\nexport interface A { readonly latencyMs: Milliseconds }\n",
    'export interface A { readonly count: number; readonly ms: string }\n',
  ])('are taken as types, and other numbers as they are, in %j', async (code) => {
    expect(await complaints('src/domain/probe.ts', code)).toEqual([]);
  });
});

describe('functions', () => {
  const functionOf = (lines: number): string =>
    `export function f(): void {\n${'  void 0;\n'.repeat(lines - 2)}}\n`;

  it('have at most 60 lines', async () => {
    expect(await complaints('src/domain/probe.ts', functionOf(60))).toEqual([]);
    expect(await complaints('src/domain/probe.ts', functionOf(61))).toEqual([
      expect.stringContaining('max-lines-per-function'),
    ]);
  });

  it('do not print', async () => {
    expect(await complaints('src/domain/probe.ts', "console.log('x');\n")).toEqual([
      expect.stringContaining('no-console'),
    ]);
  });
});
