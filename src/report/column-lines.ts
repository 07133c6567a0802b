/** A table of text as lines of a terminal: columns where they fit, else a list. */
import { printable, wrapText } from './wrap-text.js';

const gap = 2;

/**
 * Names left, figures right; each word of a heading on a line of its own. Where the columns do not fit into `width`, each
 * row is its names and, under them, its figures with their headings.
 */
export function columnLines(
  head: readonly string[],
  names: number,
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const shown = rows.map((row) => row.map(printable));
  const heads = head.map((text) => text.split(' '));
  const widths = head.map((_, index) =>
    Math.max(
      ...(heads[index] ?? []).map((word) => word.length),
      ...shown.map((row) => row[index]?.length ?? 0),
    ),
  );
  if (widths.reduce((sum, one) => sum + one + gap, -gap) > width) return asList(head, names, shown, width);
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, index) =>
        index < names ? text.padEnd(widths[index] ?? 0) : text.padStart(widths[index] ?? 0),
      )
      .join(' '.repeat(gap))
      .trimEnd();
  const tallest = Math.max(...heads.map((words) => words.length));
  const headLines = Array.from({ length: tallest }, (_, at) =>
    line(heads.map((words) => words[at - (tallest - words.length)] ?? '')),
  );
  return [...headLines, ...shown.map(line)];
}

const asList = (
  head: readonly string[],
  names: number,
  rows: readonly (readonly string[])[],
  width: number,
): string[] =>
  rows.flatMap((row) => {
    const figures = row.slice(names).map((text, index) => `${head[names + index] ?? ''} ${text}`);
    return [
      ...wrapText(row.slice(0, names).join(' \u00b7 '), width),
      ...wrapText(figures.join('; '), width - 4).map((text) => `    ${text}`),
    ];
  });
