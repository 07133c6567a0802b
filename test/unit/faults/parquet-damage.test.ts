/**
 * A Parquet file of Lumos with single bytes changed is read or refused. hyparquet believes what such a file says of itself: it
 * would loop without end, or take memory without limit.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../src/cli/program.js';
import { LumosError } from '../../../src/domain/errors.js';
import { importParquet } from '../../../src/import/rows/import-parquet.js';
import { seededRandom } from '../../../src/stats/random.js';
import { collectPrinted } from '../cli/printed.js';
import { fixtureRows } from '../report/fixture.js';
import { writeRun } from '../report/written-run.js';

let folder: string;
let bytes: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-parquet-'));
  collectPrinted();
  const rows = fixtureRows()
    .filter(({ trial }) => trial < 3)
    .map((row) => ({ ...row, language: row.trial === 1 ? ('go' as const) : ('rust' as const) }));
  const file = join(folder, 'rows.parquet');
  await runCli(['report', writeRun(folder, 'run', rows), '--format', 'parquet', '--out', file]);
  bytes = readFileSync(file);
}, 120_000);
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** What the import of `content` ended with, if it did not end well. */
async function faultOf(content: Buffer): Promise<unknown> {
  const file = join(folder, 'damaged.parquet');
  writeFileSync(file, content);
  try {
    for await (const row of importParquet(file, { skipBadRows: true }).rows)
      expect(row.schema).toBe('lumos/measurement@1');
    return undefined;
  } catch (error) {
    return error instanceof LumosError ? undefined : error;
  }
}

const changes: Readonly<Record<string, (byte: number) => number>> = {
  inverted: (byte) => byte ^ 0xff,
  'with another highest bit': (byte) => byte ^ 0x80,
  'with another lowest bit': (byte) => byte ^ 1,
  'set to the largest positive one': () => 0x7f,
  'set to 0': () => 0,
};

describe('a Parquet file in which one byte is changed is read or refused', () => {
  it.each(Object.keys(changes))(
    'a byte %s',
    async (name) => {
      const random = seededRandom(1, name);
      const change = changes[name] ?? ((byte) => byte);
      for (let left = 400; left > 0; left--) {
        const copy = Buffer.from(bytes);
        const at = random.below(copy.length);
        copy.writeUInt8(change(copy.readUInt8(at)), at);
        expect([at, await faultOf(copy)]).toEqual([at, undefined]);
      }
    },
    120_000,
  );
});
