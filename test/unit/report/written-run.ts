/** The run that never was as a run directory on disk, for tests of what reads one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measurement } from '../../../src/domain/measurement.js';
import type { RunManifest } from '../../../src/domain/run-manifest.js';
import { encodeRow } from '../../../src/records/row-codec.js';
import { fixtureManifest, fixtureRows } from './fixture.js';

/** Makes the directory `name` in `parent`. The name is the run id too, so that several runs can be told apart. */
export function writeRun(
  parent: string,
  name: string,
  rows: readonly Measurement[] = fixtureRows(),
  changes: Partial<RunManifest> = {},
): string {
  const path = join(parent, name);
  mkdirSync(path);
  const manifest = { ...fixtureManifest(), runId: name, ...changes };
  writeFileSync(join(path, 'manifest.json'), JSON.stringify(manifest));
  writeFileSync(join(path, 'measurements.ndjson'), rows.map((row) => `${encodeRow(row)}\n`).join(''));
  return path;
}
