/** A run directory: the names of its files, and reading and writing those that are written whole. */
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { hasCode, invalidInput, messageOf } from '../domain/errors.js';
import { RunManifestSchema, type RunManifest } from '../domain/run-manifest.js';
import { writeWhole } from '../files/write-whole.js';
import { fittedTo } from './fitting.js';
import { SummarySchema, type Summary } from '../domain/summary/summary.js';

export class RunDirectory {
  constructor(readonly path: string) {}

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

  /** Makes the directory. @throws LumosError when something is in it already. */
  create(): void {
    if (existsSync(this.path) && readdirSync(this.path).length > 0) {
      throw invalidInput(
        `${this.path} is not empty`,
        `Name another directory with --out, or take the run in it up again with --resume ${this.path}.`,
      );
    }
    mkdirSync(this.logsPath, { recursive: true });
  }

  readManifest(): RunManifest {
    return this.read(this.manifestPath, RunManifestSchema);
  }

  readSummary(): Summary {
    return this.read(this.summaryPath, SummarySchema);
  }

  writeManifest(manifest: RunManifest): void {
    const { record } = fittedTo(RunManifestSchema, manifest, this.manifestPath);
    writeWhole(this.manifestPath, toJson(record));
  }

  writeSummary(summary: Summary): void {
    const { record } = fittedTo(SummarySchema, summary, this.summaryPath);
    writeWhole(this.summaryPath, toJson(record));
  }

  private read<T>(path: string, schema: z.ZodType<T>): T {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) {
        throw invalidInput(
          `${this.path} is no run directory: ${path} is not there`,
          'Name a directory that lumos run made.',
        );
      }
      throw error;
    }
    const parsed = schema.safeParse(parseJson(text, path));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw invalidInput(
      `${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit its schema'}`,
    );
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidInput(`${path}: not JSON (${messageOf(error)})`);
  }
}

export const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
