/** The bytes of a Parquet file for hyparquet, which trusts what it reads. */
import { open, type FileHandle } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AsyncBuffer, ColumnMetaData, FileMetaData } from 'hyparquet';
import { explained } from '../../files/explain.js';
import { requireRegularFile } from '../../files/input.js';

export class ParquetFile implements AsyncBuffer {
  private isClosed = false;

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    readonly byteLength: number,
  ) {}

  /** @throws LumosError for what is no regular file, or may not be read */
  static async open(path: string): Promise<ParquetFile> {
    requireRegularFile(path);
    const file = await open(path, 'r');
    return new ParquetFile(path, file, (await file.stat()).size);
  }

  /**
   * Some bytes. hyparquet begins to read many columns and ends at the first that does not fit the schema, with nobody
   * left to take the errors of the others: they get nothing once the file is closed.
   */
  async slice(start: number, end: number = this.byteLength): Promise<ArrayBuffer> {
    await nextTurn();
    if (this.isClosed) return new Promise(() => undefined);
    const [from, to] = [this.within(start), this.within(end)];
    const bytes = new Uint8Array(Math.max(0, to - from));
    try {
      for (let filled = 0; filled < bytes.length;) {
        const { bytesRead } = await this.file.read(bytes, filled, bytes.length - filled, from + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
    } catch (error) {
      throw explained(error, this.path) ?? error;
    }
    return bytes.buffer;
  }

  private within(offset: number): number {
    const fromStart = offset < 0 ? this.byteLength + offset : offset;
    return Math.min(Math.max(0, fromStart), this.byteLength);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.file.close();
  }
}

/** Rows that one group may have; the writer of Lumos makes groups of some ten thousand. */
const mostRowsOfGroup = 10_000_000;
/** Bytes that a page may have, unpacked. */
const mostUnpackedBytes = 1 << 30;

/** What does not fit in the metadata of a damaged file; reading on would take memory without limit. */
export function damageIn(
  { schema, row_groups: groups }: FileMetaData,
  fileLength: number,
): string | undefined {
  const [, ...leaves] = schema;
  const nested = leaves.find(
    (leaf) => leaf.num_children !== undefined || leaf.repetition_type === 'REPEATED',
  );
  if (nested !== undefined) return `a column "${nested.name}" of lists`;
  const names = new Set(leaves.map(({ name }) => name));
  for (const { columns, num_rows: rows } of groups) {
    if (!isBetween(rows, mostRowsOfGroup)) return `a group of ${rows} rows`;
    for (const { meta_data: column } of columns) {
      if (column === undefined) return 'a column without metadata';
      const missing = column.path_in_schema.find((name) => !names.has(name));
      if (missing !== undefined) return `no column "${missing}" in its schema`;
      if (column.num_values !== rows) return `a column of ${column.num_values} values for ${rows} rows`;
      const { start, end } = rangeOf(column);
      if (start < 0 || end < start || end > fileLength) return 'a column beyond the end of the file';
      if (!isBetween(column.total_uncompressed_size, mostUnpackedBytes)) return 'a column above 1 GiB';
    }
  }
  return undefined;
}

/** The bytes of a column in the file, as hyparquet reads them. */
export function rangeOf(column: ColumnMetaData): { readonly start: number; readonly end: number } {
  const start = column.dictionary_page_offset || column.data_page_offset;
  return { start: Number(start), end: Number(start + column.total_compressed_size) };
}

const isBetween = (value: bigint, most: number): boolean => value >= 0n && value <= BigInt(most);
