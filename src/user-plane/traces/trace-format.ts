/** Which of the formats a file is in, by its first line. */
import { invalidInput } from '../../domain/errors.js';
import { firstLine } from './line-blocks.js';

/** `plain`: Lumos' own, which `lumos trace sample` and `synthesize` write. */
export type TraceFormat = 'plain' | 'azure-2021' | 'azure-2019';

/** Tables of the 2019 data set beside the invocations. */
export type SideTable = 'durations' | 'memory';

/** The columns of the plain format; a file has the first, and any of the others. */
export const plainColumns = ['seconds', 'function', 'durationMs', 'memoryMiB'] as const;

const expected =
  'A trace begins with one of: "seconds[,function][,durationMs][,memoryMiB]" (plain), "app,func,end_timestamp,duration" ' +
  '(Azure 2021), "HashOwner,HashApp,HashFunction,Trigger,1,2,..." (Azure 2019).';

/** @throws LumosError `invalid-input` for a file that cannot be read, or begins with none of them */
export async function formatOf(path: string): Promise<TraceFormat> {
  const first = await firstLine(path);
  if (first === undefined) throw invalidInput(`${path} is empty`, expected);
  const format = formatOfHeader(first.text);
  if (format === 'durations' || format === 'memory')
    throw invalidInput(
      `${path} has the ${format} of a trace, not its invocations`,
      'Name the file of the invocations, or the folder with all of them.',
    );
  if (format === undefined)
    throw invalidInput(`${path}:${first.number}: not the first line of any format`, expected);
  return format;
}

/** What a file with this first line is; undefined for none of ours. */
export function formatOfHeader(line: string): TraceFormat | SideTable | undefined {
  const columns = line.split(',').map((column) => column.trim());
  const [first = '', , , fourth] = columns;
  if (columns.join(',') === 'app,func,end_timestamp,duration') return 'azure-2021';
  if (first === 'HashOwner' && fourth === 'Trigger') return 'azure-2019';
  if (first === 'HashOwner' && columns.includes('percentile_Average_50')) return 'durations';
  if (first === 'HashOwner' && columns.includes('AverageAllocatedMb')) return 'memory';
  // Numbers without a header are times.
  if (first === 'seconds' || (columns.length === 1 && /^\d+(\.\d+)?$/.test(first))) return 'plain';
  return undefined;
}
