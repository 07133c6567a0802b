/** Which of a run's artefacts a cell ran. */
import type { Cell } from './factors.js';
import type { ArtifactRecord, RunManifest } from './run-manifest.js';

/**
 * A function that opens connections itself may have another artefact than the same without; so may another language, another
 * set of options, and what starts from a snapshot. Runs of before these were factors say nothing of them.
 */
export function artifactOfCell({ artifacts }: RunManifest, cell: Cell): ArtifactRecord | undefined {
  const own = artifacts.filter(
    ({ function: name, runtime, start }) =>
      name === cell.function &&
      runtime === cell.runtime &&
      (start === 'snapshot') === (cell.start === 'snapshot'),
  );
  const direct = cell.access === 'direct' && cell.connection !== undefined;
  const fits = (one: ArtifactRecord): boolean =>
    (one.access === 'direct') === direct &&
    (one.language ?? 'rust') === (cell.language ?? 'rust') &&
    one.options === cell.options;
  return own.find(fits) ?? (own.length === 1 ? own[0] : undefined);
}
