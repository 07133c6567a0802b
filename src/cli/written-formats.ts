/** Recognises a file that Lumos wrote, by what is in it: only such a file is written over without being told to. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { k6Head } from '../report/exports/k6.js';
import { rowsCsvHead } from '../report/exports/rows-csv.js';
import { markdownMark } from '../report/markdown.js';
import { plainColumns } from '../user-plane/traces/trace-format.js';

export type OutputFormat =
  | 'html'
  | 'md'
  | 'csv'
  | 'json'
  | 'parquet'
  | 'junit'
  | 'hyperfine'
  | 'k6'
  | 'rows-csv'
  | 'k6-points'
  | 'model'
  | 'plot'
  | 'trace';

/** What a file of the format is called in a message. */
export const formatNames: Readonly<Record<OutputFormat, string>> = {
  html: 'an HTML report',
  md: 'a Markdown report',
  csv: 'a CSV summary',
  json: 'a JSON summary',
  parquet: 'Parquet rows',
  junit: 'a JUnit report',
  hyperfine: 'a hyperfine export',
  k6: 'a k6 summary',
  'rows-csv': 'CSV rows',
  'k6-points': 'k6 points',
  model: 'a model',
  plot: 'a plot',
  trace: 'a trace',
};

/** The ends of a file; each is the whole of a small one. Bytes that are no text stay bytes (Latin-1). */
interface Ends {
  readonly head: string;
  readonly tail: string;
  readonly path: string;
}

const endBytes = 64 * 1024;

/** Above this a k6 summary is none of ours: it has a few figures for each cell. */
const mostJsonBytes = 64 * 2 ** 20;

const schemaFirst =
  (id: string) =>
  ({ head }: Ends): boolean =>
    head.replace(/^\{\s*/, '').startsWith(`"schema": "${id}@`);

const lineFirst =
  (line: string) =>
  ({ head }: Ends): boolean =>
    head.startsWith(line);

const signatures: Readonly<Record<OutputFormat, (ends: Ends) => boolean>> = {
  html: ({ head, tail }) =>
    head.startsWith('<!doctype html>') &&
    head.includes('<title>Lumos: ') &&
    tail.includes('<p>Made by Lumos '),
  md: lineFirst(markdownMark),
  csv: lineFirst('function,payload,payload_bytes,response_bytes,start,runtime,class,'),
  json: schemaFirst('lumos/summary'),
  // The name of who wrote a Parquet file stands at the end of its metadata.
  parquet: ({ head, tail }) =>
    head.startsWith('PAR1') && tail.endsWith('PAR1') && tail.slice(-512).includes('lumos'),
  junit: ({ head }) => /^<\?xml[^>]*\?>\s*<testsuites name="lumos /.test(head),
  hyperfine: ({ head, tail }) =>
    /^\{\s*"results": \[\s*(\{\s*"command": |\])/.test(head) &&
    /("lumos": \{\s*"failures": \{[^{}]*\}\s*\}\s*\}\s*\]|"results": \[\s*\])\s*\}\s*$/.test(tail),
  k6: ({ head, path }) => head.startsWith('{\n  "metrics": {') && hasOnlyOurMetrics(path),
  'rows-csv': lineFirst(rowsCsvHead),
  'k6-points': ({ head }) =>
    head.startsWith(k6Head) &&
    /^($|\{"metric":"http_req_duration","type":"Point","data":\{"time":)/.test(head.slice(k6Head.length)),
  model: schemaFirst('lumos/model'),
  plot: ({ head }) => /^\s*(<\?xml[^>]*\?>\s*)?<svg[\s>]/.test(head) && head.includes(plotTitle),
  trace: lineFirst(`${plainColumns.join(',')}\n`),
};

/** The title of the only plot there is: `lumos model validate --plot`. */
export const plotTitle = 'Promised against observed coverage';

/** Whether there is nothing to lose in `path`: it is empty, or Lumos wrote it in this format. Throws what the system throws. */
export function isOurs(path: string, format: OutputFormat): boolean {
  const ends = endsOf(path);
  return ends.head === '' || signatures[format](ends);
}

function endsOf(path: string): Ends {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, endBytes));
    const piece = (at: number): string =>
      buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, at));
    return { head: piece(0), tail: piece(size - buffer.length), path };
  } finally {
    closeSync(descriptor);
  }
}

/** k6 itself writes `root_group`, and metrics that Lumos has no figures for. */
function hasOnlyOurMetrics(path: string): boolean {
  const text = readFileSync(path, 'utf8');
  if (text.length > mostJsonBytes) return false;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Object.keys(parsed).join() !== 'metrics')
      return false;
    const { metrics } = parsed as { readonly metrics: unknown };
    if (typeof metrics !== 'object' || metrics === null) return false;
    return Object.keys(metrics).every((name) =>
      /^http_(reqs|req_failed|req_duration)(\{function:.*,payload:.*,runtime:.*\})?$/s.test(name),
    );
  } catch {
    return false;
  }
}
