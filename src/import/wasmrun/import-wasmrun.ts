/** `lumos import wasmrun`: the raw figures of the artefact polaris-slo-cloud/wasmrun, in either of its generations. */
import type { LatencySum } from '../../domain/latency-sum.js';
import type { Measurement } from '../../domain/measurement.js';
import type { RunManifest, RuntimeRecord } from '../../domain/run-manifest.js';
import type { ImportedRows, ImportFacts, ImportOptions } from '../imported-rows.js';
import { readArm, type ArmFiles } from './arm-files.js';
import { ArmFindings } from './arm-findings.js';
import { requestBlocksOf } from './request-blocks.js';
import { RowNumbers, rowsOfBlock } from './rows-of-arm.js';
import { sumsOfArm } from './throughput.js';
import { findArms, modes, type Arm } from './tree.js';

/** Knative on microk8s on three Raspberry Pis, as the artefact says of itself. */
export const wasmrunEnvironment = 'raspberry-pi-k8s';

const probes = {
  latency: 'client wall time of curl on a node of the cluster, whole milliseconds, through Knative',
  cpu: "telemd's cgroup counter, every 0.5 s, corrected for the clock that it is divided by; cold: of the container until its answer; warm: of the payload's block, an even share for each request",
  memory:
    "telemd's cgroup counter, every 0.5 s: the highest reading, which misses what lies between; warm: until the block's end",
};

const runtimeRecords: readonly RuntimeRecord[] = Object.entries(modes).map(
  ([mode, { runtime, class: kind, engine }]) => ({
    id: runtime,
    engine,
    mode,
    class: kind,
    version: 'unknown',
    details: { platform: 'Knative on microk8s' },
    options: {},
  }),
);

/** @throws LumosError `invalid-input` where `path` is not the artefact's */
export function importWasmrun(
  path: string,
  { environment = wasmrunEnvironment }: ImportOptions = {},
): ImportedRows {
  const { arms, unknown } = findArms(path);
  const findings = new ArmFindings(arms, unknown);
  const sums: LatencySum[] = [];
  const labels = new Map<string, Set<string>>();
  async function* rows(): AsyncGenerator<Measurement> {
    const numbers = new RowNumbers();
    for (const arm of arms) {
      const files = await readArm(arm);
      findings.addFiles(arm, files);
      if (arm.kind === 'throughput') takeSums(arm, files);
      else yield* executionTimes({ arm, files, environment, numbers });
    }
  }
  function takeSums(arm: Arm, files: ArmFiles): void {
    const taken = sumsOfArm(arm, files, environment);
    findings.addSums(arm, files, taken);
    sums.push(...taken.sums);
  }
  function* executionTimes(context: Parameters<typeof rowsOfBlock>[0]): Generator<Measurement> {
    const { arm, files } = context;
    const found = requestBlocksOf(files, `${arm.function}-${arm.mode}`);
    findings.addBlocks(arm, files, found);
    for (const block of found.blocks) {
      const own = labels.get(arm.function) ?? new Set<string>();
      labels.set(arm.function, own.add(block.payload));
      yield* rowsOfBlock(context, block);
    }
  }
  return {
    rows: rows(),
    facts: (): ImportFacts => ({
      name: 'wasmrun',
      description: 'imported from the wasmrun artefact',
      runtimes: runtimeRecords,
      baseline: modes.native.runtime,
      probes,
      findings: findings.all(),
      functions: laddersOf(labels),
      latencySums: sums,
    }),
  };
}

/** Labels that are numbers are the function's sizes; of a function with another label nothing is known. */
function laddersOf(labels: ReadonlyMap<string, ReadonlySet<string>>): NonNullable<RunManifest['functions']> {
  return [...labels].map(([name, own]) => {
    const steps = [...own].map((label) => ({ label, size: Number(label) }));
    const sized = steps.every(({ size }) => Number.isFinite(size) && size > 0);
    return { name, ...(sized ? { payloads: steps } : {}) };
  });
}
