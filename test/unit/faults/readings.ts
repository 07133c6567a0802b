/** How each of the formats that Lumos reads is read: a mutated file, and the commands or readers that take it. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { runCli } from '../../../src/cli/program.js';
import { environmentsFolder, experimentsFolder } from '../../../src/cli/package-root.js';
import { loadEnvironment } from '../../../src/experiment/environment-file.js';
import { loadExperiment } from '../../../src/experiment/experiment-file.js';
import { RunDirectory } from '../../../src/records/run-directory.js';
import { renderCsv } from '../../../src/report/csv.js';
import { renderJunit } from '../../../src/report/junit/render-junit.js';
import { renderMarkdown } from '../../../src/report/markdown.js';
import { renderTerminalTable } from '../../../src/report/terminal-table.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import type { Random } from '../../../src/stats/random.js';
import { fixtureManifest, fixtureRows } from '../report/fixture.js';
import { levelRecord } from '../report/levels/level-fixture.js';
import { writeRun } from '../report/written-run.js';
import { writeSumTree, writeThroughput } from '../import/wasmrun-tree.js';
import { evilString, mutateJson, mutateText, mutateTree, mutateYaml, pick, toJson } from './mutations.js';

/** Reads one mutated file. Ends, or throws what it was refused with. */
export type Reading = (random: Random, folder: string) => Promise<void>;

/** Valid files, made once. */
export interface Seeds {
  readonly run: string;
  readonly model: string;
  /** Artefacts: one of times, one of throughput. */
  readonly trees: readonly string[];
  /** The text of the file in each format that reports are exported to. */
  readonly exported: Readonly<Record<'hyperfine' | 'k6-points' | 'rows-csv' | 'parquet' | 'json', Buffer>>;
}

/** A run of few rows: every case reads it whole. */
function writeSmallRun(folder: string): string {
  const isKept = ({ function: name }: Pick<Measurement, 'function'>): boolean =>
    ['hashing', 'json-transform'].includes(name);
  const rows = fixtureRows().filter((row) => isKept(row) && row.trial < 6);
  const { cells, artifacts } = fixtureManifest();
  return writeRun(folder, 'run', rows, {
    cells: cells.filter(isKept),
    artifacts: artifacts.filter(isKept),
  });
}

export async function makeSeeds(folder: string): Promise<Seeds> {
  const run = writeSmallRun(folder);
  const model = join(folder, 'model.json');
  await runCli(['model', 'fit', run, '--out', model]);
  const trees = [join(folder, 'times'), join(folder, 'throughput')] as const;
  writeSumTree(trees[0]);
  writeThroughput(trees[1]);
  const exportOf = async (format: string): Promise<Buffer> => {
    const file = join(folder, `exported.${format}`);
    await runCli(['report', run, '--format', format, '--out', file]);
    return readFileSync(file);
  };
  const exported = {
    hyperfine: await exportOf('hyperfine'),
    'k6-points': await exportOf('k6-points'),
    'rows-csv': await exportOf('rows-csv'),
    parquet: await exportOf('parquet'),
    json: await exportOf('json'),
  };
  return { run, model, trees, exported };
}

const yamlFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'));

const workload =
  'function: hashing\npayload: 4KiB\narrivals: { ratePerSecond: 5 }\nkeepAliveSeconds: 60\nobjectives: ["p95 < 50ms"]\n';
const manifest =
  'schema: lumos/function@1\nname: evil\nclass: compute\ndescription: A test.\nlanguages:\n  rust:\n    package: evil\nstorage: [inline]\noracle: oracle.js\npayloads:\n  - { label: small, bytes: 64 }\n';
const oracle = 'export const input = () => new Uint8Array(1);\nexport const output = (input) => input;\n';

const traces: readonly string[] = [
  `seconds,function,durationMs,memoryMiB\n${lines(40, (i) => `${i * 0.7},f${i % 3},${i + 1},64`)}`,
  `seconds\n${lines(40, (i) => String(i * i))}`,
  `app,func,end_timestamp,duration\n${lines(40, (i) => `a${i % 2},f${i % 3},${100 + i}.5,0.25`)}`,
  `HashOwner,HashApp,HashFunction,Trigger,${Array.from({ length: 1440 }, (_, i) => i + 1).join(',')}\n${lines(3, (i) => `o,a,f${i},http,${Array.from({ length: 1440 }, (_, minute) => (minute % 97 === i ? 2 : 0)).join(',')}`)}`,
];

