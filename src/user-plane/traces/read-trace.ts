/** A trace as its invocations in time order, whatever its file's format. */
import { stat } from 'node:fs/promises';
import type { TraceInvocation } from '../../domain/trace.js';
import { seededRandom } from '../../stats/random.js';
import { dayOf, daysIn } from './azure-2019-files.js';
import { refuseBadRow, type BadRow } from './bad-rows.js';
import { InvocationStream } from './invocation-stream.js';
import { unreadable } from './line-blocks.js';
import { readAzure2019 } from './read-azure-2019.js';
import { readAzure2021 } from './read-azure-2021.js';
import { readPlain } from './read-plain.js';
import { formatOf, type TraceFormat } from './trace-format.js';

export interface ReadTraceOptions {
  /** Leaves broken rows out instead of ending with an error at the first. */
  readonly skipBadRows?: boolean;
  /** Told of each row that was left out. */
  readonly onBadRow?: (row: BadRow) => void;
  /** Makes what a trace does not say: times within a minute and single durations of the 2019 data set. Default 1. */
  readonly seed?: number;
}

/**
 * The invocations of a trace, ascending in time: a file in any of the formats (docs/method.md, "Traces"), known by its
 * first line, or the folder of an Azure 2019 data set with all of its days. Memory does not grow with the invocations,
 * only with the functions' names; the file is read once before the first invocation comes, since none of the formats
 * is in the order of arrivals, and what does not fit into memory meanwhile is in an unnamed file (in `TMPDIR`).
 * The same file and seed give the same invocations.
 * @throws LumosError `invalid-input`, while it is read, for a file that is no trace or cannot be read, and for the first
 * broken row, with its line and the reason
 */
export const readTrace = (path: string, options: ReadTraceOptions = {}): AsyncIterable<TraceInvocation> => ({
  [Symbol.asyncIterator]: () => new InvocationStream(readTraceBatches(path, options)),
});

/** The same a thousand at a time, for whoever goes through millions. */
export async function* readTraceBatches(
  path: string,
  { skipBadRows = false, onBadRow = () => undefined, seed = 1 }: ReadTraceOptions = {},
): AsyncGenerator<readonly TraceInvocation[], void> {
  const broken = skipBadRows ? onBadRow : refuseBadRow;
  const random = seededRandom(seed, 'trace');
  if (await isFolder(path)) {
    yield* readAzure2019(await daysIn(path), broken, () => random.uniform());
    return;
  }
  switch (await formatOf(path)) {
    case 'plain':
      yield* readPlain(path, broken);
      return;
    case 'azure-2021':
      yield* readAzure2021(path, broken);
      return;
    case 'azure-2019':
      yield* readAzure2019([await dayOf(path)], broken, () => random.uniform());
  }
}

/** The format of what `readTrace` would read. @throws LumosError as `readTrace` */
export const traceFormat = async (path: string): Promise<TraceFormat> =>
  (await isFolder(path)) ? 'azure-2019' : formatOf(path);

const isFolder = async (path: string): Promise<boolean> =>
  (
    await stat(path).catch((error: unknown) => {
      throw unreadable(path, error);
    })
  ).isDirectory();
