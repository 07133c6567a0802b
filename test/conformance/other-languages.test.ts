/** The protocol is not Rust's alone: a function in Go on every runtime, and what `lumos new` makes in both languages. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorkbench } from '../../src/cli/workbench.js';
import { ensureDependency } from '../../src/control-plane/setup/dependency.js';
import type { FunctionDefinition } from '../../src/domain/function-manifest.js';
import { dependencyOf } from '../../src/control-plane/setup/dependencies.js';
import { ensureBuilt, lumos, repositoryRoot } from '../e2e/lumos-command.js';
import { leftBehind, machineTraces, type Trace } from '../../src/conformance/machine-traces.js';
import { TrialBench } from '../../src/conformance/trial-bench.js';

const workbench = await createWorkbench();
/** One runtime for each kind of artefact that Go gives. */
const runtimes = ['native', 'docker', 'wasmtime-aot', 'wasmtime-interpreted', 'wasmtime-jit'];
let scratch = '';
let runId = '';
let before: Trace[] = [];

beforeAll(async () => {
  await ensureBuilt();
  await ensureDependency(dependencyOf(workbench.dependencies, 'go'), () => undefined);
  scratch = mkdtempSync(join(tmpdir(), 'new-of-lumos-'));
}, 300_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
beforeEach(async () => {
  runId = `test${randomBytes(5).toString('hex')}`;
  before = await machineTraces();
});
afterEach(async () => {
  for (const runtime of workbench.registry.filter(({ id }) => runtimes.includes(id)))
    await runtime.cleanUpAfter(runId);
  expect(await leftBehind(before, runId)).toEqual([]);
});

async function functionIn(folder: string, name: string): Promise<FunctionDefinition> {
  const [definition] = (await workbench.catalogue([folder])).select([name]);
  if (definition === undefined) throw new Error(`no function ${name}`);
  return definition;
}

describe.each(workbench.registry.filter(({ id }) => runtimes.includes(id)))('$id', (runtime) => {
  it('runs a function in Go on its whole ladder, cold and warm', async () => {
    const definition = await functionIn(join(repositoryRoot, 'examples'), 'word-count-go');
    const bench = await TrialBench.open(workbench, runtime, definition, runId);
    try {
      for (const { label } of definition.manifest.payloads) {
        const rows = [
          ...(await bench.trial(label)),
          ...(await bench.trial(label, { start: 'warm', invocations: 2 })),
        ];
        expect(rows.map(({ outcome, reason }) => [outcome, reason])).toEqual(
          Array(3).fill(['ok', undefined]),
        );
        for (const row of rows) expect(row.computeMs).toBeGreaterThan(0);
      }
    } finally {
      await bench.prepared.dispose();
    }
  });
});

describe('lumos new function', () => {
  it.each(['rust', 'go'])('makes one in %s that runs natively and as Wasm as it is', async (language) => {
    const name = `fresh-${language}`;
    const made = await lumos(['new', 'function', name, '--language', language], { cwd: scratch });
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toContain(`--functions ${name}`);
    const definition = await functionIn(scratch, name);
    for (const runtime of workbench.registry.filter(({ id }) => ['native', 'wasmtime-aot'].includes(id))) {
      const bench = await TrialBench.open(workbench, runtime, definition, runId);
      const [row] = await bench.trial('medium');
      await bench.prepared.dispose();
      expect([row?.outcome, row?.reason]).toEqual(['ok', undefined]);
    }
  });

  it.each([
    [['function', 'Bad_Name'], 'is no name for a function'],
    [['function', 'good', '--language', 'rus'], 'Did you mean "rust"?'],
    [['runtime', 'good'], '"runtime" cannot be made'],
  ])('refuses %j with code 2', async (args, message) => {
    const { code, stderr } = await lumos(['new', ...args], { cwd: scratch });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(existsSync(join(scratch, 'good'))).toBe(false);
  });

  it('leaves a folder that is there as it is', async () => {
    expect((await lumos(['new', 'function', 'twice', '--language', 'go'], { cwd: scratch })).code).toBe(0);
    const again = await lumos(['new', 'function', 'twice'], { cwd: scratch });
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is there already')]);
    expect(existsSync(join(scratch, 'twice', 'Cargo.toml'))).toBe(false);
  });
});
