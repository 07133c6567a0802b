/** The only place that prints. Standard output carries what was asked for; standard error what is going on. */
import { markedColors, printableText, withoutMarkedColors } from '../domain/terminal-text.js';

/** What was asked for: a table, a path, JSON. */
export function print(text: string): void {
  process.stdout.write(shown(text.endsWith('\n') ? text : `${text}\n`, wantsColour()));
}

/** What is going on, for a person at the terminal. Takes the place of the live display until that is drawn again. */
export function note(text: string): void {
  if (liveDisplay.isShown) process.stderr.write(eraseLine);
  process.stderr.write(shown(`${text}\n`, hasColour(process.stderr)));
}

/** Control characters escaped; Lumos's own colours kept or taken out. */
const shown = (text: string, inColour: boolean): string =>
  printableText(inColour ? text : withoutMarkedColors(text));

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

const colors = markedColors(true);

/** A title above a longer piece of work. */
export const title = (text: string): string => colors.bold(text);
export const dim = (text: string): string => colors.dim(text);
export const warning = (text: string): string => colors.yellow(text);
export const failure = (text: string): string => colors.red(text);
export const good = (text: string): string => colors.green(text);

/** Columns to write a table into: the terminal's, at least 80; 100 where there is none. */
export const tableWidth = (): number => Math.max(80, process.stdout.columns || 100);

/** Whether standard output wants colour. */
export const wantsColour = (): boolean => hasColour(process.stdout);

/** https://no-color.org: any value but an empty one takes colours out. */
function hasColour(stream: NodeJS.WriteStream): boolean {
  const isRefused = (process.env['NO_COLOR'] ?? '') !== '' || process.argv.includes('--no-color');
  return !isRefused && stream.isTTY && !isDumb();
}

/** A terminal that prints control sequences instead of following them. */
const isDumb = (): boolean => ['dumb', ''].includes(process.env['TERM'] ?? '');

/** Whether a live display makes sense on standard error. */
export const isInteractive = (): boolean => process.stderr.isTTY && !isDumb();

const eraseLine = '\r\u001b[2K';
/** The cursor, and that long lines go on in the next one: a live display switches both off. */
const terminalAsBefore = '\u001b[?25h\u001b[?7h';

const leaveTerminal = (): void => {
  process.stderr.write(eraseLine + terminalAsBefore);
};

/** What a live display on standard error tells the rest, so that the terminal is left as it was however Lumos ends. */
export const liveDisplay = {
  isShown: false,
  begin(): void {
    this.isShown = true;
    process.once('exit', leaveTerminal);
  },
  end(): void {
    this.isShown = false;
    process.off('exit', leaveTerminal);
  },
};
