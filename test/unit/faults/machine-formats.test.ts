/** Values at the edge of what a row may hold, in the formats for other programs: they come back as they were. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../src/cli/program.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import { bytes, milliseconds } from '../../../src/domain/units.js';
import { latencyAxis } from '../../../src/report/html/axis.js';
import { collectPrinted, type Printed } from '../cli/printed.js';
import { fixtureRows } from '../report/fixture.js';
import { writeRun } from '../report/written-run.js';

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let printed: Printed;
const wasTerminal = process.stdout.isTTY;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-formats-'));
  printed = collectPrinted();
});
afterEach(() => {
  process.stdout.isTTY = wasTerminal;
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const [first] = fixtureRows();
if (first === undefined) throw new Error('the fixture has rows');

const rowsOf = (run: string): Measurement[] =>
  readFileSync(join(run, 'measurements.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Measurement);

/** Elsewhere trials have any numbers, and functions any names. */
const imported = {
  ...{ format: 'csv', source: 'rows.csv', importedAt: '2026-01-01T00:00:00.000Z' },
  ...{ nodes: [], findings: [] },
};

describe('Parquet', () => {
  it('holds every whole number that a row may hold, and gives it back', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const counts = { trial: most, sandbox: most, invocation: 2 ** 31, round: 2 ** 32, instance: most };
    const more = { concurrency: 2 ** 31, sequence: most, storageRoundTrips: most, serviceRequests: most };
    const row: Measurement = { ...first, ...counts, ...more, payloadBytes: bytes(most) };
    const file = join(folder, 'rows.parquet');
    expect(
      await runCli([
        'report',
        writeRun(folder, 'run', [row], { imported }),
        '--format',
        'parquet',
        '--out',
        file,
      ]),
    ).toBe(0);
    expect(await runCli(['import', 'parquet', file, '--out', join(folder, 'back')])).toBe(0);
    expect(rowsOf(join(folder, 'back'))).toEqual([row]);
  });
});

// DEL, C1, an override of writing direction and a line separator: JSON itself escapes none of them.
const name = 'a\u007f\u009b31m\u202eb\u2028';
const control = /[^\P{Cc}\n\r]|[\u2028-\u202e\u2066-\u2069]/u;

describe('control characters', () => {
  it('are escapes in JSON, for a pipe too, and the value stays the same', async () => {
    const run = writeRun(folder, 'run', [{ ...first, function: name }], { imported });
    await runCli(['report', run, '--format', 'k6-points']);
    expect(printed.out).not.toMatch(control);
    const point = JSON.parse(printed.out.trim().split('\n').at(-1) ?? '') as unknown;
    expect(point).toMatchObject({ data: { tags: { function: name } } });
  });

  it('stay as they are in CSV for a file or a pipe', async () => {
    const run = writeRun(folder, 'run', [{ ...first, function: name }], { imported });
    process.stdout.isTTY = false;
    await runCli(['report', run, '--format', 'rows-csv']);
    expect(printed.out).toContain(name);
    await runCli(['report', run, '--format', 'rows-csv', '--out', join(folder, 'rows.csv')]);
    expect(readFileSync(join(folder, 'rows.csv'), 'utf8')).toContain(name);
  });

  it('are escaped in CSV for a terminal', async () => {
    const run = writeRun(folder, 'run', [{ ...first, function: name }], { imported });
    process.stdout.isTTY = true;
    await runCli(['report', run, '--format', 'rows-csv']);
    expect(printed.out).toContain(String.raw`a\u007f\u009b31m\u202eb\u2028`);
    expect(printed.out).not.toMatch(control);
  });
});

describe('an axis', () => {
  it('ends where figures lie further apart than a ratio of numbers can say', () => {
    const { domain, ticks } = latencyAxis([5e-324, 1e308].map(milliseconds));
    expect(domain.every((end) => Number.isFinite(end) && end > 0)).toBe(true);
    expect(ticks.length).toBeLessThan(100);
  });
});
