/**
 * The head of an HTTP/1.x response by the grammar of RFC 9112, and how its body is framed. Strict, because whoever guesses at a
 * malformed head takes the wrong bytes for the body and measures another response than the server's.
 */

/** Why bytes are no response; a whole clause that follows "the server ...". */
export class MalformedResponse extends Error {
  override readonly name = 'MalformedResponse';
}

export type Framing =
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** The body ends with the connection. */
  | { readonly kind: 'until-end' };

export interface ResponseHead {
  readonly status: number;
  /** An interim response (100, 102, 103): the response itself follows. */
  readonly isInterim: boolean;
  readonly framing: Framing;
  /** The server takes further requests on this connection. */
  readonly keepsAlive: boolean;
  /** The value of a header by its name in lower case; of several the first. */
  readonly header: (name: string) => string | undefined;
}

/** A head that is longer is refused: no server of good will sends one, and a flood of headers would fill the memory. */
export const mostHeadBytes = 64 * 1024;

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
// Of control characters a value may have the tab alone: no NUL, no bare CR or LF, and no line that goes on in the next one.
const value = '[\\t\\x20-\\x7e\\x80-\\xff]*';
const statusLine = 'HTTP/1\\.[01] [1-9][0-9]{2}(?: [^\\r\\n\\0]*)?';
const wholeHead = new RegExp(`^${statusLine}(?:\\r\\n${token}:${value})*$`);
const oneStatusLine = new RegExp(`^${statusLine}$`);
const oneField = new RegExp(`^${token}:${value}$`);

/**
 * @param text everything before the empty line, as latin1 and without the line end before it
 * @param toHead whether the request was HEAD, whose response has no body whatever its length says
 * @throws MalformedResponse
 */
export function parseHead(text: string, toHead: boolean): ResponseHead {
  if (!wholeHead.test(text)) throw malformedLine(text);
  const lower = text.toLowerCase();
  const status = Number(text.slice(9, 12));
  if (status === 101) throw new MalformedResponse('switches to another protocol (status 101)');
  const length = lengthOf(lower);
  const isChunked = isChunkedBy(lower, length);
  const isInterim = status < 200;
  const hasNoBody = toHead || isInterim || status === 204 || status === 304;
  const framing = framingOf(hasNoBody ? 0 : length, isChunked && !hasNoBody);
  return {
    status,
    isInterim,
    framing,
    keepsAlive: framing.kind !== 'until-end' && isKept(lower),
    header: (name) => trimmed(text, rangesOf(lower, name)[0]),
  };
}

/** A field of a trailer, or anything else. */
export const isField = (line: string): boolean => oneField.test(line);

function malformedLine(text: string): MalformedResponse {
  const [first = '', ...fields] = text.split('\r\n');
  if (!oneStatusLine.test(first))
    return new MalformedResponse(`is no HTTP/1.x server: it sent ${quoted(first)}`);
  const wrong = fields.find((field) => !oneField.test(field)) ?? '';
  return new MalformedResponse(`sent a malformed header: ${quoted(wrong)}`);
}

/** @throws MalformedResponse for more than one length, and for what is no decimal number */
function lengthOf(lower: string): number | undefined {
  const lengths = rangesOf(lower, 'content-length').map((range) => trimmed(lower, range) ?? '');
  const [length] = lengths;
  if (length === undefined) return undefined;
  if (lengths.length > 1)
    throw new MalformedResponse(
      `sent ${lengths.length} Content-Length headers: ${quoted(lengths.join(', '))}`,
    );
  if (!/^[0-9]+$/.test(length))
    throw new MalformedResponse(`sent a malformed Content-Length: ${quoted(length)}`);
  return Number(length);
}

/** @throws MalformedResponse for a coding that nobody asked for, and beside a length: one of the two is wrong */
function isChunkedBy(lower: string, length: number | undefined): boolean {
  const codings = listIn(lower, 'transfer-encoding');
  if (codings.length === 0) return false;
  if (length !== undefined) throw new MalformedResponse('sent both Content-Length and Transfer-Encoding');
  if (codings.length > 1 || codings[0] !== 'chunked')
    throw new MalformedResponse(`sent an unknown Transfer-Encoding: ${quoted(codings.join(', '))}`);
  if (lower.startsWith('http/1.0')) throw new MalformedResponse('sent Transfer-Encoding in HTTP/1.0');
  return true;
}

function framingOf(length: number | undefined, isChunked: boolean): Framing {
  if (isChunked) return { kind: 'chunked' };
  return length === undefined ? { kind: 'until-end' } : { kind: 'length', length };
}

function isKept(lower: string): boolean {
  const options = listIn(lower, 'connection');
  return lower.startsWith('http/1.0') ? options.includes('keep-alive') : !options.includes('close');
}

type Range = readonly [from: number, to: number];

/** Where the values of a header are, without its name. */
function rangesOf(lower: string, name: string): Range[] {
  const wanted = `\r\n${name}:`;
  const found: Range[] = [];
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, at + wanted.length)) {
    const end = lower.indexOf('\r\n', at + wanted.length);
    found.push([at + wanted.length, end === -1 ? lower.length : end]);
  }
  return found;
}

const trimmed = (text: string, range: Range | undefined): string | undefined =>
  range === undefined ? undefined : text.slice(...range).replace(/^[ \t]+|[ \t]+$/g, '');

/** The elements of a header that is a list, whichever lines they are on. */
const listIn = (lower: string, name: string): string[] =>
  rangesOf(lower, name).flatMap((range) =>
    lower
      .slice(...range)
      .split(',')
      .map((one) => one.trim()),
  );

const mostQuoted = 80;

/** A piece of what a server sent, as it can be shown: it may have anything in it. */
export function quoted(text: string): string {
  const shown = text
    .slice(0, mostQuoted)
    .replace(/[^\x20-\x7e]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return text.length > mostQuoted ? `"${shown}..."` : `"${shown}"`;
}
