/** The command lines that README, docs and help texts show, as a reader would type them. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../src/cli/program.js';

const root = resolve(import.meta.dirname, '..');

export interface Example {
  /** File and line, or the command whose help shows it. */
  readonly where: string;
  /** Behind `lumos`. */
  readonly args: readonly string[];
}

const command = /^\s*(?:\.\/)?(?:lumos\/)?lumos (?<rest>[a-z].*)$/u;

/** What a shell would make of a line: quoted words, a comment or an explanation beside it, a redirection. */
function words(line: string): string[] {
  const [typed = ''] = line.split(/\s+#\s|\s{3,}|\s>\s/u);
  return [...typed.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/gu)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
}

function examplesIn(path: string): Example[] {
  const found: Example[] = [];
  let fenced = false;
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  for (let i = 0; i < lines.length; i += 1) {
    let line = lines[i] ?? '';
    if (line.trimStart().startsWith('```')) fenced = !fenced;
    const where = `${path}:${i + 1}`;
    while (fenced && line.endsWith('\\'))
      line = `${line.slice(0, -1).trimEnd()} ${(lines[(i += 1)] ?? '').trim()}`;
    const rest = fenced ? command.exec(line)?.groups?.['rest'] : undefined;
    if (rest !== undefined) found.push({ where, args: words(rest) });
  }
  return found;
}

export const examplesOfDocs = (): Example[] => [
  ...examplesIn('README.md'),
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .flatMap((name) => examplesIn(join('docs', name))),
];

const helpOf = (of: Command): string => {
  let text = '';
  of.configureOutput({ writeOut: (part) => (text += part) });
  of.outputHelp();
  return text;
};

/** Each command's full name with its examples. */
export function examplesOfHelp(
  of: Command = createProgram(() => Promise.resolve()),
  path = 'lumos',
): Example[] {
  const [, shown = ''] = helpOf(of).split(/^Examples?:$/mu);
  const own = shown.split('\n').flatMap((line) => {
    const rest = command.exec(line)?.groups?.['rest'];
    return rest === undefined ? [] : [{ where: `${path} --help`, args: words(rest) }];
  });
  return [...own, ...of.commands.flatMap((one) => examplesOfHelp(one, `${path} ${one.name()}`))];
}

/** The fenced block of README.md that begins with, or comes after, the line `before`. */
export function blockOf(before: string): string {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const at = text.indexOf(before);
  if (at === -1) throw new Error(`README.md has no "${before}"`);
  const fence = /```\w*\n([\s\S]*?)```/u;
  const open = text.lastIndexOf('```', at);
  const inBlock = (text.slice(0, at).match(/```/gu)?.length ?? 0) % 2 === 1;
  return fence.exec(text.slice(inBlock ? open : at))?.[1] ?? '';
}
