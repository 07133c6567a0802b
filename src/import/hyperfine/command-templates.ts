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

/** The whole words of `command` that are the value of a parameter, from left to right. */
function occurrencesIn(command: string, parameters: readonly (readonly [string, string])[]): Occurrence[] {
  const byValue = new Map<string, string[]>();
  for (const [name, value] of parameters)
    if (value.trim() !== '') byValue.set(value, [...(byValue.get(value) ?? []), name]);
  // Of two values that begin at one place, the longer one was put there.
  const values = [...byValue].sort(([a], [b]) => b.length - a.length);
  const found: Occurrence[] = [];
  for (let at = 0; at < command.length;) {
    const own = values.find(
      ([value]) =>
        command.startsWith(value, at) && beginsWord(command, at) && endsWord(command, at + value.length),
    );
    if (own === undefined) at += 1;
    else {
      found.push({ start: at, end: at + own[0].length, names: own[1] });
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

/** Every way to read a command: each occurrence as one of its parameters or as itself. The number of parameters put back is kept. */
function candidatesOf(command: string, occurrences: readonly Occurrence[]): Map<string, number> {
  let choices: (string | undefined)[][] = [[]];
  for (const { names } of occurrences) {
    const longer = choices.flatMap((choice) => [...names, undefined].map((name) => [...choice, name]));
    if (longer.length > mostCandidates)
      return new Map([
        [
          written(
            command,
            occurrences,
            occurrences.map((one) => one.names[0]),
          ),
          occurrences.length,
        ],
      ]);
    choices = longer;
  }
  return new Map(
    choices.map((choice) => [
      written(command, occurrences, choice),
      choice.filter((name) => name !== undefined).length,
    ]),
  );
}

interface Readable {
  readonly parameters: readonly (readonly [string, string])[];
  readonly candidates: ReadonlyMap<string, number>;
}

/** A parameter that is the program itself, the command's beginning, is part of the runtime and not of what it was given. */
function readableOf({ command, parameters }: Parameterized): Readable {
  const given = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  const programs = new Set(
    given.flatMap(([name, value]) =>
      value.trim() !== '' && command.startsWith(value) && endsWord(command, value.length) ? [name] : [],
    ),
  );
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
  const ranked = [...supportOf(left)].filter(([, values]) => values.size > 1);
  const [first] = ranked.sort(
    ([a, ofA], [b, ofB]) =>
      ofB.size - ofA.size || (putBack.get(a) ?? 0) - (putBack.get(b) ?? 0) || (a < b ? -1 : 1),
  );
  return first?.[0];
}

/** The template that puts back most; the first of them in the order of the parameters. */
function fullest(candidates: ReadonlyMap<string, number>): string {
  const [first] = [...candidates].sort(([, a], [, b]) => b - a);
  return first?.[0] ?? '';
}
