/**
 * Checks the pages of a column before hyparquet decodes them. hyparquet believes every count and length that a page states:
 * one wrong byte can make it loop without end or take memory without limit. Rows have no nested columns, so each page has one
 * value for each of its rows.
 */
import { snappyUncompress, type DataReader, type PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { readVarInt } from 'hyparquet/src/thrift.js';

/** What the metadata says about a column of one row group. */
export interface ColumnFacts {
  readonly codec: string;
  readonly isBoolean: boolean;
  readonly isOptional: boolean;
  readonly rows: number;
}

/** @throws Error for the first page that cannot be what a writer made */
export function checkPages(chunk: ArrayBuffer, column: ColumnFacts): void {
  const reader: DataReader = { view: new DataView(chunk), offset: 0 };
  let rows = 0;
  while (rows < column.rows && reader.offset < chunk.byteLength - 1) {
    const header = parquetHeader(reader);
    const size = header.compressed_page_size;
    if (!isCount(size, chunk.byteLength - reader.offset)) throw new Error(`a page of ${size} bytes`);
    const body = new Uint8Array(chunk, reader.offset, size);
    reader.offset += size;
    rows += checkPage(body, header, { ...column, rows: column.rows - rows });
  }
  if (rows !== column.rows) throw new Error(`pages of ${rows} values for ${column.rows} rows`);
}

/** Returns for how many rows the page has values. `column.rows` is how many are left. */
function checkPage(body: Uint8Array, header: PageHeader, column: ColumnFacts): number {
  if (header.type === 'DATA_PAGE') return checkFirstVersion(body, header, column);
  if (header.type === 'DATA_PAGE_V2') return checkSecondVersion(body, header, column);
  if (header.type !== 'DICTIONARY_PAGE') throw new Error('a page of an unknown type');
  checkDictionary(body, header, column);
  return 0;
}

function checkDictionary(body: Uint8Array, header: PageHeader, { codec }: ColumnFacts): void {
  const count = header.dictionary_page_header?.num_values ?? -1;
  const page = unpacked(body, header.uncompressed_page_size, codec);
  // A value in a dictionary has at least one byte.
  if (!isCount(count, page.length)) throw new Error(`a dictionary of ${count} values`);
}

function checkFirstVersion(body: Uint8Array, header: PageHeader, column: ColumnFacts): number {
  const { num_values: count = -1, encoding } = header.data_page_header ?? {};
  if (!isCount(count, column.rows)) throw new Error(`a page of ${count} values`);
  const reader = readerOf(unpacked(body, header.uncompressed_page_size, column.codec));
  let present = count;
  if (column.isOptional) {
    const levels = Array<number>(count);
    checkRuns({ ...reader }, { width: 1, count });
    readRleBitPackedHybrid(reader, 1, levels);
    present = levels.filter((level) => level === 1).length;
  }
  checkValues(reader, { encoding, present, ...column });
  return count;
}

function checkSecondVersion(body: Uint8Array, header: PageHeader, column: ColumnFacts): number {
  const page = header.data_page_header_v2;
  if (page === undefined) throw new Error('a page without a header');
  const { num_values: count, num_nulls: nulls, num_rows: rows } = page;
  if (!isCount(count, column.rows) || rows !== count) throw new Error(`a page of ${count} values`);
  if (!isCount(nulls, column.isOptional ? count : 0)) throw new Error(`a page with ${nulls} empty values`);
  const { repetition_levels_byte_length: repetition, definition_levels_byte_length: definition } = page;
  if (repetition !== 0) throw new Error('a page with repeated values');
  if (!isCount(definition, column.isOptional ? body.length : 0))
    throw new Error(`a page with ${definition} bytes of levels`);
  if (column.isOptional) checkRuns(readerOf(body), { width: 1, count, length: definition });
  // The library begins to unpack where the last run ended, which is here.
  const values = body.subarray(definition);
  const size = header.uncompressed_page_size - definition;
  const reader = readerOf(page.is_compressed === false ? values : unpacked(values, size, column.codec));
  checkValues(reader, { encoding: page.encoding, present: count - nulls, ...column });
  return count;
}

interface Values {
  readonly encoding: string | undefined;
  /** How many values there are, without the empty ones. */
  readonly present: number;
  readonly isBoolean: boolean;
}

/** Plain values need no check: each takes bytes of the page, which has an end. */
function checkValues(reader: DataReader, { encoding, present, isBoolean }: Values): void {
  if (encoding === 'DELTA_BYTE_ARRAY') checkPrefixes(reader, present);
  if (!['RLE', 'RLE_DICTIONARY', 'PLAIN_DICTIONARY'].includes(encoding ?? '')) return;
  if (isBoolean) {
    checkRuns(reader, { width: 1, count: present });
    return;
  }
  const width = reader.view.getUint8(reader.offset++);
  if (width > 32) throw new Error(`values of ${width} bits`);
  const length = reader.view.byteLength - reader.offset;
  if (width > 0 || length > 0) checkRuns(reader, { width, count: present, length });
}

interface Runs {
  /** Bits of a value. */
  readonly width: number;
  /** How many values are wanted. */
  readonly count: number;
  /** Bytes of all runs; they stand before the runs where this is undefined. */
  readonly length?: number;
}

/** Values without meaning that writers put at the end of the last packed run, to fill up their block. */
const mostPadding = 511;

/** Follows the runs as the library does. No run may have more values than are wanted, except for padding. */
function checkRuns(reader: DataReader, { width, count, length }: Runs): void {
  const size = length ?? reader.view.getUint32((reader.offset += 4) - 4, true);
  const end = reader.offset + size;
  if (end > reader.view.byteLength) throw new Error('runs beyond the end of the page');
  for (let seen = 0; seen < count;) {
    const head = readVarInt(reader);
    const isPacked = (head & 1) === 1;
    const run = isPacked ? (head >>> 1) * 8 : head >>> 1;
    if (run > count - seen + (isPacked ? mostPadding : 0)) throw new Error(`a run of ${run} values`);
    if (isPacked) reader.offset += run * width === 0 ? byteIfAny(reader) : (run / 8) * width;
    else reader.offset += Math.ceil(width / 8);
    if (reader.offset > end) throw new Error('a run beyond the end of the page');
    seen += run;
  }
}

/** The library reads a byte of a packed run even where the run has no bits. */
const byteIfAny = ({ view, offset }: DataReader): number => (offset < view.byteLength ? 1 : 0);

/** Each value begins with some bytes of the one before it, which must have as many. */
function checkPrefixes(reader: DataReader, count: number): void {
  const [prefixes, suffixes] = [new Int32Array(count), new Int32Array(count)];
  deltaBinaryUnpack(reader, count, prefixes);
  deltaBinaryUnpack(reader, count, suffixes);
  let before = 0;
  for (const [i, prefix] of prefixes.entries()) {
    const suffix = suffixes[i] ?? 0;
    if (!isCount(prefix, before) || !isCount(suffix, reader.view.byteLength))
      throw new Error(`a value that begins with ${prefix} bytes of the one before it`);
    before = prefix + suffix;
  }
}

function unpacked(bytes: Uint8Array, size: number, codec: string): Uint8Array {
  if (codec === 'UNCOMPRESSED') return bytes;
  if (codec === 'SNAPPY') return unpackSnappy(bytes, size);
  throw new Error(`no way to unpack ${codec}`);
}

/** Snappy for the library, whose own trusts the lengths in the bytes. @throws Error for bytes that do not give `size` */
export function unpackSnappy(bytes: Uint8Array, size: number): Uint8Array {
  const found = lengthOfSnappy(bytes);
  if (found !== size) throw new Error(`a page of ${found} bytes in place of ${size}`);
  const result = new Uint8Array(size);
  snappyUncompress(bytes, result);
  return result;
}

/** How many bytes come out, by the sum of all elements. */
function lengthOfSnappy(bytes: Uint8Array): number {
  let at = bytes.findIndex((byte) => byte < 128) + 1;
  let sum = 0;
  while (at < bytes.length) {
    const tag = bytes[at++] ?? 0;
    const kind = tag & 3;
    if (kind === 0) {
      const literal = literalAt(bytes, tag, at);
      if (literal.end > bytes.length) throw new Error('a literal beyond the end of the page');
      at = literal.end;
      sum += literal.length;
    } else {
      at += [0, 1, 2, 4][kind] ?? 0;
      sum += kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    }
  }
  return sum;
}

function literalAt(bytes: Uint8Array, tag: number, at: number): { length: number; end: number } {
  const short = (tag >>> 2) + 1;
  if (short <= 60) return { length: short, end: at + short };
  const size = short - 60;
  let length = 1;
  for (let i = 0; i < size; i++) length += (bytes[at + i] ?? 0) * 2 ** (8 * i);
  return { length, end: at + size + length };
}

const readerOf = (bytes: Uint8Array): DataReader => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset: 0,
});

const isCount = (value: number, most: number): boolean =>
  Number.isInteger(value) && value >= 0 && value <= most;
