/**
 * `npm run bench [-- PART... --json|--markdown]`: how far Lumos is from its targets, on this machine. A report and no
 * gate: exits with 0 whether targets are met or missed, with 1 or 3 when a part could not be measured.
 */
import { parseArgs } from 'node:util';
import { closest } from 'fastest-levenshtein';
import { LumosError, messageOf } from '../src/domain/errors.js';
import { analysis } from './analysis.js';
import { aot } from './aot.js';
import { boundary } from './boundary.js';
import { crun } from './crun.js';
import type { Part, PartResult } from './figures.js';
import { floor } from './floor.js';
import { load } from './load.js';
import { lookAtMachine } from './machine.js';
import { model } from './model.js';
import { quickstart } from './quickstart.js';
import { serve } from './serve.js';
import { renderJson, renderMarkdown, renderTable, type Results } from './render.js';
import { simulation } from './simulation.js';
import { trace } from './trace.js';

const parts: readonly Part[] = [
  floor,
  boundary,
  aot,
  crun,
  serve,
  load,
  analysis,
  trace,
  model,
  simulation,
  quickstart,
];
const exitCodes = { done: 0, failed: 1, invalid: 2, missing: 3 } as const;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const usage = (): string =>
  [
    'npm run bench [-- PART... [--json | --markdown]]',
    ...parts.map(({ name, about }) => `  ${name.padEnd(12)}${about}`),
  ].join('\n');

async function main(): Promise<number> {
  const options = {
    json: { type: 'boolean' },
    markdown: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help === true) {
    process.stdout.write(`${usage()}\n`);
    return exitCodes.done;
  }
  const { results, code } = await measureAll(chosenParts(positionals));
  const render = values.json === true ? renderJson : values.markdown === true ? renderMarkdown : renderTable;
  process.stdout.write(`${render(results)}\n`);
  return code;
}

function chosenParts(names: readonly string[]): readonly Part[] {
  const known = parts.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const nearest = closest(name, known);
    throw new TypeError(`there is no part "${name}": did you mean "${nearest}"?\n${usage()}`);
  }
  return names.length === 0 ? parts : parts.filter(({ name }) => names.includes(name));
}

/** One part after the other; one that cannot be measured does not keep the others from it. */
async function measureAll(chosen: readonly Part[]): Promise<{ results: Results; code: number }> {
  const machine = lookAtMachine();
  say(machine.text);
  say(machine.load);
  const measured: PartResult[] = [];
  const unmeasured: { part: string; why: string }[] = [];
  let code: number = exitCodes.done;
  for (const part of chosen) {
    say(`${part.name}: ${part.about}`);
    try {
      measured.push(await part.measure((line) => say(`  ${line}`)));
    } catch (error) {
      const why = [messageOf(error), ...(error instanceof LumosError && error.remedy ? [error.remedy] : [])];
      unmeasured.push({ part: part.name, why: why.join('; ') });
      code =
        error instanceof LumosError && error.kind === 'missing-dependency'
          ? exitCodes.missing
          : exitCodes.failed;
    }
  }
  return { results: { machine, parts: measured, unmeasured }, code };
}

// Ends through `exit`, upon which scratch folders are removed; what we started ends with us.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(130));
try {
  process.exitCode = await main();
} catch (error) {
  say(messageOf(error));
  process.exitCode = error instanceof TypeError ? exitCodes.invalid : exitCodes.failed;
}
