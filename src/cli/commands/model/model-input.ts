/** What the model's commands read: run directories, and model files. */
import { explaining } from '../../../files/explain.js';
import { mostOfDataBytes, readText } from '../../../files/input.js';
import { parseModelFile, type ModelFile } from '../../../model/fit/model-file.js';
import { readRuns, type Ladders, type ReadRuns } from '../../../model/observations/read-runs.js';
import { loadCatalogue } from '../../../user-plane/functions/catalogue.js';
import { RecordProblems } from '../../../records/record-problems.js';
import { note, warning } from '../../output.js';
import { tellProblems } from '../../record-problems.js';
import { functionsFolder } from '../../package-root.js';

/** Runs of before ladders were recorded have them from the catalogue. */
async function catalogueLadders(folders: readonly string[]): Promise<Ladders> {
  const { all } = await loadCatalogue([functionsFolder, ...folders]);
  const ladders = new Map(all.map(({ manifest }) => [manifest.name, manifest.payloads]));
  return (name) => ladders.get(name);
}

/** Reads runs and says what was left out of them. */
export async function readModelRuns(
  paths: readonly string[],
  { functionsPath, strict = false }: { readonly functionsPath: readonly string[]; readonly strict?: boolean },
): Promise<ReadRuns> {
  const problems = new RecordProblems({ strict });
  const runs = await readRuns(paths, await catalogueLadders(functionsPath), problems);
  tellProblems(problems);
  for (const line of runs.notes) note(warning(line));
  return runs;
}

export function readModelFile(path: string): ModelFile {
  const remedy = 'Make a model: lumos model fit DIR... --out model.json.';
  return explaining(path, () =>
    parseModelFile(readText(path, { remedy, maximumBytes: mostOfDataBytes }), path),
  );
}
