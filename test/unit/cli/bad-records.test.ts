import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../src/cli/program.js';
import { SummarySchema, type Summary } from '../../../src/domain/summary/summary.js';
import { fixtureRows } from '../report/fixture.js';
import { writeRun as writeWholeRun } from '../report/written-run.js';
import { collectPrinted, type Printed } from './printed.js';

let folder: string;
let printed: Printed;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bad-records-'));
  printed = collectPrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const rowsFile = (run: string): string => join(run, 'measurements.ndjson');
/** A few cells are enough, and are read quickly. */
const fixture = fixtureRows().filter((row) => row.function === 'hashing');
const lines = fixture.length;
const writeRun = (parent: string, name: string, rows = fixture): string => writeWholeRun(parent, name, rows);

/** A run with two lines more that are no rows: a sequence of 0, and what is no JSON. */
function damagedRun(rows = fixture): string {
  const run = writeRun(folder, 'damaged', rows);
  const [row] = rows;
  appendFileSync(
    rowsFile(run),
    `${JSON.stringify({ ...row, trial: 90_000, sequence: 0 })}\n{"trial": \u001b[31m\n`,
  );
  return run;
}

async function summaryOf(run: string): Promise<Summary> {
  printed.out = '';
  expect(await runCli(['report', run, '--json'])).toBe(0);
  return SummarySchema.parse(JSON.parse(printed.out));
}

const formats = ['html', 'md', 'csv', 'json', 'parquet', 'junit', 'hyperfine', 'k6', 'rows-csv', 'k6-points'];

// Generous: fitting a model on a busy machine takes its time.
const options = { timeout: 60_000 };

describe('a run with a line that cannot be read', options, () => {
  it('has the figures of the other rows, and says first what was left out', async () => {
    const clean = await summaryOf(writeRun(folder, 'clean'));
    const { cells, comparisons, validity, rows } = await summaryOf(damagedRun());
    expect({ cells, comparisons, rows }).toEqual({
      cells: clean.cells,
      comparisons: clean.comparisons,
      rows: clean.rows,
    });
    const [finding] = validity?.filter(({ id }) => id === 'unreadable-records') ?? [];
    expect(finding?.text).toContain(`2 of the ${lines + 2} lines of measurements.ndjson are no row`);
    expect(finding?.text).toContain(`measurements.ndjson:${lines + 1}: sequence: `);
  });

  it.each(formats)(
    'is reported as %s, names file, line and reason, and is refused with --strict',
    async (format) => {
      const run = damagedRun();
      const command = ['report', run, '--format', format, '--out', join(folder, 'report')];
      expect(await runCli(command)).toBe(0);
      expect(printed.err).toContain(`${rowsFile(run)}:${lines + 1}: sequence: `);
      expect(printed.err).toContain(`${rowsFile(run)}:${lines + 2}: not JSON (`);
      expect(printed.err).not.toContain('\u001b[31m\n');
      expect(await runCli([...command, '--strict'])).toBe(2);
    },
  );

  it.each([
    ['compare', ['compare', 'clean', 'damaged']],
    ['model fit', ['model', 'fit', 'damaged', '--out', 'model.json']],
    ['model validate', ['model', 'validate', 'damaged']],
  ])('is read by %s, and refused with --strict', async (_, words) => {
    // A model takes more cells than a report.
    writeRun(folder, 'clean', fixtureRows());
    damagedRun(fixtureRows());
    const command = words.map((word) =>
      /^(clean|damaged|.*\.json)$/.test(word) ? join(folder, word) : word,
    );
    expect(await runCli(command)).toBe(0);
    expect(printed.err).toContain(`:${fixtureRows().length + 1}: sequence: `);
    printed.err = '';
    expect(await runCli([...command, '--strict'])).toBe(2);
    expect(printed.err).toContain('leave out --strict');
  });

  it('names the first five such lines and counts the others', async () => {
    const run = writeRun(folder, 'many');
    appendFileSync(rowsFile(run), 'x\n'.repeat(40));
    const { validity } = await summaryOf(run);
    expect(printed.err.match(/left out: .*not JSON/g)).toHaveLength(5);
    expect(printed.err).toContain(`left out: 35 further unreadable rows of ${rowsFile(run)}`);
    expect(validity?.find(({ id }) => id === 'unreadable-records')?.text).toContain('and 37 more');
  });

  it('is found serious where a twentieth of the lines is lost', async () => {
    const run = writeRun(folder, 'lost');
    appendFileSync(rowsFile(run), 'x\n'.repeat(lines));
    expect((await summaryOf(run)).validity?.[0]).toMatchObject({
      id: 'unreadable-records',
      severity: 'serious',
    });
  });
});

