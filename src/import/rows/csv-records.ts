/** Records of a CSV file by the names of its columns. Each importer of CSV reads through here. */
import { CsvError, parse } from 'csv-parse';
import { invalidInput } from '../../domain/errors.js';
import { longestLine, type TextEnd } from '../../files/text-source.js';
import { badRecord, type SourceLosses } from '../source-losses.js';

export interface CsvRecord {
  readonly fields: Readonly<Record<string, string>>;
  /** The line that the record ends in, from 1. */
  readonly number: number;
  /** True for a last record that no line end ends: it may have been cut. */
  readonly isOpen?: true;
}

export interface CsvSource {
  /** The file in messages. */
  readonly source: string;
  /** The number of the first line of `bytes`. */
  readonly firstNumber?: number;
  readonly losses: SourceLosses;
  /** How the bytes end, known after the last of them. */
  readonly end: TextEnd;
  /** Columns whose values are measured: one may be the beginning of another by chance. */
  readonly isFigure: (name: string) => boolean;
  /** Told of the names of the columns, once. */
  readonly onNames?: (names: readonly string[], place: string) => void;
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** What the bytes end in, which the parser does not tell. */
class Ending {
  private feeds = 0;
  private last: number | undefined;

  async *watch(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) this.feeds += 1;
      this.last = chunk.at(-1) ?? this.last;
      yield chunk;
    }
  }

  get isOpen(): boolean {
    return this.last !== undefined && this.last !== 0x0a;
  }

  /** The number of the last line, from 1. */
  get lastLine(): number {
    return this.feeds + (this.isOpen ? 1 : 0);
  }
}

/** The values of the last column so far, by which a shortened one is known. */
class LastColumn {
  private readonly values = new Set<string>();

  constructor(private readonly isFigure: CsvSource['isFigure']) {}

  add({ fields }: CsvRecord): void {
    const [name, value] = Object.entries(fields).at(-1) ?? [];
    if (name === undefined || value === undefined || this.isFigure(name)) return;
    if (this.values.size < mostValues) this.values.add(value);
  }

  /** Whether the record ends in what another value begins with: after a cut, `nat` would be a runtime of its own. */
  isShortened({ fields }: CsvRecord): boolean {
    const [, last = ''] = Object.entries(fields).at(-1) ?? [];
    if (this.values.has(last)) return false;
    return [...this.values].some((value) => value.startsWith(last));
  }
}

/** Columns with more values than this are no names. */
const mostValues = 1000;

/**
 * The records after the head, one at a time. A last record that has no line end and does not fit the head was cut: it is left out, and
 * `losses` knows. So is one that ends in the beginning of a name, and one where compressed data ends early. Where it is the only record, nothing shows that the file is one of this format, and it is refused.
 * @throws LumosError `invalid-input` for a column that occurs twice, and for a record that does not fit the head
 */
export async function* recordsOfCsv(bytes: AsyncIterable<Buffer>, csv: CsvSource): AsyncGenerator<CsvRecord> {
  const { source, losses, firstNumber = 1, end } = csv;
  const lastColumn = new LastColumn(csv.isFigure);
  const ending = new Ending();
  /** Held back until the next one comes: only the last record may be cut. */
  let held: CsvRecord | Error | undefined;
  let given = 0;
  for await (const next of parsedRecords(bytes, ending, csv)) {
    if (held instanceof Error) losses.skip(held);
    else if (held !== undefined) {
      given += 1;
      lastColumn.add(held);
      yield held;
    }
    held = next;
  }
  if (held === undefined) return;
  const place = `${source}:${ending.lastLine + firstNumber - 1}`;
  const isCut =
    ending.isOpen && given > 0 && (held instanceof Error || end.isCut || lastColumn.isShortened(held));
  if (isCut) losses.endCut(place);
  else if (held instanceof Error) losses.skip(held);
  else if (ending.isOpen) {
    losses.noteOpenEnd(place);
    yield { ...held, isOpen: true };
  } else yield held;
}

/** The records after the head, in their order; an error in place of one that does not fit. */
async function* parsedRecords(
  bytes: AsyncIterable<Buffer>,
  ending: Ending,
  { source, firstNumber = 1, onNames }: CsvSource,
): AsyncGenerator<CsvRecord | Error> {
  const parser = parse({
    ...{ bom: true, skip_empty_lines: true, info: true, relax_column_count: true },
    max_record_size: longestLine,
  });
  void feed(ending.watch(bytes), parser);
  let names: readonly string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      const number = info.lines + firstNumber - 1;
      if (names !== undefined) yield recordOf(names, record, { source, number });
      else {
        names = namesOf(record, `${source}:${number}`);
        onNames?.(names, `${source}:${number}`);
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const refused = invalidInput(`${source}: ${error.message}`, 'Mend the line.');
    if (!isQuoteOpenAtEnd(error, ending)) throw refused;
    yield refused;
  } finally {
    parser.destroy();
  }
}

/** Gives the parser the bytes; what goes wrong in reading them goes wrong in the parser. Never rejects. */
async function feed(bytes: AsyncGenerator<Buffer>, parser: ReturnType<typeof parse>): Promise<void> {
  try {
    for await (const chunk of bytes) {
      if (parser.destroyed) return;
      if (!parser.write(chunk)) await drained(parser);
    }
    parser.end();
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Resolves when the parser takes more, or will take nothing more; no listener stays. */
function drained(parser: ReturnType<typeof parse>): Promise<void> {
  return new Promise((done) => {
    const over = (): void => {
      parser.off('drain', over);
      parser.off('close', over);
      done();
    };
    parser.on('drain', over);
    parser.on('close', over);
  });
}

/** Whether a quoted field that the last line opened is not closed: the file was cut in it. */
function isQuoteOpenAtEnd(error: CsvError, ending: Ending): boolean {
  const openedAt = /at line (\d+)/u.exec(error.message)?.[1];
  return error.code === 'CSV_QUOTE_NOT_CLOSED' && openedAt === String(ending.lastLine);
}

function namesOf(record: readonly string[], place: string): string[] {
  const names = record.map((name) => name.trim());
  for (const [i, name] of names.entries()) {
    const before = names.indexOf(name);
    if (name === '')
      throw badRecord(place, `column ${i + 1} has no name`, 'Name each column in the head line.');
    if (before < i)
      throw badRecord(
        place,
        `the column ${name} occurs twice, as columns ${before + 1} and ${i + 1}`,
        'Remove or rename one of them.',
      );
  }
  return names;
}

function recordOf(
  names: readonly string[],
  record: readonly string[],
  { source, number }: { readonly source: string; readonly number: number },
): CsvRecord | Error {
  if (record.length !== names.length)
    return badRecord(
      `${source}:${number}`,
      `${record.length} fields, where the head has ${names.length} columns`,
    );
  return { fields: Object.fromEntries(names.map((name, i) => [name, record[i] ?? ''])), number };
}
