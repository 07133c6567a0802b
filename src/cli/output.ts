/** The only place that prints. Standard output carries what was asked for; standard error what is going on. */
import pc from 'picocolors';

/** What was asked for: a table, a path, JSON. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** What is going on, for a person at the terminal. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** A title above a longer piece of work. */
export const title = (text: string): string => pc.bold(text);
export const dim = (text: string): string => pc.dim(text);
export const warning = (text: string): string => pc.yellow(text);
export const failure = (text: string): string => pc.red(text);
export const good = (text: string): string => pc.green(text);

/** Columns to write a table into: the terminal's, at least 80; 100 where there is none. */
export const tableWidth = (): number => Math.max(80, process.stdout.columns || 100);

/** Whether standard output wants colour. */
export const wantsColour = (): boolean => pc.isColorSupported && process.stdout.isTTY;

/** Whether a live display makes sense on standard error. */
export const isInteractive = (): boolean => process.stderr.isTTY;
