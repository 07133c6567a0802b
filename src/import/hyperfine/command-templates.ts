/**
 * Commands with the values of their parameters put back as names, so that one program at several values is one runtime. hyperfine writes the
 * command with the values in it, and not where they were.
 */

export interface Parameterized {
  readonly command: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Template {
  /** `sim.py -j {threads}` */
  readonly command: string;
  /** The parameters that are not the program itself. */
  readonly parameters: readonly (readonly [string, string])[];
}

/** Where a value stands in a command, and the parameters that have this value. */
interface Occurrence {
  readonly start: number;
  readonly end: number;
  readonly names: readonly string[];
  /** True for a part of a word (`data-1.bin`): it counts only in a template that explains several values. */
  readonly isPart: boolean;
}

/** A way to read a command. */
interface Reading {
  /** The number of parameters that are put back. */
  readonly putBack: number;
  readonly hasParts: boolean;
}

/** More ways to read a command than these are not tried: then all occurrences are put back. */
const mostCandidates = 1024;

const boundary = /[\s'"=,;|&()<>]/u;

/** Whether a whole word begins at `at`: after a blank, a quote, `=` or the like, or after the letter of a short option (`-j4`). */
function beginsWord(command: string, at: number): boolean {
  if (at === 0 || boundary.test(command[at - 1] ?? '')) return true;
  return /(?:^|[\s'"])-[A-Za-z]$/u.test(command.slice(0, at));
}

const endsWord = (command: string, at: number): boolean =>
  at === command.length || boundary.test(command[at] ?? '');

const partBoundary = /[\s'"=,;|&()<>/\-._:]/u;

/** Whether a point between digits is that of a number: 1 is no part of 1.5. */
const isInNumber = (command: string, point: number): boolean =>
  /^\d\.\d$/u.test(command.slice(point - 1, point + 2));

const isPartBoundary = (command: string, at: number): boolean =>
  partBoundary.test(command[at] ?? '') && !isInNumber(command, at);

/**
 * Whether a part of a word begins at `at`, after the command's first word: after a path's or a name's separator, or after the letters of an
 * option (`--jobs8`). The first word is the program.
 */
function beginsPart(command: string, at: number): boolean {
  if (!/\s/u.test(command.slice(0, at).trimStart())) return false;
  return isPartBoundary(command, at - 1) || /(?:^|[\s'"])--?[A-Za-z][A-Za-z-]*$/u.test(command.slice(0, at));
}

const endsPart = (command: string, at: number): boolean =>
  at === command.length || isPartBoundary(command, at);

/** The words of `command`, and the parts of words, that are the value of a parameter, from left to right. */
function occurrencesIn(command: string, parameters: readonly (readonly [string, string])[]): Occurrence[] {
  const byValue = new Map<string, string[]>();
  for (const [name, value] of parameters)
    if (value.trim() !== '') byValue.set(value, [...(byValue.get(value) ?? []), name]);
  // Of two values that begin at one place, the longer one was put there.
  const values = [...byValue].sort(([a], [b]) => b.length - a.length);
  const found: Occurrence[] = [];
  const isWord = (value: string, at: number): boolean =>
    beginsWord(command, at) && endsWord(command, at + value.length);
  const isPart = (value: string, at: number): boolean =>
    beginsPart(command, at) && endsPart(command, at + value.length);
  for (let at = 0; at < command.length;) {
    const there = values.filter(([value]) => command.startsWith(value, at));
    const word = there.find(([value]) => isWord(value, at));
    const own = word ?? there.find(([value]) => isPart(value, at));
    if (own === undefined) at += 1;
    else {
      found.push({ start: at, end: at + own[0].length, names: own[1], isPart: word === undefined });
      at += own[0].length;
    }
  }
  return found;
}

const written = (
  command: string,
  occurrences: readonly Occurrence[],
  choice: readonly (string | undefined)[],
): string => {
  let [text, from] = ['', 0];
  for (const [i, { start, end }] of occurrences.entries()) {
    const name = choice[i];
    text += command.slice(from, start) + (name === undefined ? command.slice(start, end) : `{${name}}`);
    from = end;
  }
  return text + command.slice(from);
};

/** Every way to read a command: each occurrence as one of its parameters or as itself. */
function candidatesOf(command: string, occurrences: readonly Occurrence[]): Map<string, Reading> {
  let choices: (string | undefined)[][] = [[]];
  for (const { names } of occurrences) {
    const longer = choices.flatMap((choice) => [...names, undefined].map((name) => [...choice, name]));
    if (longer.length > mostCandidates) return wholeWordsOnly(command, occurrences);
    choices = longer;
  }
  const candidates = new Map<string, Reading>();
  for (const choice of choices) {
    const template = written(command, occurrences, choice);
    const isPutBack = (i: number): boolean => choice[i] !== undefined;
    const hasParts = occurrences.some(({ isPart }, i) => isPart && isPutBack(i));
    const putBack = choice.filter((name) => name !== undefined).length;
    if (!hasParts || !candidates.has(template)) candidates.set(template, { putBack, hasParts });
  }
  return candidates;
}

/** The one reading of a command with too many of them. */
function wholeWordsOnly(command: string, occurrences: readonly Occurrence[]): Map<string, Reading> {
  const words = occurrences.filter(({ isPart }) => !isPart);
  const names = words.map((one) => one.names[0]);
  return new Map([[written(command, words, names), { putBack: words.length, hasParts: false }]]);
}

interface Readable {
  readonly parameters: readonly (readonly [string, string])[];
  readonly candidates: ReadonlyMap<string, Reading>;
}

/** Whether a value is the program that a command runs: its beginning, or the name of the file that it begins with (`./fast`). */
function isProgram(command: string, value: string): boolean {
  if (value.trim() === '') return false;
  if (command.startsWith(value) && endsWord(command, value.length)) return true;
  const [first = ''] = command.split(/\s/u);
  return first.endsWith(`/${value}`);
}

/** A parameter that is the program itself is part of the runtime and not of what it was given. */
function readableOf({ command, parameters }: Parameterized): Readable {
  const given = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  const programs = new Set(given.flatMap(([name, value]) => (isProgram(command, value) ? [name] : [])));
  const others = given.filter(([name]) => !programs.has(name));
  return { parameters: others, candidates: candidatesOf(command, occurrencesIn(command, others)) };
}

/** How many different values of the parameters a template explains, by template. */
function supportOf(readables: readonly Readable[]): Map<string, Set<string>> {
  const support = new Map<string, Set<string>>();
  for (const { candidates, parameters } of readables) {
    const values = JSON.stringify(parameters);
    for (const template of candidates.keys()) {
      const own = support.get(template) ?? new Set<string>();
      support.set(template, own.add(values));
    }
  }
  return support;
}

/**
 * A template for each command. A value may stand in a command by chance, or be that of two parameters: of all ways to read the commands
 * the one is taken that needs the fewest templates, by taking the template first that explains most of the commands that are left.
 * Of those that explain several, the one that puts back least; of those that explain one only, the one that puts back most.
 */
export function templatesOf(commands: readonly Parameterized[]): Template[] {
  const readables = commands.map(readableOf);
  const chosen = new Map<number, string>();
  while (chosen.size < readables.length) {
    const left = [...readables.entries()].filter(([i]) => !chosen.has(i));
    const best = bestTemplate(left.map(([, readable]) => readable));
    // Where no template explains several, each command has its own.
    for (const [i, { candidates }] of left)
      if (best === undefined) chosen.set(i, fullest(candidates));
      else if (candidates.has(best)) chosen.set(i, best);
  }
  return readables.map(({ parameters }, i) => ({ command: chosen.get(i) ?? '', parameters }));
}

/** The template that explains the most values, if it explains several. */
function bestTemplate(left: readonly Readable[]): string | undefined {
  const putBack = new Map(left.flatMap(({ candidates }) => [...candidates]));
  const countIn = (template: string): number => putBack.get(template)?.putBack ?? 0;
  const ranked = [...supportOf(left)].filter(([, values]) => values.size > 1);
  const [first] = ranked.sort(
    ([a, ofA], [b, ofB]) => ofB.size - ofA.size || countIn(a) - countIn(b) || (a < b ? -1 : 1),
  );
  return first?.[0];
}

/** The template that puts back most whole words; the first of them in the order of the parameters. */
function fullest(candidates: ReadonlyMap<string, Reading>): string {
  const words = [...candidates].filter(([, { hasParts }]) => !hasParts);
  const [first] = words.sort(([, a], [, b]) => b.putBack - a.putBack);
  return first?.[0] ?? '';
}
