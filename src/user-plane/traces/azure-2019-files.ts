/** Which files of a folder belong to which day of the 2019 data set. */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { invalidInput } from '../../domain/errors.js';
import { firstLine, unreadable } from './line-blocks.js';
import { formatOfHeader } from './trace-format.js';

/** One file of invocations, with its tables where there are any. */
export interface DayFiles {
  readonly invocations: string;
  readonly durations?: string;
  readonly memory?: string;
  /** Days after the first one. */
  readonly day: number;
}

/**
 * The days of a folder, ascending. Files are known by their first lines; those of one day by the number at the end of
 * their names (`...d01.csv`), and those without one belong together.
 * @throws LumosError `invalid-input` for a folder without invocations, and for two files that have the same part of a day
 */
export async function daysIn(folder: string): Promise<DayFiles[]> {
  const files = await classified(folder);
  const invocations = files.filter(({ what }) => what === 'azure-2019');
  if (invocations.length === 0)
    throw invalidInput(
      `${folder} has no invocations of the Azure 2019 data set`,
      'Of the other formats, name the file.',
    );
  const numbers = invocations.map(({ day }) => day ?? 0);
  const first = Math.min(...numbers);
  return invocations
    .map((file) => withTables(file.path, file.day, files, (file.day ?? 0) - first))
    .sort((a, b) => a.day - b.day);
}

/** The day of a file of invocations, with the tables that lie beside it. */
export async function dayOf(path: string): Promise<DayFiles> {
  const files = await classified(dirname(path));
  return withTables(path, dayIn(path), files, 0);
}

interface Classified {
  readonly path: string;
  readonly day: number | undefined;
  readonly what: ReturnType<typeof formatOfHeader>;
}

async function classified(folder: string): Promise<Classified[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  const files: Classified[] = [];
  for (const name of names.filter((one) => one.endsWith('.csv')).sort()) {
    const path = join(folder, name);
    // What lies beside a trace and cannot be read is none of it.
    const line = await firstLine(path).catch(() => undefined);
    files.push({ path, day: dayIn(path), what: formatOfHeader(line?.text ?? '') });
  }
  return files;
}

const dayIn = (path: string): number | undefined => {
  const digits = /\bd(\d{1,3})\.csv$/.exec(basename(path))?.[1];
  return digits === undefined ? undefined : Number(digits);
};

function withTables(
  invocations: string,
  number: number | undefined,
  files: readonly Classified[],
  day: number,
): DayFiles {
  const only = (what: Classified['what']): string | undefined => {
    const found = files.filter((file) => file.what === what && file.day === number);
    if (found.length < 2) return found[0]?.path;
    throw invalidInput(
      `${found.map(({ path }) => path).join(' and ')} have the same part of a trace`,
      'Keep one of them in the folder.',
    );
  };
  only('azure-2019');
  const [durations, memory] = [only('durations'), only('memory')];
  return {
    ...{ invocations, day },
    ...(durations === undefined ? {} : { durations }),
    ...(memory === undefined ? {} : { memory }),
  };
}
