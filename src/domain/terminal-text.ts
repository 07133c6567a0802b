/**
 * Text for a terminal. Names, messages and bytes of functions, files and servers may hold control characters, which
 * would move the cursor, colour the screen or reverse what is read. All of them are escaped where text is printed; only
 * the colours that Lumos itself sets pass, because they carry a mark that no other text can know.
 */
import { randomInt } from 'node:crypto';
import pc from 'picocolors';

/** Styles as functions of text, of picocolors' shape. */
export type Colors = ReturnType<typeof pc.createColors>;

/**
 * A parameter that no terminal gets to see; drawn anew by every process. It stands before the style: cli-table3 goes by the first
 * parameter, and would end a colour that it knows by a sequence of its own, without the mark.
 */
const mark = String(randomInt(100_000_000, 1_000_000_000));

/** Styles whose sequences `printableText` lets pass; functions that change nothing where `isWanted` is false. */
export function markedColors(isWanted: boolean): Colors {
  const plain = pc.createColors(isWanted);
  if (!isWanted) return plain;
  const marked = Object.entries<unknown>({ ...plain }).map(([name, style]) => [
    name,
    isStyle(style) ? withMark(style) : style,
  ]);
  return Object.fromEntries(marked) as Colors;
}

/** The styles that an option asks for: usual ones, none, or those given. */
export const colorsOf = (option: boolean | Colors | undefined): Colors =>
  typeof option === 'object' ? option : pc.createColors(option ?? false);

type Style = (text: string | number | null | undefined) => string;
const isStyle = (value: unknown): value is Style => typeof value === 'function';

function withMark(style: Style): Style {
  const around = style('');
  const end = around.indexOf('m') + 1;
  const [open, close] = [around.slice(0, end), around.slice(end)].map((one) => one.replace('[', `[${mark};`));
  if (open === undefined || close === undefined) return String;
  // A style within this one ends with a sequence that may end this one too.
  return (text) => `${open}${String(text).replaceAll(close, close + open)}${close}`;
}

const ownSequence = new RegExp(`\\u001b\\[${mark};(\\d+)m`, 'g');

/**
 * C0 but for tab and line feed, DEL, C1, line and paragraph separators, marks, embeddings, overrides and isolates of
 * writing direction, and the byte order mark. A carriage return before a line feed is a line end of CSV and stays.
 */
const unprintable = /\r(?!\n)|(?![\t\n\r])\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** As JSON writes it, so that JSON stays the same value. */
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** `text` without control characters: each is written as `\u001b`. Line feeds and tabs stay. */
export const escapeControls = (text: string): string => text.replace(unprintable, escaped);

/** What may be sent to a terminal: control characters escaped, Lumos's own colours as they are. */
export function printableText(text: string): string {
  if (!text.includes(mark)) return escapeControls(text);
  let [result, from] = ['', 0];
  for (const found of text.matchAll(ownSequence)) {
    result += `${escapeControls(text.slice(from, found.index))}\u001b[${found[1] ?? '0'}m`;
    from = found.index + found[0].length;
  }
  return result + escapeControls(text.slice(from));
}

/** `text` without the colours of `markedColors`. */
export const withoutMarkedColors = (text: string): string =>
  text.includes(mark) ? text.replace(ownSequence, '') : text;

/** The longest message that is shown whole. */
const longestMessage = 1500;

/** `text` on one line of bounded length, for a message that quotes what others wrote. */
export function oneLine(text: string): string {
  const line = text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
  return line.length <= longestMessage ? line : `${line.slice(0, longestMessage)} ...`;
}
