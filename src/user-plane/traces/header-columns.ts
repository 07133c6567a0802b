/** The columns of a trace's table, by their names. */
import { invalidInput } from '../../domain/errors.js';
import type { HeaderLine } from './line-blocks.js';

/** The cells of a line; quotes around one, as R and pandas write them, are no part of it. */
export function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^,]*))(?=,|$)/y;
  for (let from = 0; from <= line.length; from = cell.lastIndex + 1) {
    cell.lastIndex = from;
    const [, quoted, plain = ''] = cell.exec(line) ?? [];
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
  }
  return cells;
}

export const namesIn = (line: string): string[] => cellsOf(line.trim()).map((column) => column.trim());

/** The names in a header. @throws LumosError `invalid-input` for a name that is there twice, with line and columns */
export function headerColumns({ text, number }: HeaderLine, path: string): string[] {
  const names = namesIn(text);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice < 0) return names;
  const name = names[twice] ?? '';
  throw invalidInput(
    `${path}:${number}: the column "${name}" is there twice, as columns ${names.indexOf(name) + 1} and ${twice + 1}`,
    'Keep one of them: nobody can tell which one counts.',
  );
}

/** Where columns are. @throws LumosError `invalid-input` for one that is not there */
export function placesOf<Name extends string>(
  wanted: readonly Name[],
  names: readonly string[],
  where: string,
): Readonly<Record<Name, number>> {
  const entries = wanted.map((name): [Name, number] => {
    const place = names.indexOf(name);
    if (place >= 0) return [name, place];
    throw invalidInput(`${where}: there is no column "${name}"`, `It needs: ${wanted.join(', ')}.`);
  });
  return Object.fromEntries(entries) as Record<Name, number>;
}
