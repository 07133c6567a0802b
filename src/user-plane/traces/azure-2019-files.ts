/** Which files of a folder belong to which day of the 2019 data set. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { invalidInput } from '../../domain/errors.js';
import { sentenceOf } from '../../files/explain.js';
import { firstLine } from './line-blocks.js';
import { formatOfHeader, type SideTable } from './trace-format.js';

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
    .map(({ path, day }) => {
      only(files, 'azure-2019', day);
      return withTables(path, (day ?? 0) - first, only(files, 'durations', day), only(files, 'memory', day));
    })
    .sort((a, b) => a.day - b.day);
}

/**
 * The day of one file of invocations, with the tables that lie beside it. Other files of invocations are ignored. If two
 * tables would fit, neither is taken, and `onNote` is told.
 */
export async function dayOf(path: string, onNote: (note: string) => void): Promise<DayFiles> {
  // What a pipe gives has no folder.
  if (path === '-' || !(await isRegular(path))) return { invocations: path, day: 0 };
  const files = await classified(dirname(path));
  const table = (what: SideTable): string | undefined => {
    const found = tablesOf(files, what, dayIn(path));
    if (found.length < 2) return found[0];
    onNote(`${path}: ${what} are not known: ${found.join(' and ')} could both be its own`);
    return undefined;
  };
  return withTables(path, 0, table('durations'), table('memory'));
}

interface Classified {
  readonly path: string;
  readonly day: number | undefined;
  readonly what: ReturnType<typeof formatOfHeader>;
}

async function classified(folder: string): Promise<Classified[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw sentenceOf(error, folder);
  });
  const files: Classified[] = [];
  for (const name of names.filter((one) => /\.csv(\.gz)?$/.test(one)).sort()) {
    const path = join(folder, name);
    // A pipe would be waited for, and would be empty afterwards.
    if (!(await isRegular(path))) continue;
    // What lies beside a trace and cannot be read is none of it.
    const line = await firstLine(path).catch(() => undefined);
    files.push({ path, day: dayIn(path), what: formatOfHeader(line?.text ?? '') });
  }
  return files;
}

const isRegular = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isFile() ?? false;

const dayIn = (path: string): number | undefined => {
  const digits = /\bd(\d{1,3})\.csv(?:\.gz)?$/.exec(basename(path))?.[1];
  return digits === undefined ? undefined : Number(digits);
};

const tablesOf = (
  files: readonly Classified[],
  what: Classified['what'],
  day: number | undefined,
): string[] => files.filter((file) => file.what === what && file.day === day).map(({ path }) => path);

/** @throws LumosError `invalid-input` for two files that have the same part of a day */
function only(
  files: readonly Classified[],
  what: Classified['what'],
  day: number | undefined,
): string | undefined {
  const found = tablesOf(files, what, day);
  if (found.length < 2) return found[0];
  throw invalidInput(
    `${found.join(' and ')} have the same part of a trace`,
    what === 'azure-2019' ? 'Name the one to read, not the folder.' : 'Keep one of them in the folder.',
  );
}

const withTables = (
  invocations: string,
  day: number,
  durations: string | undefined,
  memory: string | undefined,
): DayFiles => ({
  ...{ invocations, day },
  ...(durations === undefined ? {} : { durations }),
  ...(memory === undefined ? {} : { memory }),
});
