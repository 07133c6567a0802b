/** One runtime with one function, made ready: trials on it, and single exchanges with it. */
import type { Builder } from '../control-plane/build/create-builder.js';
import { originOf, sourcesOf } from '../control-plane/build/languages.js';
import { Connection } from '../control-plane/invoke/connection.js';
import { encodeHttpRequest, HttpLine } from '../control-plane/invoke/http-line.js';
import type { Exchange, Line } from '../control-plane/invoke/line.js';
import { monotonicClock } from '../data-plane/probes/monotonic-clock.js';
import type { Clock } from '../domain/clock.js';
import { LanguageSchema, type Cell, type Language, type Start, type Transport } from '../domain/factors.js';
import type { FunctionDefinition } from '../domain/function-manifest.js';
import type { Measurement } from '../domain/measurement.js';
import type {
  ArtifactKind,
  CpuLimit,
  Precompiler,
  Prepared,
  Runtime,
  Sandbox,
  StagedSandbox,
  Use,
} from '../domain/runtime.js';
import { fromMebibytes, milliseconds } from '../domain/units.js';
import { readyPayload, type ReadyPayload } from '../experiment/ready-payloads.js';
import type { StorageBench } from '../experiment/storage-bench.js';
import type { StorageFactors } from '../experiment/storage-factors.js';
import { runTrial } from '../experiment/trial-runner.js';
import { Skipped } from './behaviour.js';
import { timeLimitOf } from './time-limits.js';

const seed = 7;
const maximumResponseBytes = fromMebibytes(64);
/** Made once for all runtimes: the largest take their oracle a second. */
const payloads = new Map<string, ReadyPayload>();

/** What makes artefacts; a workbench is one. */
export interface Workshop {
  readonly builder: Pick<Builder, 'artifact'>;
  readonly precompilers: readonly Precompiler[];
  /** The machine's own where absent. */
  readonly clock?: Clock;
}

export interface Asked {
  readonly start?: Start;
  readonly invocations?: number;
  readonly warmups?: number;
  /** In milliseconds; absent: what the runtime's class has. */
  readonly timeLimit?: number;
}

export interface Settings {
  readonly memoryMiB?: number | undefined;
  readonly cpu?: CpuLimit | undefined;
  /** Isolation options of the runtime. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Absent: the runtime's usual one. */
  readonly transport?: Transport;
  /** Absent: the first of the function's languages that the runtime can run. */
  readonly language?: Language;
  /** It is made ready to start from a snapshot. */
  readonly snapshot?: boolean;
  /** Where the function's objects lie; with the bench that holds them. */
  readonly factors?: StorageFactors;
  readonly storage?: Pick<StorageBench, 'reach' | 'forCell'>;
  readonly signal?: AbortSignal;
  /** Told of each sandbox as it is launched. */
  readonly onLaunched?: (sandbox: Sandbox) => void;
}

/** A sandbox that stands until it is removed, and a line to it. */
export interface Standing {
  readonly sandbox: Sandbox;
  ask(label: string): Promise<Exchange>;
}

export class TrialBench {
  readonly prepared: Prepared;
  private readonly lines: Line[] = [];
  private disposal: Promise<void> | undefined;

  private constructor(
    private readonly runtime: Runtime,
    private readonly definition: FunctionDefinition,
    private readonly settings: Settings,
    readonly language: Language,
    private readonly clock: Clock,
    prepared: Prepared,
  ) {
    this.prepared = observed(prepared, settings.onLaunched ?? (() => undefined));
  }

  /** @throws Skipped where the function is in no language that the runtime can run; LumosError */
  static async open(
    workshop: Workshop,
    runtime: Runtime,
    definition: FunctionDefinition,
    runId: string,
    settings: Settings = {},
  ): Promise<TrialBench> {
    const options = runtime.parseOptions(settings.options);
    const transport = settings.transport ?? runtime.transports[0] ?? 'stdio';
    const label = definition.manifest.payloads[0]?.label ?? '';
    const reach = settings.storage?.reach(cellOf(runtime, definition, label, 'cold', settings)) ?? {};
    const { snapshot = false, memoryMiB, cpu } = settings;
    const use = { reach, transport, ...(snapshot ? { snapshot } : {}) };
    const { kind, language } = buildableAs(runtime, definition, options, use, workshop, settings);
    const artifact = await workshop.builder.artifact(definition, kind, language);
    const limits = {
      ...(memoryMiB === undefined ? {} : { memoryBytes: fromMebibytes(memoryMiB) }),
      ...(cpu === undefined ? {} : { cpu }),
    };
    const prepared = await runtime.prepare({ artifact, ...use, language, limits, runId, options });
    return new TrialBench(
      runtime,
      definition,
      settings,
      language,
      workshop.clock ?? monotonicClock,
      prepared,
    );
  }

