/** The claim about image sizes, which hangs on what the container's image stands on. */
import type { ArtifactRecord, RunManifest } from '../../domain/run-manifest.js';
import type { Claim, ClaimPoint } from '../../domain/summary/claim.js';
import { claimDefinitions } from './claim-definitions.js';
import { cellsText, claimedText, figureText, pointText } from './claim-text.js';
import { unanswered } from './existence-claim.js';
import { beyondText, existenceVerdict } from './verdict.js';

const definition = claimDefinitions['image-size'];

/** Of a function with several artefacts on a runtime, the one that needs no connections of its own. */
function imageOf({ artifacts }: RunManifest, name: string, runtime: string): number | undefined {
  const own = artifacts.filter(
    (one) => one.function === name && one.runtime === runtime && one.start === undefined,
  );
  const plainest = own.find((one: ArtifactRecord) => one.access !== 'direct') ?? own[0];
  return plainest?.imageCompressedBytes;
}

function ratiosTo(manifest: RunManifest, aot: readonly string[], runtime: string): ClaimPoint[] {
  const functions = [...new Set(manifest.artifacts.map((one) => one.function))];
  return functions.flatMap((name) =>
    aot.flatMap((candidate): ClaimPoint[] => {
      const container = imageOf(manifest, name, runtime);
      const wasm = imageOf(manifest, name, candidate);
      if (container === undefined || wasm === undefined || wasm === 0) return [];
      const value = container / wasm;
      return [
        { function: name, candidate, class: 'wasm-aot', baseline: runtime, value, ci95: [value, value] },
      ];
    }),
  );
}

const geometricMeanOf = (points: readonly ClaimPoint[]): number =>
  Math.exp(points.reduce((sum, { value }) => sum + Math.log(value), 0) / points.length);

/** Which point is the largest, which the smallest; undefined for none. */
function extremes(
  points: readonly ClaimPoint[],
): { readonly most: ClaimPoint; readonly least: ClaimPoint } | undefined {
  const [first, ...others] = points;
  if (first === undefined) return undefined;
  return {
    most: others.reduce((a, b) => (b.value > a.value ? b : a), first),
    least: others.reduce((a, b) => (b.value < a.value ? b : a), first),
  };
}

function describe(points: readonly ClaimPoint[], unit: Claim['unit']): string {
  const found = extremes(points);
  if (found === undefined) return '';
  return (
    `${figureText(found.least.value, unit)} (${pointText(found.least)}) to ` +
    `${figureText(found.most.value, unit)} (${pointText(found.most)}), geometric mean ` +
    figureText(geometricMeanOf(points), unit)
  );
}

/** The image with the other base: FROM scratch, `native`'s artefact is the same static binary. */
function otherBase(manifest: RunManifest, aot: readonly string[], base: string): string {
  if (base === 'scratch') return ' What a container on a Debian base would weigh was not built in this run.';
  const native = manifest.runtimes.find((one) => one.class === 'process');
  const points = native === undefined ? [] : ratiosTo(manifest, aot, native.id);
  return points.length === 0
    ? ' What the containers would weigh FROM scratch was not built in this run.'
    : ` FROM scratch, where the image holds the same binary and nothing else, the ratio is ${describe(points, 'ratio')}.`;
}

/** Container's over AoT's compressed image, function by function. Sizes are counted, so the interval is the figure. */
export function testImageSize(manifest: RunManifest, container: string | undefined): Claim {
  const aot = manifest.runtimes.filter((one) => one.class === 'wasm-aot').map((one) => one.id);
  const points = container === undefined ? [] : ratiosTo(manifest, aot, container);
  const found = extremes(points);
  if (container === undefined || found === undefined)
    return unanswered(definition, 'No function has both a container image and an AoT image in this run.');
  const { unit, claimed } = definition;
  const value = found.most.value;
  const option = manifest.runtimes.find((one) => one.id === container)?.options['base'];
  const base = typeof option === 'string' ? option : 'scratch';
  const reaching = points.filter((point) => point.value >= claimed[0]).length;
  const beyond = beyondText([value, value], value, claimed);
  return {
    ...definition,
    measured: value,
    ci95: [value, value],
    cells: points.length,
    verdict: existenceVerdict([value, value], claimed),
    why:
      `With the container on the base ${base === 'scratch' ? 'FROM scratch' : base}, ${String(reaching)} of ` +
      `${cellsText(points.length)} ${reaching === 1 ? 'reaches' : 'reach'} ${claimedText(claimed[0], unit)}: ${describe(points, unit)}` +
      `${beyond === '' ? '' : `; the largest is ${beyond}`}.` +
      otherBase(manifest, aot, base) +
      ' Sizes are counted and have no sampling error; the engine that a node needs for Wasm is in none of them.',
    points,
  };
}
