/** What a run wrote. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LevelRecordSchema, type LevelRecord } from '../../src/domain/level.js';
import { MeasurementSchema, type Measurement } from '../../src/domain/measurement.js';
import { RunManifestSchema, type RunManifest } from '../../src/domain/run-manifest.js';
import { SummarySchema, type Summary } from '../../src/domain/summary/summary.js';

const json = (directory: string, name: string): unknown =>
  JSON.parse(readFileSync(join(directory, name), 'utf8'));

/** The lines written so far; one that is not finished is none. */
function lines(directory: string, name: string): unknown[] {
  const file = join(directory, name);
  const finished = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  return finished.map((line): unknown => JSON.parse(line));
}

export const manifestIn = (directory: string): RunManifest =>
  RunManifestSchema.parse(json(directory, 'manifest.json'));

export const summaryIn = (directory: string): Summary => SummarySchema.parse(json(directory, 'summary.json'));

export const levelsIn = (directory: string): LevelRecord[] =>
  lines(directory, 'levels.ndjson').map((line) => LevelRecordSchema.parse(line));

export const rowsIn = (directory: string): Measurement[] =>
  lines(directory, 'measurements.ndjson').map((line) => MeasurementSchema.parse(line));
