/** Built artefacts as a table. */
import Table from 'cli-table3';
import type { Artifact } from '../domain/runtime.js';
import { formatBytes } from '../report/format-quantity.js';

export function renderArtifacts(artifacts: readonly Artifact[]): string {
  const table = new Table({
    head: ['function', 'artefact', 'file', 'image, compressed', 'unpacked', 'digest'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
  });
  for (const { function: name, kind, sizeBytes, digest, image } of artifacts) {
    const sizes = [sizeBytes, image.compressedBytes, image.uncompressedBytes].map(formatBytes);
    table.push([name, kind, ...sizes, digest.slice(0, 'sha256:'.length + 12)]);
  }
  return table.toString();
}