function lines(count: number, of: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => `${of(i)}\n`).join('');
}

function yamlReading(
  seeds: readonly string[],
  name: string,
  read: (file: string) => Promise<unknown>,
): Reading {
  return async (random, folder) => {
    const text = pick(random, seeds);
    const file = join(folder, name);
    writeFileSync(file, mutateYaml(random, text, parse(text)));
    await read(file);
  };
}

const reportFormats = ['md', 'csv', 'json', 'junit', 'hyperfine', 'k6', 'rows-csv', 'k6-points'];

/** One way to read a run, chosen by chance: a report in one of the formats, the comparison with the valid run, or a model. */
async function report(random: Random, run: string, seeds: Seeds, folder: string): Promise<void> {
  const which = random.below(reportFormats.length + 4);
  const format = reportFormats[which];
  if (format !== undefined) await runCli(['report', run, '--format', format]);
  else if (which === reportFormats.length)
    await runCli(['report', run, '--format', 'html', '--out', join(folder, 'report.html')]);
  else if (which === reportFormats.length + 1)
    await runCli(['report', run, '--format', 'parquet', '--out', join(folder, 'rows.parquet')]);
  else if (which === reportFormats.length + 2) await runCli(['compare', seeds.run, run]);
  else await runCli(['model', 'fit', run, '--out', join(folder, 'fit.json')]);
}

/** A copy of the valid run in which `change` writes something else. */
function runReading(seeds: Seeds, change: (random: Random, run: string) => void): Reading {
  return async (random, folder) => {
    const run = join(folder, 'run');
    cpSync(seeds.run, run, { recursive: true });
    change(random, run);
    await report(random, run, seeds, folder);
  };
}

function importReading(
  format: string,
  name: string,
  content: (random: Random) => string | Buffer,
  seeds: Seeds,
): Reading {
  return async (random, folder) => {
    writeFileSync(join(folder, name), content(random));
    await imported(format, join(folder, name), { random, folder, seeds });
  };
}

async function imported(
  format: string,
  path: string,
  { random, folder, seeds }: { random: Random; folder: string; seeds: Seeds },
): Promise<void> {
  const out = join(folder, 'imported');
  if ((await runCli(['import', format, path, '--out', out])) !== 0) return;
  if (random.below(3) === 0) await report(random, out, seeds, folder);
}

