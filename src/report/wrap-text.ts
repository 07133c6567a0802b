/** Plain text in lines of a given width, and safe to print. */

/** `text` without control characters: a name from a file can neither move the cursor nor colour a terminal. */
export const printable = (text: string): string => text.replace(/\p{Cc}/gu, '?');

/** Splits what is longer than a line, so that no line can be too long. */
const pieces = (word: string, width: number): string[] =>
  word.match(new RegExp(`.{1,${width}}`, 'gsu')) ?? [];

/**
 * Breaks `text` at spaces into lines of at most `width` characters; continuation lines start with `hanging` spaces.
 * A word longer than a line is cut. Runs of spaces become one.
 */
export function wrapText(text: string, width: number, hanging = 0): string[] {
  const room = Math.max(1, width - hanging);
  const indent = ' '.repeat(Math.max(0, width - room));
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((part) => pieces(part, room))) {
    const next = line === '' ? word : `${line} ${word}`;
    if (next.length <= room) {
      line = next;
      continue;
    }
    lines.push(line);
    line = word;
  }
  if (line !== '') lines.push(line);
  return lines.map((one, index) => (index === 0 ? one : indent + one));
}

/** `text` beside a term in a column of `termWidth`, e.g. an entry of a legend. */
export function wrapEntry(term: string, text: string, width: number, termWidth: number): string[] {
  return wrapText(text, width - termWidth).map(
    (line, index) => (index === 0 ? term : '').padEnd(termWidth) + line,
  );
}
