/** A run directory: the names of its files, and reading and writing those that are written whole. */
import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { hasCode, invalidInput, LumosError, messageOf } from '../domain/errors.js';
import { RunManifestSchema, type RunManifest } from '../domain/run-manifest.js';
import { explaining } from '../files/explain.js';
import { realFiles, type FileCalls } from '../files/file-calls.js';
import { removeStaleTemporaries } from '../files/temporary-file.js';
import { writing } from '../files/write-failure.js';
import { mostOfDataBytes, readText } from '../files/input.js';
import { writeWhole } from '../files/write-whole.js';
import { fittedTo, issueText } from './fitting.js';
import { SummarySchema, type Summary } from '../domain/summary/summary.js';

export class RunDirectory {
  constructor(
    readonly path: string,
    /** What its files are written with. */
    readonly calls: FileCalls = realFiles,
  ) {}

  get manifestPath(): string {
    return join(this.path, 'manifest.json');
  }
  get measurementsPath(): string {
    return join(this.path, 'measurements.ndjson');
  }
  get levelsPath(): string {
    return join(this.path, 'levels.ndjson');
  }
  get latencySumsPath(): string {
    return join(this.path, 'latency-sums.ndjson');
  }
  get summaryPath(): string {
    return join(this.path, 'summary.json');
  }
  get reportPath(): string {
    return join(this.path, 'report.html');
  }
  get logsPath(): string {
    return join(this.path, 'logs');
  }

  /** Records that a resume took out, as they were. */
  get removedPath(): string {
    return join(this.logsPath, 'removed.ndjson');
  }

  /** Makes the directory. @throws LumosError when something is in it already, or when it cannot be made. */
  create(): void {
    writing(this.path, () => {
      if (!this.isFree()) {
        throw invalidInput(
          `${this.path} is not empty`,
          `Name another directory with --out, or take the run in it up again with --resume ${this.path}.`,
        );
      }
      this.calls.makeFolder(this.logsPath);
    });
  }

  /** Removes what processes left behind that were killed while they wrote. For whoever holds the lock. */
  removeStaleTemporaries(): void {
    removeStaleTemporaries(this.path, this.calls);
  }

  /** Whether it is not there, or has nothing in it but the log of a run that could not begin. */
  private isFree(): boolean {
    if (lstatSync(this.path, { throwIfNoEntry: false }) === undefined) return true;
    const found = statSync(this.path, { throwIfNoEntry: false });
    if (found === undefined)
      throw invalidInput(`${this.path} is a symbolic link that leads nowhere`, 'Name another directory.');
    if (!found.isDirectory()) throw invalidInput(`${this.path} is not a folder`, 'Name another directory.');
    return readdirSync(this.path).every((name) => name === 'logs' && this.isLogOfNoRun());
  }

  private isLogOfNoRun(): boolean {
    const logs = statSync(this.logsPath);
    return logs.isDirectory() && readdirSync(this.logsPath).every((name) => name === 'run.ndjson');
  }

  readManifest(): RunManifest {
    return this.read(this.manifestPath, RunManifestSchema);
  }

  readSummary(): Summary {
    return this.read(this.summaryPath, SummarySchema);
  }

  writeManifest(manifest: RunManifest): void {
    const { record } = fittedTo(RunManifestSchema, manifest, this.manifestPath);
    writeWhole(this.manifestPath, toJson(record), this.calls);
  }

  writeSummary(summary: Summary): void {
    const { record } = fittedTo(SummarySchema, summary, this.summaryPath);
    writeWhole(this.summaryPath, toJson(record), this.calls);
  }

  /** The report that stands beside the rows. */
  writeReport(html: string): void {
    writeWhole(this.reportPath, html, this.calls);
  }

  private read<T>(path: string, schema: z.ZodType<T>): T {
    let text: string;
    try {
      text = readText(path, { maximumBytes: mostOfDataBytes });
    } catch (error) {
      if (error instanceof LumosError && hasCode(error.cause, 'ENOENT', 'ENOTDIR')) {
        throw invalidInput(
          `${this.path} is no run directory: ${path} is not there`,
          'Name a directory that lumos run made.',
        );
      }
      throw error;
    }
    const parsed = explaining(path, () => schema.safeParse(parseJson(text, path)));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw invalidInput(`${path}: ${issueText(issue, 'does not fit its schema')}`, notOfLumos);
  }
}

const notOfLumos =
  'It was damaged, or made by another version of Lumos: restore it from a copy, or measure again.';

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidInput(`${path}: not JSON (${messageOf(error)})`, notOfLumos);
  }
}

export const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
