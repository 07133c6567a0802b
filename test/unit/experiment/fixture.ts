/** An experiment on fake runtimes: functions that echo, scripted sandboxes, a clock of its own. */
import { ExperimentSchema, type Experiment } from '../../../src/domain/experiment.js';
import type { Cell, Start } from '../../../src/domain/factors.js';
import type { FunctionDefinition } from '../../../src/domain/function-manifest.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import type { Artifact, ArtifactKind, Prepared, Runtime } from '../../../src/domain/runtime.js';
import { bytes, milliseconds, type Milliseconds } from '../../../src/domain/units.js';
import { encodeInvoke } from '../../../src/control-plane/invoke/frames.js';
import { FakeRuntime } from '../../../src/control-plane/runtimes/fake/fake-runtime.js';
import type { SandboxScript } from '../../../src/control-plane/runtimes/fake/script.js';
import { VirtualClock } from '../../../src/control-plane/runtimes/fake/virtual-clock.js';
import type { ReadyPayload } from '../../../src/experiment/ready-payloads.js';
import type { TrialOptions } from '../../../src/experiment/trial-runner.js';
import { runTrial } from '../../../src/experiment/trial-runner.js';
import type { ArtifactSource } from '../../../src/experiment/bench.js';
import { verifyOutput } from '../../../src/user-plane/functions/verify.js';

export const ms: (value: number) => Milliseconds = milliseconds;

/** A function that answers its payload. */
export function echoFunction(
  name = 'echo',
  labels: readonly string[] = ['small', 'large'],
): FunctionDefinition {
  return {
    manifest: {
      schema: 'lumos/function@1',
      name,
      class: 'data',
      description: 'Answers its payload.',
      languages: { rust: { package: name } },
      storage: ['inline'],
      crates: [],
      oracle: 'oracle.js',
      payloads: labels.map((label, index) => ({ label, bytes: bytes(4 * (index + 1)) })),
    },
    folder: '/nowhere',
    oracle: {
      input: (step, random) => Uint8Array.from({ length: step.bytes ?? 0 }, () => random() & 0xff),
      output: (input) => input,
    },
  };
}

export const experimentOf = (changes: Record<string, unknown> = {}): Experiment =>
  ExperimentSchema.parse({
    name: 'test',
    functions: ['echo'],
    runtimes: ['one'],
    pageCache: 'as-is',
    ...changes,
  });

/** An artefact that is named and sized and nowhere to be found. */
export const artifactOf = (
  name: string,
  kind: ArtifactKind,
  digest = 'sha256:aa',
  path = '/nowhere',
): Artifact => ({
  kind,
  function: name,
  path,
  digest,
  sizeBytes: bytes(1000),
  image: {
    archivePath: path,
    reference: `lumos/${name}:test`,
    digest: 'sha256:bb',
    compressedBytes: bytes(600),
    uncompressedBytes: bytes(1200),
  },
});

export const artifactSource = (digest = 'sha256:aa', path = '/nowhere'): ArtifactSource => ({
  artifact: (definition, kind) => Promise.resolve(artifactOf(definition.manifest.name, kind, digest, path)),
});

export function prepareOn(runtime: Runtime, name = 'echo'): Promise<Prepared> {
  const artifact = artifactOf(name, runtime.artifactKind);
  return runtime.prepare({
    artifact,
    reach: {},
    transport: 'stdio',
    language: 'rust',
    limits: {},
    runId: 'run',
    options: {},
  });
}

export const cellOf = (start: Start, changes: Partial<Cell> = {}): Cell => ({
  function: 'echo',
  payload: 'small',
  runtime: 'one',
  class: 'process',
  environment: 'local',
  start,
  concurrency: 1,
  ...changes,
});

/** Any language gives any kind: the fake runs everything. */
export const gives = (): boolean => true;

const payload = Buffer.from('hi');
export const readyPayload: ReadyPayload = {
  input: payload,
  frame: encodeInvoke(payload),
  payloadBytes: bytes(payload.length),
  verify: (answer) => verifyOutput(payload, answer),
  objects: {},
  stored: {},
};

export interface TrialRun {
  readonly rows: Measurement[];
  readonly runtime: FakeRuntime;
  readonly clock: VirtualClock;
  /** What the trial threw; `undefined` when it ended by itself. */
  readonly thrown: unknown;
}

export interface TrialSettings extends Partial<Omit<TrialOptions, 'clock'>> {
  readonly start: Start;
  readonly invocations?: number;
  readonly from?: number;
  /** Told the run to stop at this moment. */
  readonly stopAt?: Milliseconds;
}

/** One trial on a sandbox that follows `script`. */
export async function runScripted(script: SandboxScript, settings: TrialSettings): Promise<TrialRun> {
  const clock = new VirtualClock();
  const runtime = new FakeRuntime(clock, { id: 'one', sandbox: () => script });
  const { start, invocations = start === 'warm' ? 3 : 1, from = 0, stopAt, ...options } = settings;
  const controller = new AbortController();
  if (stopAt !== undefined) clock.after(stopAt, () => controller.abort());
  const rows: Measurement[] = [];
  let thrown: unknown;
  try {
    await runTrial(
      { index: 7, round: 2, cell: cellOf(start), invocations },
      await prepareOn(runtime),
      readyPayload,
      {
        clock,
        firstSandbox: 0,
        timeLimitMs: ms(1000),
        maximumResponseBytes: bytes(1024),
        warmups: 2,
        beforeCold: () => undefined,
        signal: controller.signal,
        ...options,
      },
      (row) => rows.push(row),
      from,
    );
  } catch (error) {
    thrown = error;
  }
  // A launch that came too late is removed behind the trial's back.
  await new Promise<void>((resolve) => void clock.after(ms(10_000), resolve));
  return { rows, runtime, clock, thrown };
}
