/**
 * The public API of Lumos: what the command `lumos` is made of, for scripts and other tools. What is not named here
 * may change at any time.
 *
 * Reading a run, with no engine installed:
 *
 * ```ts
 * import { RunDirectory, readRows } from 'lumos-bench';
 *
 * const directory = new RunDirectory('lumos-results/quickstart-1');
 * const summary = directory.readSummary();
 * for await (const row of readRows(directory.measurementsPath)) console.log(row.runtime, row.latencyMs);
 * ```
 *
 * Errors that a person can act on are `LumosError`s with a `kind` and mostly a `remedy`.
 */

/** The vocabulary: units, factors, rows, manifests, summaries, with the schema of each. */
export * from './domain/clock.js';
export * from './domain/environment.js';
export * from './domain/errors.js';
export * from './domain/experiment.js';
export * from './domain/factors.js';
export * from './domain/function-manifest.js';
export * from './domain/latency-sum.js';
export * from './domain/measurement.js';
export * from './domain/run-manifest.js';
export * from './domain/runtime.js';
export * from './domain/slo.js';
export * from './domain/summary/cell-summary.js';
export * from './domain/summary/claim.js';
export * from './domain/summary/latency-sum-summary.js';
export * from './domain/summary/league.js';
export * from './domain/summary/load-summary.js';
export * from './domain/summary/objective-result.js';
export * from './domain/summary/payload-size.js';
export * from './domain/summary/summary.js';
export * from './domain/units.js';
export * from './domain/validity.js';

/**
 * A run directory: `readRows(path)` gives its rows one by one, `RunDirectory` its other files. With `readRows(path, new RecordProblems())`
 * lines that are no row, and rows that are there twice, are counted and left out; without it the first line that is none is refused.
 */
export { RunDirectory } from './records/run-directory.js';
export { decodeRow, encodeRow } from './records/row-codec.js';
export { readRows, RowWriter } from './records/row-store.js';
export { RecordProblems, type FileProblems } from './records/record-problems.js';

/** Rows into a summary: add every row to a `RunAccumulator` (or `accumulate` an iterable), then `summarize` it. */
export { accumulate, RunAccumulator } from './report/summarize/accumulate.js';
export { summarize, type SummaryContext } from './report/summarize/summarize.js';
export {
  compareRuns,
  type CellComparison,
  type RunComparison,
  type RunComparisonOptions,
} from './report/summarize/compare-runs.js';

/** A summary, and the rows behind it, in the formats of `lumos report`. */
export { renderCsv } from './report/csv.js';
export { renderHtml, type HtmlReport } from './report/html/render-html.js';
export { renderJunit, type JunitReport } from './report/junit/render-junit.js';
export { renderMarkdown } from './report/markdown.js';
export { writeParquet, type ParquetOptions, type ParquetSink } from './report/parquet.js';
export { collectSamples, type CellSamples } from './report/samples.js';
export { renderTerminalTable, type TerminalTableOptions } from './report/terminal-table.js';

/** What threatens a conclusion from a run: add every row to `RunFacts`, then `validityOf` it with manifest and summary. */
export { RunFacts } from './report/validity/run-facts.js';
export { validityOf } from './report/validity/validity-of-run.js';
export type { CheckedRun } from './report/validity/check.js';

/** Figures of elsewhere: `importFormat(name).open(path, options)` gives rows, `writeImport` a run directory of them. */
export { importFormat, importFormats, type ImportFormat } from './import/formats.js';
export type { ImportedRows, ImportFacts } from './import/imported-rows.js';
export { writeImport } from './import/write-import.js';

/**
 * Planning and running an experiment: read it with `loadExperiment` or `parseExperiment`, find what it names with
 * `select`, see its trials with `planOf`, measure it with `runExperiment`. `createWorkbench` puts together the
 * runtimes, the builder and the built-in functions of this machine; what it builds it tells on standard error.
 */