  payload(label: string): ReadyPayload {
    const { storage } = this.settings.factors ?? {};
    const key = `${this.definition.manifest.name} ${label} ${storage === 'inline' ? 'inline' : ''}`;
    const ready = payloads.get(key) ?? readyPayload(this.definition, label, seed, storage);
    payloads.set(key, ready);
    return ready;
  }

  /** The rows of one trial; `onAnswer` is given the bytes of each answer, right or wrong. */
  async trial(
    label: string,
    { start = 'cold', invocations = 1, warmups = 1, timeLimit }: Asked = {},
    onAnswer: (answer: Buffer) => void = () => undefined,
  ): Promise<Measurement[]> {
    const rows: Measurement[] = [];
    const cell = {
      ...cellOf(this.runtime, this.definition, label, start, this.settings),
      language: this.language,
    };
    const ready = this.payload(label);
    const payload: ReadyPayload = {
      ...ready,
      verify: (answer) => {
        onAnswer(answer);
        return ready.verify(answer);
      },
    };
    const storage = this.settings.storage?.forCell(cell, payload, this.prepared);
    await runTrial(
      { index: 0, round: 0, cell, invocations },
      this.prepared,
      payload,
      {
        clock: this.clock,
        firstSandbox: 0,
        timeLimitMs: timeLimit === undefined ? timeLimitOf(this.runtime.class) : milliseconds(timeLimit),
        maximumResponseBytes,
        warmups,
        beforeCold: () => undefined,
        signal: this.settings.signal ?? new AbortController().signal,
        ...(storage === undefined ? {} : { storage }),
      },
      (row) => void rows.push(row),
    );
    return rows;
  }

  /** Takes down what it launched and made ready. Idempotent. */
  dispose(): Promise<void> {
    this.disposal ??= this.takeDown();
    return this.disposal;
  }

  private async takeDown(): Promise<void> {
    await this.prepared.dispose();
    for (const line of this.lines.splice(0)) line.close();
  }

  /** @param cpus what it is kept to; of runtimes that can */
  async launch(start: Start = 'warm', cpus?: string): Promise<Standing> {
    const staged = await this.prepared.stage(start, cpus);
    const sandbox = await staged.launch();
    const { clock } = this;
    const options = { clock, maximumResponseBytes };
    const { http } = sandbox;
    const line = http === undefined ? new Connection(sandbox, options) : new HttpLine(sandbox, http, options);
    this.lines.push(line);
    return {
      sandbox,
      ask: (label) => {
        const { frame, input } = this.payload(label);
        const deadline = milliseconds(clock.now() + timeLimitOf(this.runtime.class));
        return line.invoke(http === undefined ? frame : encodeHttpRequest(input), deadline);
      },
    };
  }
}

/** The first of the function's languages that the runtime can run for this use, and as what. @throws Skipped */
function buildableAs(
  runtime: Runtime,
  { manifest }: FunctionDefinition,
  options: Readonly<Record<string, unknown>>,
  use: Omit<Use, 'language'>,
  { precompilers }: Workshop,
  settings: Settings,
): { readonly kind: ArtifactKind; readonly language: Language } {
  const written = LanguageSchema.options.filter((language) => manifest.languages[language] !== undefined);
  const wanted = settings.language === undefined ? written : [settings.language];
  for (const language of wanted) {
    const kind = runtime.artifactKindFor(options, { ...use, language });
    if (kind === undefined) continue;
    const sources = sourcesOf(manifest.languages, originOf(kind, precompilers));
    if (sources.some((source) => source.language === language)) return { kind, language };
  }
  throw new Skipped(`it cannot run a function that is written in ${wanted.join(' or ')} only`);
}

/** The same preparation, whose launches are told. */
const observed = (prepared: Prepared, onLaunched: (sandbox: Sandbox) => void): Prepared => ({
  get folder() {
    return prepared.folder;
  },
  stage: async (start, cpus) => observedStage(await prepared.stage(start, cpus), onLaunched),
  dispose: () => prepared.dispose(),
});

const observedStage = (staged: StagedSandbox, onLaunched: (sandbox: Sandbox) => void): StagedSandbox => ({
  ...(staged.accounting === undefined ? {} : { accounting: staged.accounting }),
  existing: () => staged.existing(),
  launch: async () => {
    const sandbox = await staged.launch();
    onLaunched(sandbox);
    return sandbox;
  },
  discard: () => staged.discard(),
});

function cellOf(
  runtime: Runtime,
  definition: FunctionDefinition,
  payload: string,
  start: Start,
  { factors = {}, transport = runtime.transports[0] ?? 'stdio' }: Settings,
): Cell {
  return {
    function: definition.manifest.name,
    payload,
    runtime: runtime.id,
    class: runtime.class,
    environment: 'local',
    start,
    concurrency: 1,
    transport,
    ...factors,
  };
}
