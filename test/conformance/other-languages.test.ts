/** The protocol is not Rust's alone: a function in Go on every runtime, and what `lumos new` makes in both languages. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorkbench } from '../../src/cli/workbench.js';
import { ensureDependency } from '../../src/control-plane/setup/dependency.js';
import type { FunctionDefinition } from '../../src/domain/function-manifest.js';
import { dependencyOf } from '../../src/control-plane/setup/dependencies.js';
import { ensureBuilt, lumos, repositoryRoot } from '../e2e/lumos-command.js';
import { functionIn } from './found.js';
import { Opened } from './opened.js';

const workbench = await createWorkbench();
/** One runtime for each kind of artefact that Go gives. */
const runtimes = ['native', 'docker', 'wasmtime-aot', 'wasmtime-interpreted', 'wasmtime-jit'];
let scratch = '';
let opened: Opened;

beforeAll(async () => {
  await ensureBuilt();
  await ensureDependency(dependencyOf(workbench.dependencies, 'go'), () => undefined);
  scratch = mkdtempSync(join(tmpdir(), 'new-of-lumos-'));
}, 300_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
beforeEach(async () => {
  opened = await Opened.begin(workbench);
});
afterEach(() => opened.end());

const functionOf = async (folder: string, name: string): Promise<FunctionDefinition> =>
  functionIn(await workbench.catalogue([folder]), name);

describe.each(workbench.registry.filter(({ id }) => runtimes.includes(id)))('$id', (runtime) => {
  it('runs a function in Go on its whole ladder, cold and warm', async () => {
    const definition = await functionOf(join(repositoryRoot, 'examples'), 'word-count-go');
    const bench = await opened.bench(runtime, definition);
    for (const { label } of definition.manifest.payloads) {
      const rows = [
        ...(await bench.trial(label)),
        ...(await bench.trial(label, { start: 'warm', invocations: 2 })),
      ];
      expect(rows.map(({ outcome, reason }) => [outcome, reason])).toEqual(Array(3).fill(['ok', undefined]));
      for (const row of rows) expect(row.computeMs).toBeGreaterThan(0);
    }
  });
});

describe('lumos new function', () => {
  it.each(['rust', 'go'])('makes one in %s that runs natively and as Wasm as it is', async (language) => {
    const name = `fresh-${language}`;
    const made = await lumos(['new', 'function', name, '--language', language], { cwd: scratch });
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toContain(`--functions ${name}`);
    const definition = await functionOf(scratch, name);
    for (const runtime of workbench.registry.filter(({ id }) => ['native', 'wasmtime-aot'].includes(id))) {
      const [row] = await (await opened.bench(runtime, definition)).trial('medium');
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
