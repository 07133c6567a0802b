/** What the analyses of a run found, as lines for a terminal: the paper's claims, and time against payload size. */
import type { Summary } from '../domain/summary/summary.js';
import { claimLines } from './claims/claim-lines.js';
import { columnLines } from './column-lines.js';
import { sumsReading, sumsTitle } from './latency-sums/sum-table.js';
import { leagueReading, leagueTable } from './league/league-table.js';
import { crossoverSentences, sizeReading, sizeTable } from './payload-size/size-table.js';
import { wrapText } from './wrap-text.js';

/** The lines, none longer than `width`; empty for a run whose experiment asks for no analysis. */
export function findingsText(summary: Summary, width: number): string[] {
  return [
    ...leagueText(summary, width),
    ...claimsText(summary, width),
    ...sizesText(summary, width),
    ...latencySumsText(summary, width),
  ];
}

/** The table has a line for every number of clients, so a terminal is told where it is. */
function latencySumsText({ latencySums = [] }: Summary, width: number): string[] {
  if (latencySums.length === 0) return [];
  const count = `${latencySums.length} of them are in summary.json and in the other formats of the report.`;
  return [sumsTitle, ...wrapText(`${sumsReading} ${count}`, width), ''];
}

function leagueText(summary: Summary, width: number): string[] {
  const { head, names, rows } = leagueTable(summary);
  if (rows.length === 0) return [];
  return [
    'All runtimes',
    ...columnLines(head, names, rows, width),
    '',
    ...wrapText(leagueReading, width),
    '',
  ];
}

function claimsText(summary: Summary, width: number): string[] {
  const indented = (text: string): string[] => wrapText(text, width - 4).map((line) => `    ${line}`);
  const lines = claimLines(summary).flatMap(({ id, paper, measured, cells, verdict, why }) => [
    '',
    ...wrapText(`${id}: ${verdict}`, width),
    ...indented(`The paper: ${paper}. Here: ${measured}, on ${cells}.`),
    ...indented(why),
  ]);
  return lines.length === 0 ? [] : ["The paper's claims", ...lines, ''];
}

function sizesText(summary: Summary, width: number): string[] {
  const { head, names, rows } = sizeTable(summary);
  if (rows.length === 0) return [];
  const lines = rows.flatMap((row) => {
    const figures = row.slice(names).map((text, index) => `${head[names + index] ?? ''} ${text}`);
    return [
      '',
      ...wrapText(row.slice(0, names).join(' \u00b7 '), width),
      ...wrapText(figures.join('; '), width - 4).map((line) => `    ${line}`),
    ];
  });
  const crossovers = crossoverSentences(summary).flatMap((sentence) => ['', ...wrapText(sentence, width)]);
  return [
    'Time against payload size',
    ...wrapText(sizeReading, width),
    ...lines,
    '',
    "Where Wasm's I/O cost passes its start-up gain",
    ...crossovers,
    '',
  ];
}
