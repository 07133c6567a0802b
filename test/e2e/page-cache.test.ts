/** The page cache's states as a user declares them, on the real machine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt, lumos } from './lumos-command.js';
import { manifestIn, rowsIn } from './run-directory.js';

let scratch = '';

beforeAll(async () => {
  await ensureBuilt();
  scratch = await mkdtemp(join(tmpdir(), 'page-cache-of-lumos-'));
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

async function runWith(pageCache: string): Promise<{ code: number | null; out: string; stderr: string }> {
  const file = join(scratch, `${pageCache}.yaml`);
  const out = join(scratch, `out-${pageCache}`);
  const experiment = {
    name: 'page-cache',
    functions: ['hello-world'],
    runtimes: ['native', 'wasmtime-aot'],
    starts: ['cold'],
    repetitions: { cold: 3 },
    pageCache,
  };
  await writeFile(file, JSON.stringify(experiment));
  const { code, stderr } = await lumos(['run', file, '--out', out], { cwd: scratch });
  return { code, out, stderr };
}

describe('the page cache before a cold start', () => {
  it.each(['warm', 'as-is', 'dropped'])(
    '"%s" is recorded, and every cold start is measured',
    async (pageCache) => {
      const { code, out, stderr } = await runWith(pageCache);
      if (pageCache === 'dropped' && process.getuid?.() !== 0) {
        expect([code, stderr]).toEqual([3, expect.stringContaining('pageCache: warm')]);
        return;
      }
      expect(code).toBe(0);
      const manifest = manifestIn(out);
      expect(manifest.experiment.pageCache).toBe(pageCache);
      expect(rowsIn(out).map(({ outcome }) => outcome)).toEqual(Array.from({ length: 6 }, () => 'ok'));
    },
  );
});
