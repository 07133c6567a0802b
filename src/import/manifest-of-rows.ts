/** A manifest for rows that nobody planned: the cells, trials and times are those of the rows. */
import { invalidInput } from '../domain/errors.js';
import { ExperimentSchema, type Experiment } from '../domain/experiment.js';
import { cellKey, CellSchema, type Cell, type Start } from '../domain/factors.js';
import type { Measurement } from '../domain/measurement.js';
import { runManifestSchemaId, type RunManifest, type RuntimeRecord } from '../domain/run-manifest.js';
import type { Bytes } from '../domain/units.js';
import type { ImportFacts } from './imported-rows.js';

interface SeenCell {
  readonly cell: Cell;
  payloadBytes: Bytes | undefined;
}

export interface ImportContext {
  /** Equal for equal rows: a model that is given the same import twice refuses it. */
  readonly runId: string;
  readonly format: string;
  /** The name of the file or folder, without the path to it. */
  readonly source: string;
  readonly importedAt: string;
  readonly lumosVersion: string;
}

/** Takes rows one at a time, in any order; then gives their manifest. */
export class ManifestOfRows {
  private readonly cells = new Map<string, SeenCell>();
  private readonly trials = new Set<number>();
  private readonly nodes = new Map<string, number>();
  private first: string | undefined;
  private last: string | undefined;
  rows = 0;

  add(row: Measurement): void {
    const key = cellKey(row);
    const seen = this.cells.get(key);
    if (seen !== undefined) refuseOtherClass(seen.cell, row);
    if (seen === undefined) {
      this.cells.set(key, { cell: CellSchema.parse(row), payloadBytes: row.payloadBytes });
    } else seen.payloadBytes ??= row.payloadBytes;
    this.trials.add(row.trial);
    if (row.node !== undefined) this.nodes.set(row.node, (this.nodes.get(row.node) ?? 0) + 1);
    this.rows += 1;
    const at = row.startedAt;
    if (at === undefined) return;
    if (this.first === undefined || at < this.first) this.first = at;
    if (this.last === undefined || at > this.last) this.last = at;
  }

  manifest(facts: ImportFacts, context: ImportContext): RunManifest {
    const cells = [...this.cells.values()];
    return {
      schema: runManifestSchemaId,
      runId: context.runId,
      experiment: this.experiment(facts),
      seed: 1,
      startedAt: this.first ?? context.importedAt,
      ...(this.last === undefined ? {} : { finishedAt: this.last }),
      state: 'complete',
      resumed: 0,
      cells: cells.map(({ cell, payloadBytes }) => ({
        ...cell,
        ...(payloadBytes === undefined ? {} : { payloadBytes }),
      })),
      ...(facts.functions === undefined ? {} : { functions: facts.functions }),
      trials: this.trials.size,
      host: { lumosVersion: context.lumosVersion },
      runtimes: runtimesOf(
        cells.map(({ cell }) => cell),
        facts.runtimes,
      ),
      artifacts: [],
      services: [],
      probes: { ...facts.probes },
      imported: {
        format: context.format,
        source: context.source,
        importedAt: context.importedAt,
        nodes: [...this.nodes].sort().map(([name, invocations]) => ({ name, invocations })),
        findings: [...facts.findings],
      },
    };
  }

  /** What the rows look like, said as an experiment: the report and the model read names and factors from there. */
  private experiment(facts: ImportFacts): Experiment {
    const cells = [...this.cells.values()].map(({ cell }) => cell);
    const distinct = <T>(of: (cell: Cell) => T): T[] => [...new Set(cells.map(of))];
    const baseline = facts.baseline ?? baselineOf(cells);
    return ExperimentSchema.parse({
      name: facts.name,
      description: facts.description,
      functions: distinct(({ function: name }) => name),
      runtimes: distinct(({ runtime }) => runtime),
      payloads: distinct(({ payload }) => payload),
      starts: distinct(({ start }): Start => start),
      concurrency: distinct(({ concurrency }) => Math.min(concurrency, 1000)),
      environment: cells[0]?.environment,
      pageCache: 'as-is',
      ...(baseline === undefined ? {} : { baseline }),
    });
  }
}

/** The class and `emulated` follow from the runtime and the environment: a cell's key does not have them. */
function refuseOtherClass(cell: Cell, row: Measurement): void {
  const where = `${row.function} on ${row.runtime}`;
  if (cell.class !== row.class)
    throw invalidInput(
      `${where}: one record says class ${cell.class}, another ${row.class}`,
      'Give each class a runtime name of its own.',
    );
  if (cell.emulated !== row.emulated)
    throw invalidInput(
      `${where}: one record of the environment ${row.environment} is emulated, another is not`,
      'Give each an environment name of its own.',
    );
}

/** The runtime that the others stand beside in the reports: a container, where there is one. */
const baselineOf = (cells: readonly Cell[]): string | undefined =>
  (
    cells.find((cell) => cell.class === 'container') ??
    cells.find((cell) => cell.class === 'process') ??
    cells[0]
  )?.runtime;

const unknown = 'unknown';

function runtimesOf(cells: readonly Cell[], told: readonly RuntimeRecord[]): RuntimeRecord[] {
  const records = new Map<string, RuntimeRecord>();
  for (const { runtime, class: kind } of cells) {
    if (records.has(runtime)) continue;
    const [engine = runtime, mode] = runtime.split(/-(.*)/su);
    records.set(
      runtime,
      told.find(({ id }) => id === runtime) ?? {
        id: runtime,
        engine,
        ...(mode === undefined || mode === '' ? {} : { mode }),
        class: kind,
        version: unknown,
        details: {},
        options: {},
      },
    );
  }
  return [...records.values()];
}
