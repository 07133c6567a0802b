/** Whether this machine has what a run needs, before anything runs. */
import { dependenciesOf } from '../control-plane/setup/dependencies.js';
import { LumosError } from '../domain/errors.js';
import type { RuntimeRecord } from '../domain/run-manifest.js';
import type { Runtime } from '../domain/runtime.js';
import type { Workbench } from './workbench.js';

/** @throws LumosError `missing-dependency` that names everything that is missing and what mends it. */
export async function requireRuntimes(
  workbench: Workbench,
  runtimes: readonly Runtime[],
  optionsOf: (runtime: Runtime) => Readonly<Record<string, unknown>>,
): Promise<RuntimeRecord[]> {
  await requireTools(workbench, runtimes);
  const records: RuntimeRecord[] = [];
  const missing: { id: string; why: string; remedy: string }[] = [];
  for (const runtime of runtimes) {
    const availability = await runtime.probe();
    if (!availability.usable) {
      missing.push({ id: runtime.id, ...availability });
      continue;
    }
    records.push({
      id: runtime.id,
      engine: runtime.engine,
      ...(runtime.mode === undefined ? {} : { mode: runtime.mode }),
      class: runtime.class,
      version: availability.version,
      details: { ...availability.details },
      options: optionsOf(runtime),
    });
  }
  refuse(missing);
  return records;
}

/** What builds the artefacts; the engines are asked by the runtimes themselves. */
async function requireTools({ dependencies }: Workbench, runtimes: readonly Runtime[]): Promise<void> {
  const names = new Set(runtimes.flatMap((runtime) => dependenciesOf(runtime)));
  const missing: { id: string; why: string; remedy: string }[] = [];
  for (const name of names) {
    const availability = await dependencies[name].probe();
    if (!availability.usable) missing.push({ id: name, ...availability });
  }
  refuse(missing);
}

function refuse(missing: readonly { id: string; why: string; remedy: string }[]): void {
  if (missing.length === 0) return;
  const remedies = [...new Set(missing.map(({ remedy }) => remedy))];
  throw new LumosError(
    'missing-dependency',
    missing.map(({ id, why }) => `${id}: ${why}`).join('\n       '),
    {
      remedy: `To get it: ${remedies.join('; or: ')}`,
    },
  );
}