function mutateLines(random: Random, text: string): string | Buffer {
  if (random.below(3) === 0) return mutateText(random, text);
  const all = text.trim().split('\n');
  for (let left = 1 + random.below(4); left > 0; left--) {
    const at = random.below(all.length);
    const line = all[at] ?? '';
    all[at] = isJson(line) ? toJson(mutateTree(random, JSON.parse(line))) : line;
  }
  return `${all.join('\n')}\n`;
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function mutateCsv(random: Random, text: string): string | Buffer {
  if (random.below(2) === 0) return mutateText(random, text);
  const rows = text
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  for (let left = 4; left > 0; left--) {
    const row = pick(random, rows);
    row[random.below(row.length)] = evilString(random);
  }
  return `${rows.map((row) => row.join(',')).join('\n')}\n`;
}

function mutateParquet(random: Random, bytes: Buffer): Buffer {
  let changed = Buffer.from(bytes);
  for (let left = 1 + random.below(6); left > 0; left--) {
    const at = random.below(changed.length + 1);
    switch (random.below(4)) {
      case 0:
        changed = changed.subarray(0, at);
        break;
      case 1:
        if (at < changed.length) changed[at] = random.below(256);
        break;
      case 2:
        if (changed.length > 20)
          changed.writeUInt32LE(pick(random, [0, 1, 0xffffffff, 0x7fffffff, 100_000]), changed.length - 8);
        break;
      default:
        changed = Buffer.concat([
          changed.subarray(0, at),
          Buffer.from(evilString(random).slice(0, 100)),
          changed.subarray(at),
        ]);
    }
  }
  return changed;
}

/** A file of the artefact gone, a folder, a link to itself, empty, or mutated. */
function damageTree(random: Random, tree: string): void {
  const files = readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const file = pick(random, files);
  const content = readFileSync(file);
  rmSync(file);
  const how = random.below(6);
  if (how === 1) mkdirSync(file);
  if (how === 2) symlinkSync(file, file);
  if (how === 3) writeFileSync(file, '');
  if (how > 3) writeFileSync(file, mutateText(random, content));
}

function readSummary(seeds: Seeds): Reading {
  return (random, folder) => {
    const run = join(folder, 'run');
    cpSync(seeds.run, run, { recursive: true });
    writeFileSync(join(run, 'summary.json'), mutateJson(random, seeds.exported.json.toString()));
    const directory = new RunDirectory(run);
    const summary = directory.readSummary();
    renderMarkdown(summary);
    renderCsv(summary);
    renderTerminalTable(summary, { width: 100 });
    renderJunit({ manifest: directory.readManifest(), summary });
    return Promise.resolve();
  };
}

function readTraces(random: Random, folder: string): Promise<void> {
  const file = join(folder, 'trace.csv');
  writeFileSync(file, mutateText(random, pick(random, traces)));
  return (async () => {
    if ((await runCli(['trace', 'info', file])) !== 0)
      await runCli(['trace', 'info', file, '--skip-bad-rows']);
    else await runCli(['trace', 'sample', file, '--functions', '2', '--out', join(folder, 'sample.csv')]);
  })();
}

const asPromise =
  <T>(read: (file: string) => T) =>
  (file: string): Promise<T> =>
    new Promise((resolve) => {
      resolve(read(file));
    });

const changeFile =
  (name: string, mutate: (random: Random, text: string) => string | Buffer) =>
  (random: Random, run: string): void => {
    const file = join(run, name);
    writeFileSync(file, mutate(random, readFileSync(file, 'utf8')));
  };

/** The sixteen formats. */
export function readingsOf(seeds: Seeds): Readonly<Record<string, Reading>> {
  const { exported, model } = seeds;
  const predict = ['model', 'predict', '--function', 'hashing', '--payload', '4KiB', '--runtime', 'docker'];
  return {
    experiment: yamlReading(
      yamlFiles(experimentsFolder),
      'e.yaml',
      asPromise((file) => loadExperiment(file, experimentsFolder)),
    ),
    environment: yamlReading(
      yamlFiles(environmentsFolder),
      'env.yaml',
      asPromise((file) => loadEnvironment(file, environmentsFolder)),
    ),
    function: async (random, folder) => {
      mkdirSync(join(folder, 'functions', 'evil'), { recursive: true });
      writeFileSync(join(folder, 'functions', 'evil', 'oracle.js'), oracle);
      writeFileSync(
        join(folder, 'functions', 'evil', 'function.yaml'),
        mutateYaml(random, manifest, parse(manifest)),
      );
      await runCli(['list', 'functions', '--functions-path', join(folder, 'functions')]);
    },
    workload: yamlReading([workload], 'w.yaml', (file) =>
      runCli(['model', 'recommend', file, '--model', model]),
    ),
    prices: yamlReading(yamlFiles('prices'), 'p.yaml', (file) =>
      runCli([...predict, '--model', model, '--prices', file]),
    ),
    trace: readTraces,
    rows: runReading(seeds, changeFile('measurements.ndjson', mutateLines)),
    manifest: runReading(seeds, changeFile('manifest.json', mutateJson)),
    levels: runReading(seeds, (random, run) => {
      const text = lines(3, (index) => JSON.stringify(levelRecord({ index })));
      writeFileSync(join(run, 'levels.ndjson'), mutateLines(random, text));
    }),
    summary: readSummary(seeds),
    model: async (random, folder) => {
      const file = join(folder, 'model.json');
      writeFileSync(file, mutateJson(random, readFileSync(model, 'utf8')));
      if ((await runCli(['model', 'show', file])) === 2) return;
      await runCli([...predict, '--model', file]);
    },
    hyperfine: importReading(
      'hyperfine',
      'h.json',
      (random) => mutateJson(random, exported.hyperfine.toString()),
      seeds,
    ),
    k6: importReading(
      'k6',
      'k.json',
      (random) => mutateLines(random, exported['k6-points'].toString()),
      seeds,
    ),
    csv: importReading('csv', 'r.csv', (random) => mutateCsv(random, exported['rows-csv'].toString()), seeds),
    parquet: importReading(
      'parquet',
      'r.parquet',
      (random) => mutateParquet(random, exported.parquet),
      seeds,
    ),
    wasmrun: async (random, folder) => {
      const tree = join(folder, 'tree');
      cpSync(pick(random, seeds.trees), tree, { recursive: true });
      for (let left = 1 + random.below(3); left > 0; left--) damageTree(random, tree);
      await imported('wasmrun', tree, { random, folder, seeds });
    },
  };
}
