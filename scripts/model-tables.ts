/**
 * Puts what `lumos model validate` finds of a run into docs/model.md, between two comments that name it:
 *
 *     npm run model-tables -- NAME DIR...
 *
 * writes between `<!-- table NAME -->` and `<!-- end NAME -->`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { validationMarkdown } from '../src/cli/commands/model/validation-text.js';
import type { RunManifest } from '../src/domain/run-manifest.js';
import { fitModel } from '../src/model/fit/fit-model.js';
import { readRuns } from '../src/model/observations/read-runs.js';
import { validateModel } from '../src/model/validate/validate-model.js';
import { RunDirectory } from '../src/records/run-directory.js';

const page = 'docs/model.md';

/** The page with `text` in the place that `name` has in it. @throws Error where it has none */
export function withTable(markdown: string, name: string, text: string): string {
  const [begin, end] = [`<!-- table ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [markdown.indexOf(begin), markdown.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place for "${name}": ${begin} ... ${end}`);
  return `${markdown.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${markdown.slice(to)}`;
}

const runText = ({ experiment, startedAt, host }: RunManifest): string =>
  `${experiment.name} of ${startedAt.slice(0, 10)}, ${experiment.environment}, on ${host.cpuModel}, ${host.cores} cores, Lumos ${host.lumosVersion}`;

async function main([name, ...directories]: readonly string[]): Promise<void> {
  if (name === undefined || directories.length === 0)
    throw new Error(
      'npm run model-tables -- NAME DIR...: a name of a place in docs/model.md, and run directories',
    );
  const runs = await readRuns(directories, () => undefined);
  const validation = validateModel(fitModel(runs, 'tables').fitted);
  const of = directories.map((path) => runText(new RunDirectory(path).readManifest())).join('; ');
  const text = `<!-- prettier-ignore-start -->\n\n${of}.\n\n${validationMarkdown(validation).trim()}\n\n<!-- prettier-ignore-end -->`;
  writeFileSync(page, withTable(readFileSync(page, 'utf8'), name, text));
  process.stdout.write(`${page}: ${name}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2));
