/** A run directory's rows, reduced: the one way from what was measured to what is shown. */
import type { LevelRecord } from '../domain/level.js';
import type { Measurement } from '../domain/measurement.js';
import type { RunManifest } from '../domain/run-manifest.js';
import type { LevelSummary } from '../domain/summary/load-summary.js';
import type { Summary } from '../domain/summary/summary.js';
import { RecordProblems } from '../records/record-problems.js';
import { readLatencySums } from '../records/latency-sum-store.js';
import { readRun } from '../records/read-run.js';
import type { RunDirectory } from '../records/run-directory.js';
import { claimsOf } from '../report/claims/claims-of-run.js';
import { artifactOfCell } from '../domain/artifact-of-cell.js';
import { leagueOf } from '../report/league/league-of-run.js';
import { latencySumsOf } from '../report/latency-sums/sums-of-run.js';
import { kneesOf } from '../report/levels/knees-of-run.js';
import { LoadCells } from '../report/levels/load-cells.js';
import { levelsOf } from '../report/levels/levels-of-run.js';
import { tracesOf } from '../report/traces/traces-of-run.js';
import { objectivesOf } from '../report/objectives/objectives-of-run.js';
import { payloadSizeOf } from '../report/payload-size/payload-size-of-run.js';
import { RunAccumulator } from '../report/summarize/accumulate.js';
import { summarize } from '../report/summarize/summarize.js';
import { collectSamples, type CellSamples } from '../report/samples.js';
import { RunFacts } from '../report/validity/run-facts.js';
import { validityOf } from '../report/validity/validity-of-run.js';
import { tellProblems } from './record-problems.js';

/** The most points of one cell that the report draws one by one. */
const pointsPerCell = 2000;

export interface Analysis {
  readonly manifest: RunManifest;
  readonly summary: Summary;
  readonly accumulated: RunAccumulator;
  /** Its levels, of a load. */
  readonly load: LoadCells;
}

export interface ReadingOptions {
  /** Refuse the run for a record that cannot be read, that is there twice, or that its plan does not have. */
  readonly strict?: boolean;
  /** Tell problems in the summary only: the directory has another name later. */
  readonly quiet?: boolean;
}

/**
 * Records that cannot be read, that are there twice or that the plan does not have are told on standard error and left out.
 * @throws LumosError `invalid-input` for the first of them where reading is strict
 */
export async function analyse(directory: RunDirectory, options: ReadingOptions = {}): Promise<Analysis> {
  const problems = new RecordProblems(options);
  const { manifest, levels: records, rows: read } = await readRun(directory, problems);
  const levels = levelsOf(records);
  const load = new LoadCells(records, levels);
  const accumulated = new RunAccumulator();
  const facts = new RunFacts();
  let rows = 0;
  for await (const row of read) {
    rows += 1;
    facts.add(row);
    // What a level that is not valid measured is in no figure.
    if (!load.isInvalid(row)) accumulated.add(row);
  }
  const { analyses } = manifest.experiment;
  const base = { ...summarize(accumulated, { ...contextOf(manifest), load }), rows };
  const sums = await readLatencySums(directory.latencySumsPath, problems);
  const { cells } = base;
  const figures: Summary = {
    ...base,
    ...(records.length === 0 ? {} : figuresOfLoad(records, levels, manifest.seed)),
    ...(analyses.includes('league') ? { league: leagueOf(cells, manifest) } : {}),
    ...(analyses.includes('claims') ? { claims: claimsOf(accumulated, manifest) } : {}),
    ...(analyses.includes('payload-size') ? { payloadSize: payloadSizeOf(accumulated, manifest) } : {}),
    ...(manifest.experiment.slo.length === 0
      ? {}
      : { objectives: objectivesOf(accumulated, cells, manifest, load) }),
    ...(manifest.imported === undefined ? {} : { imported: manifest.imported.format }),
    ...(sums.length === 0 ? {} : { latencySums: latencySumsOf(sums) }),
  };
  if (options.quiet !== true) tellProblems(problems);
  const validity = validityOf({
    facts,
    manifest,
    summary: figures,
    levels: records,
    problems: problems.all(),
  });
  return { manifest, accumulated, load, summary: { ...figures, validity } };
}

/** A load's failures are those of its levels: the rows are an even sample of all its requests. */
function figuresOfLoad(
  records: readonly LevelRecord[],
  levels: LevelSummary[],
  seed: number,
): Partial<Summary> {
  const failed = levels.flatMap(({ errors }) => Object.values(errors));
  const traces = tracesOf(records);
  return {
    levels,
    knees: kneesOf(records, seed),
    ...(traces.length === 0 ? {} : { traces }),
    failures: failed.reduce((sum, count) => sum + count, 0),
  };
}

/** The points that the report draws; of a load they are a sample of its requests, and none of a level that is not valid. */
export async function samplesOf(directory: RunDirectory, load: LoadCells): Promise<CellSamples[]> {
  const { rows } = await readRun(directory);
  const samples = await collectSamples(validRows(rows, load), pointsPerCell);
  return samples.map((one) => {
    const level = load.get(one.cell)?.level;
    return level === undefined ? one : { ...one, seen: Math.max(one.seen, level.succeeded) };
  });
}

/** The rows without those of levels that are not valid. @param onLeftOut called for each of these */
export async function* validRows(
  rows: AsyncIterable<Measurement> | Iterable<Measurement>,
  load: Pick<LoadCells, 'isInvalid'>,
  onLeftOut: () => void = () => undefined,
): AsyncGenerator<Measurement> {
  for await (const row of rows) {
    if (load.isInvalid(row)) onLeftOut();
    else yield row;
  }
}

function contextOf(manifest: RunManifest): Parameters<typeof summarize>[1] {
  const { experiment } = manifest;
  return {
    runId: manifest.runId,
    experiment: experiment.name,
    margin: experiment.margin,
    seed: manifest.seed,
    baseline: experiment.baseline,
    plannedCells: manifest.cells,
    imageBytes: (cell) => artifactOfCell(manifest, cell)?.imageCompressedBytes,
    payloadBytes: (name, payload) =>
      manifest.cells.find((cell) => cell.function === name && cell.payload === payload)?.payloadBytes,
  };
}
