/** The conformance suite of src/conformance over every runtime of the registry, on the real engines and the real daemon. */
import { join } from 'node:path';
import Docker from 'dockerode';
import { describe, expect, it } from 'vitest';
import { createWorkbench } from '../../src/cli/workbench.js';
import { behavioursOf } from '../../src/conformance/behaviours.js';
import { machineTraces } from '../../src/conformance/machine-traces.js';
import { askingsOf, runBehaviour } from '../../src/conformance/runner.js';
import type { Suite } from '../../src/conformance/suite.js';
import { TrialBench } from '../../src/conformance/trial-bench.js';
import { repositoryRoot } from '../e2e/lumos-command.js';

/** What `./check` installs: one of these that cannot run here is a failure, and no skip. */
const requiredHere = [
  'native',
  'node',
  'docker',
  'podman',
  'containerd',
  'crun',
  'wasmtime-aot',
  'wasmtime-interpreted',
  'wasmtime-jit',
  'wasmtime-jit-cached',
  'wasmtime-winch',
  'wasmtime-serve',
  'wazero-aot',
  'wazero-interpreted',
  'v8',
];
/** An interpreter and a thousand invocations, or a function that is built first. */
const longestMs = 900_000;

const workbench = await createWorkbench();
const { registry } = workbench;
const catalogue = await workbench.catalogue([join(repositoryRoot, 'conformance')]);
const native = registry.find(({ id }) => id === 'native');
const suite: Suite = {
  workshop: workbench,
  functions: catalogue.all,
  ...(native === undefined ? {} : { native }),
  hierarchy: workbench.hierarchy,
  traces: machineTraces,
};
const behaviours = behavioursOf(catalogue.all);
const availabilities = new Map(
  await Promise.all(registry.map(async (runtime) => [runtime.id, await runtime.probe()] as const)),
);

/** Vitest counts skips without their reasons. */
const say = (line: string): void => void process.stderr.write(`${line}\n`);

it('the registry has every runtime that ./check installs', () => {
  const ids = registry.map(({ id }) => id);
  expect(requiredHere.filter((id) => !ids.includes(id))).toEqual([]);
});

it('no two behaviours have one name', () => {
  const names = behaviours.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

for (const runtime of registry) {
  describe(runtime.id, () => {
    const availability = availabilities.get(runtime.id);
    if (availability?.usable !== true) {
      it('can run here', (context) => {
        const why = `${availability?.why ?? 'it was not looked for'} (${availability?.remedy ?? ''})`;
        expect(requiredHere, why).not.toContain(runtime.id);
        say(`skipped ${runtime.id}: ${why}`);
        context.skip(why);
      });
      return;
    }
    for (const { behaviour, transport, title } of askingsOf(runtime, behaviours)) {
      it(
        `${behaviour.group}: ${title}`,
        async (context) => {
          const verdict = await runBehaviour(behaviour, suite, runtime, transport);
          if (verdict.state === 'skipped') {
            say(`skipped ${runtime.id}: ${title}: ${verdict.reason}`);
            context.skip(verdict.reason);
          }
          if (verdict.state === 'failed') throw new Error(verdict.why, { cause: verdict.cause });
        },
        longestMs,
      );
    }
  });
}

describe('docker, besides', () => {
  const docker = new Docker();

  async function openOnDocker(runId: string): Promise<TrialBench> {
    const runtime = registry.find(({ id }) => id === 'docker');
    const [definition] = catalogue.select(['hello-world']);
    if (runtime === undefined || definition === undefined) throw new Error('no docker or no hello-world');
    return await TrialBench.open(workbench, runtime, definition, runId);
  }

  it('has one image in the name of a run as long as the run has its function', async () => {
    const runId = `image${Date.now().toString(16)}`;
    const imagesOfRun = async (): Promise<number> =>
      (await machineTraces()).filter(({ what, run }) => what.startsWith('image') && run === runId).length;
    const bench = await openOnDocker(runId);
    expect(await imagesOfRun()).toBe(1);
    await bench.dispose();
    expect(await imagesOfRun()).toBe(0);
  });

  it('leaves containers alone that carry no label of the run, whatever image they have', async () => {
    const runId = `strange${Date.now().toString(16)}`;
    const bench = await openOnDocker(runId);
    const Image = `lumos/hello-world:run-${runId}`;
    const strange = await docker.createContainer({ Image, OpenStdin: true });
    const runtime = registry.find(({ id }) => id === 'docker');
    try {
      await bench.dispose();
      await runtime?.cleanUpAfter(runId);
      expect(await strange.inspect()).toMatchObject({ Id: strange.id });
    } finally {
      await strange.remove({ force: true });
      await runtime?.cleanUpAfter(runId);
    }
  });
});
