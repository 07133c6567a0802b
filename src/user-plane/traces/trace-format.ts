/** Which of the formats a file is in, by its first line. */
import { invalidInput } from '../../domain/errors.js';
import { namesIn } from './header-columns.js';
import type { TraceLines } from './line-blocks.js';

/** `plain`: Lumos' own, which `lumos trace sample` and `synthesize` write. */
export type TraceFormat = 'plain' | 'azure-2021' | 'azure-2019';

/** Tables of the 2019 data set beside the invocations. */
export type SideTable = 'durations' | 'memory';

/** The columns of the plain format; a file has the first, and any of the others. */
export const plainColumns = ['seconds', 'function', 'durationMs', 'memoryMiB'] as const;

/** All of them are needed. */
export const azure2021Columns = ['app', 'func', 'end_timestamp', 'duration'] as const;

const expected =
  'A trace begins with one of: "seconds[,function][,durationMs][,memoryMiB]" (plain), "app,func,end_timestamp,duration" ' +
  '(Azure 2021), "HashOwner,HashApp,HashFunction,Trigger,1,2,..." (Azure 2019), columns in any order.';

/** @throws LumosError `invalid-input` for a file that begins with none of them */
export function formatOf({ header, path }: TraceLines): TraceFormat {
  if (header === undefined) throw invalidInput(`${path} is empty`, expected);
  const format = formatOfHeader(header.text);
  if (format === 'durations' || format === 'memory')
    throw invalidInput(
      `${path} has the ${format} of a trace, not its invocations`,
      'Name the file of the invocations, or the folder with all of them.',
    );
  if (format === undefined && /^[^,]*;[^,]*$/u.test(header.text))
    throw invalidInput(
      `${path}:${header.number}: the columns are separated by ";"`,
      'Write commas between the columns, and points in the numbers.',
    );
  if (format === undefined)
    throw invalidInput(`${path}:${header.number}: not the first line of any format`, expected);
  return format;
}

/** What a file with this first line is, by the names of its columns; undefined for none of ours. */
export function formatOfHeader(line: string): TraceFormat | SideTable | undefined {
  const columns = namesIn(line);
  const has = (...names: string[]): boolean => names.every((name) => columns.includes(name));
  if (has(...azure2021Columns)) return 'azure-2021';
  if (has('HashOwner', 'HashApp', 'HashFunction', 'Trigger')) return 'azure-2019';
  if (has('HashOwner', 'percentile_Average_50')) return 'durations';
  if (has('HashOwner', 'AverageAllocatedMb')) return 'memory';
  // Numbers without a header are times.
  if (has('seconds') || (columns.length === 1 && /^\d+(\.\d+)?$/.test(columns[0] ?? ''))) return 'plain';
  return undefined;
}