export { createWorkbench, type Workbench } from './cli/workbench.js';
export { monotonicClock } from './data-plane/probes/monotonic-clock.js';
export { loadEnvironment, loadEnvironments, parseEnvironment } from './experiment/environment-file.js';
export { checkExperiment, loadExperiment, parseExperiment } from './experiment/experiment-file.js';
export { makePlan, type Plan, type SelectedFunction, type Trial } from './experiment/plan.js';
export type { OnEvent, RunEvent } from './experiment/run-events.js';
export { planOf, runExperiment, type RunRequest } from './experiment/run-experiment.js';
export { select, type Selection } from './experiment/selection.js';
export { loadCatalogue, type Catalogue } from './user-plane/functions/catalogue.js';

/**
 * Load: `loadUrl` measures levels on an HTTP server that `findEndpoint` found and `encodeUrlRequest` made a request for;
 * `runClosedLoop` and `runOpenLoop` drive any target. `levelsOf` and `kneesOf` reduce what was measured.
 */
export { LoadSchema, type Load } from './domain/load.js';
export { LevelRecordSchema, type LevelRecord } from './domain/level.js';
export { runClosedLoop } from './experiment/load/closed-loop.js';
export type { LevelOptions, LevelResult } from './experiment/load/level.js';
export { loadUrl, type UrlLoad } from './experiment/load/load-url.js';
export { runOpenLoop, type OpenLoopOptions } from './experiment/load/open-loop.js';
export type { FailureKind, LoadExchange, LoadRequest, Target } from './experiment/load/target.js';
export { findEndpoint, type UrlEndpoint } from './experiment/load/url-endpoint.js';
export { encodeUrlRequest, type EncodedRequest, type UrlRequest } from './experiment/load/url-request.js';
export { kneesOf } from './report/levels/knees-of-run.js';
export { levelsOf } from './report/levels/levels-of-run.js';
export { LoadCells } from './report/levels/load-cells.js';

/**
 * The performance model: `readRuns` makes cells of run directories, `fitModel` a model of them, `validateModel` its errors;
 * `predictLatency` and `recommend` answer from a model file (`parseModelFile`). docs/model.md derives it.
 */
export { loadPrices, type Prices } from './model/cost/prices.js';
export { fitModel, type FittedModel } from './model/fit/fit-model.js';
export { modelSchemaId, parseModelFile, type ModelFile } from './model/fit/model-file.js';
export { readRuns, type Ladders, type ReadRuns } from './model/observations/read-runs.js';
export type { PredictionRequest } from './model/predict/find-place.js';
export { predictLatency, type LatencyPrediction } from './model/predict/predict-latency.js';
export { recommend, type Recommendation } from './model/recommend/recommend.js';
export { parseWorkload, type Workload } from './model/recommend/workload.js';
export { validateModel, type Validation } from './model/validate/validate-model.js';

/**
 * Simulation: a `Simulator` lets arrivals meet the instances and policies that a `Deployment` says; `whatIf` takes launches
 * and service times from a model, with the ends of its intervals.
 */
export { InstancesSchema, type Instances } from './domain/load.js';
export { whatIf, WhatIfCase, type WhatIf, type WhatIfResult } from './model/simulate/what-if.js';
export { deploymentOf } from './simulation/deployment.js';
export type { Deployment, Settled } from './simulation/pool.js';
export {
  simulateAll,
  simulateList,
  Simulator,
  type SimulationFigures,
  type SimulatorOptions,
} from './simulation/simulator.js';
export { always, empirical, exponential, tabulated, type FunctionTimes } from './simulation/times.js';

/** Traces of platforms: `readTrace` gives the invocations of a file in any format, in time order and constant memory. */
export type { TraceInvocation } from './domain/trace.js';
export type { BadRow } from './user-plane/traces/bad-rows.js';
export { readTrace, type ReadTraceOptions } from './user-plane/traces/read-trace.js';

/** A runtime with exact, scripted times on a virtual clock: tests everything above a runtime without waiting. */
export { FakeRuntime, type FakeEvent } from './control-plane/runtimes/fake/fake-runtime.js';
export type { FakeScript, InvocationScript, SandboxScript } from './control-plane/runtimes/fake/script.js';
export { VirtualClock } from './control-plane/runtimes/fake/virtual-clock.js';