describe('a run with every row written twice', options, () => {
  const twice = (rows = fixture): string => {
    const run = writeRun(folder, 'twice', rows);
    writeFileSync(rowsFile(run), readFileSync(rowsFile(run), 'utf8').repeat(2));
    return run;
  };

  it('has each row once, and a finding with the count', async () => {
    const clean = await summaryOf(writeRun(folder, 'clean'));
    const { cells, rows, validity } = await summaryOf(twice());
    expect({ cells, rows }).toEqual({ cells: clean.cells, rows: clean.rows });
    expect(validity?.find(({ id }) => id === 'repeated-records')?.text).toContain(
      `${lines} of the ${2 * lines} rows of measurements.ndjson repeat the name of another one`,
    );
  });

  it('is exported with each row once, and refused with --strict', async () => {
    expect(await runCli(['report', twice(), '--format', 'rows-csv'])).toBe(0);
    expect(printed.out.trimEnd().split('\r\n')).toHaveLength(lines + 1);
    expect(await runCli(['report', join(folder, 'twice'), '--json', '--strict'])).toBe(2);
  });

  it('makes one model as large as that of the rows once', async () => {
    const fitted = async (run: string): Promise<unknown> => {
      const out = join(folder, 'model.json');
      expect(await runCli(['model', 'fit', run, '--out', out])).toBe(0);
      const { cells } = JSON.parse(readFileSync(out, 'utf8')) as { cells: { n: number }[] };
      return cells.map(({ n }) => n);
    };
    expect(await fitted(twice(fixtureRows()))).toEqual(
      await fitted(writeRun(folder, 'clean', fixtureRows())),
    );
  });
});

describe('an import', () => {
  const imported = async (csv: string): Promise<Summary> => {
    const file = join(folder, 'rows.csv');
    writeFileSync(file, csv);
    expect(await runCli(['import', 'csv', file, '--out', join(folder, 'run')])).toBe(0);
    return await summaryOf(join(folder, 'run'));
  };
  const cell = 'echo,docker,container';

  it('with one trial and invocation twice counts it once, with a finding', async () => {
    const { cells, validity } = await imported(
      `function,runtime,class,trial,invocation,latencyMs\n${cell},0,0,5\n${cell},0,1,6\n${cell},0,1,60\n`,
    );
    expect(cells[0]).toMatchObject({ n: 2, latencyMs: { max: 6 } });
    expect(validity?.find(({ id }) => id === 'repeated-records')?.text).toContain(
      'measurements.ndjson:3: an earlier row has trial 0 and invocation 1 too',
    );
  });

  it('keeps equal trials of different cells apart', async () => {
    const { cells } = await imported(
      'function,runtime,class,trial,invocation,latencyMs\necho,docker,container,0,0,5\necho,wazero-aot,wasm-aot,0,0,6\n',
    );
    expect(cells.map(({ n }) => n)).toEqual([1, 1]);
  });

  it('without numbers keeps values that are equal', async () => {
    const { cells, validity } = await imported(
      `function,runtime,class,latencyMs\n${`${cell},5\n`.repeat(8)}`,
    );
    expect(cells[0]?.n).toBe(8);
    expect(validity?.some(({ id }) => id === 'repeated-records')).toBe(false);
  });

  it('with trials and no invocations keeps the several rows of a trial', async () => {
    const { cells } = await imported(`function,runtime,class,trial,latencyMs\n${`${cell},3,5\n`.repeat(8)}`);
    expect(cells[0]).toMatchObject({ n: 8, sandboxes: 1 });
  });
});
