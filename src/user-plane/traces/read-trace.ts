/** A trace as its invocations in time order, whatever its file's format. */
import { stat } from 'node:fs/promises';
import type { TraceInvocation } from '../../domain/trace.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import { sentenceOf } from '../../files/explain.js';
import { seededRandom } from '../../stats/random.js';
import { dayOf, daysIn } from './azure-2019-files.js';
import { refuseBadRow, type BadRow, type OnBadRow } from './bad-rows.js';
import { traceInput, type TraceFile } from './byte-source.js';
import { InvocationStream } from './invocation-stream.js';
import { TraceLines } from './line-blocks.js';
import { readAzure2019 } from './read-azure-2019.js';
import { readAzure2021 } from './read-azure-2021.js';
import type { Reading } from './reading.js';
import { readPlain } from './read-plain.js';
import { formatOf, type TraceFormat } from './trace-format.js';
import { TraceOrigin } from './trace-origin.js';

export interface ReadTraceOptions {
  /** Leaves broken rows out instead of ending with an error at the first. */
  readonly skipBadRows?: boolean;
  /** Told of each row that was left out: a last line that is cut is, whatever `skipBadRows` says. */
  readonly onBadRow?: (row: BadRow) => void;
  /** Told, in a sentence, what a person should know of how the trace was read. */
  readonly onNote?: (note: string) => void;
  /** Told the format, once it is known. */
  readonly onFormat?: (format: TraceFormat) => void;
  /** Told, at the end, what the file's own clock says at time 0. */
  readonly onOrigin?: (at: Milliseconds) => void;
  /** Makes what a trace does not say: times within a minute and single durations of the 2019 data set. Default 1. */
  readonly seed?: number;
}

/**
 * The invocations of a trace, ascending in time: a file or pipe in any of the formats (docs/method.md, "Traces"), known by
 * its first line, compressed with gzip or not, or the folder of an Azure 2019 data set with all of its days. Time 0 is the
 * first arrival. Memory does not grow with the invocations, only with the functions' names; the file is read once, before
 * the first invocation comes, since none of the formats is in the order of arrivals, and what does not fit into memory
 * meanwhile is in an unnamed file (in `TMPDIR`). The same file and seed give the same invocations.
 * @throws LumosError `invalid-input`, while it is read, for a file that is no trace or cannot be read, and for the first
 * broken row, with its line and the reason
 */
export const readTrace = (path: string, options: ReadTraceOptions = {}): AsyncIterable<TraceInvocation> => ({
  [Symbol.asyncIterator]: () => new InvocationStream(readTraceBatches(path, options)),
});

/** The same a thousand at a time, for whoever goes through millions. @param trace a `TraceFile` where it is read again */
export async function* readTraceBatches(
  trace: string | TraceFile,
  options: ReadTraceOptions = {},
): AsyncGenerator<readonly TraceInvocation[], void> {
  const { onNote = () => undefined, onFormat = () => undefined, onOrigin = () => undefined } = options;
  const origin = new TraceOrigin();
  const reading: Reading = { onBadRow: badRowsOf(options), onNote, origin };
  const random = seededRandom(options.seed ?? 1, 'trace');
  yield* invocationsOf(trace, reading, onFormat, () => random.uniform());
  if (origin.at !== undefined) onOrigin(milliseconds(origin.at));
}

function badRowsOf({ skipBadRows = false, onBadRow = () => undefined }: ReadTraceOptions): OnBadRow {
  return (row) => {
    if (!skipBadRows && row.isCut !== true) refuseBadRow(row);
    onBadRow(row);
  };
}

async function* invocationsOf(
  trace: string | TraceFile,
  reading: Reading,
  onFormat: (format: TraceFormat) => void,
  uniform: () => number,
): AsyncGenerator<readonly TraceInvocation[], void> {
  const path = typeof trace === 'string' ? trace : trace.path;
  if (await isFolder(path)) {
    onFormat('azure-2019');
    yield* readAzure2019(await daysIn(path), reading, uniform);
    return;
  }
  const lines = await TraceLines.of(path, typeof trace === 'string' ? undefined : () => trace.open());
  try {
    const format = formatOf(lines);
    onFormat(format);
    switch (format) {
      case 'plain':
        yield* readPlain(lines, reading);
        return;
      case 'azure-2021':
        yield* readAzure2021(lines, reading);
        return;
      case 'azure-2019':
        yield* readAzure2019([{ ...(await dayOf(path, reading.onNote)), lines }], reading, uniform);
    }
  } finally {
    await lines.close();
  }
}

const isFolder = async (path: string): Promise<boolean> =>
  (
    await stat(traceInput(path)).catch((error: unknown) => {
      throw sentenceOf(error, path);
    })
  ).isDirectory();
