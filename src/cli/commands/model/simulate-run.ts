/** `lumos model simulate DIR`: a load run's own arrivals, simulated beside what it measured. */
import type { Measurement } from '../../../domain/measurement.js';
import { milliseconds } from '../../../domain/units.js';
import { againstReal, type AgainstReal, type Beside } from '../../../model/simulate/against-real.js';
import { readRun } from '../../../records/read-run.js';
import { RunDirectory } from '../../../records/run-directory.js';
import { RecordProblems } from '../../../records/record-problems.js';
import { formatDuration, formatSignificant } from '../../../report/format-quantity.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { renderFitted } from '../../fitted-table.js';
import { note, print, printJson, tableWidth, warning } from '../../output.js';
import { tellProblems } from '../../record-problems.js';
import { readModelFile } from './model-input.js';

export interface SimulateRunOptions {
  readonly model: string;
  readonly launchSlowdown?: number;
  /** In place of those that the run's sandboxes had. */
  readonly cpus?: number;
  /** ms */
  readonly staging?: number;
  readonly seed: number;
  /** Refuse a run with a record that cannot be read, or that is there twice. */
  readonly strict?: boolean;
  readonly json?: boolean;
}

export async function simulateRun(path: string, options: SimulateRunOptions): Promise<ExitCode> {
  const file = readModelFile(options.model);
  const problems = new RecordProblems(options);
  const rows = new Map<number, Measurement[]>();
  const { manifest, levels, rows: read } = await readRun(new RunDirectory(path), problems);
  for await (const row of read) {
    const own = rows.get(row.trial);
    if (own === undefined) rows.set(row.trial, [row]);
    else own.push(row);
  }
  tellProblems(problems);
  const results = againstReal(file, manifest, levels, (level) => rows.get(level) ?? [], {
    ...{ service: 'model', launchSlowdown: options.launchSlowdown ?? 0, seed: options.seed },
    stagingMs: milliseconds(options.staging ?? 0),
    onLeftOut: (text) => note(warning(text)),
    ...(options.cpus === undefined ? {} : { cores: options.cpus }),
  });
  if (options.json === true) printJson({ run: path, results });
  else print(againstRealText(results));
  return exitCodes.done;
}

const points = ({ real, simulated }: Beside): string =>
  `${formatSignificant(real * 100)} % / ${formatSignificant(simulated * 100)} % (${formatSignificant((simulated - real) * 100, 2)})`;

const relative = ({ real, simulated }: Beside): string => {
  const off = Math.round((simulated / real - 1) * 100);
  return `${formatDuration(milliseconds(real))} / ${formatDuration(milliseconds(simulated))} (${off > 0 ? '+' : ''}${off} %)`;
};

const plain = ({ real, simulated }: Beside): string =>
  `${formatSignificant(real)} / ${formatSignificant(simulated)}`;

function againstRealText(results: readonly AgainstReal[]): string {
  const head = ['function', 'runtime', 'requests', 'cold', 'p50', 'p90', 'p99', 'instance-s'];
  const rows = results.map(({ function: name, runtime, requests, coldShare, latencyMs, instanceSeconds }) => [
    ...[name ?? 'all', runtime, String(requests), points(coldShare)],
    ...(latencyMs === undefined
      ? ['-', '-', '-']
      : [latencyMs.p50, latencyMs.p90, latencyMs.p99].map(relative)),
    plain(instanceSeconds),
  ]);
  return [
    renderFitted(head, rows, tableWidth()),
    'Measured / simulated (difference: in points of the cold share, in percent of a quantile).',
  ].join('\n');
}
