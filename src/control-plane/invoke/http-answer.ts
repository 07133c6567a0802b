/** An answer of HTTP/1.1 as it comes in: whole in one piece, as nearly all of a load's are, or in any number of them. */
import { HTTPParser } from 'http-parser-js';
import type { Bytes } from '../../domain/units.js';
import { Pieces } from './pieces.js';

export interface HttpAnswer {
  readonly status: number;
  /** The value of a header by its name in lower case; of several the first. */
  header(name: string): string | undefined;
  readonly body: Buffer;
  /** The server takes further requests on this connection. */
  readonly keepsAlive: boolean;
}

/** An answer; nothing yet; or what is wrong with what came. */
export type Read = { readonly answers: readonly HttpAnswer[] } | { readonly wrong: string };

type Parser = InstanceType<typeof HTTPParser>;

/** The most bytes of heads, chunk sizes and trailers without a byte of a body in between. */
const mostWithoutBody = 256 * 1024;

const endOfHead = '\r\n\r\n';
const nothing: Read = { answers: [] };

/**
 * Reads the answers of one connection. One that lies in a single piece and says its length is taken from it by a search
 * and three comparisons; everything else goes to the parser, which would find the same (tested): it costs five times as
 * much, and a load generator's own time is in the way of the load.
 */
export class AnswerReader {
  private parser: Parser | undefined;
  private incoming = fresh();
  private finished: HttpAnswer[] = [];
  private tooMuch: string | undefined;
  private known: PlainHead | undefined;
  /** Bytes read since the last of a body. */
  private sinceBody = 0;

  /** @param most bytes that a body may have */
  constructor(private readonly most: Bytes) {}

  /** @param chunk only looked at until this returns: what is kept of it is a copy */
  read(chunk: Buffer): Read {
    if (this.parser === undefined) {
      const answer = this.wholeIn(chunk);
      if (answer !== undefined)
        return answer.body.length > this.most ? this.refused(answer.body.length) : { answers: [answer] };
      this.parser = this.newParser();
    }
    this.sinceBody += chunk.length;
    const result = this.parser.execute(chunk);
    if (this.sinceBody > mostWithoutBody) this.tooMuch ??= tooMuchWithoutBody;
    return this.outcome(result);
  }

  /** The server will send no more: that is the end of a body without a length. */
  end(): Read {
    if (this.parser === undefined) return nothing;
    const result = this.parser.finish();
    return result instanceof Error ? nothing : this.outcome(0);
  }

  /** The answer that is all of `chunk`, if there is one. */
  private wholeIn(chunk: Buffer): HttpAnswer | undefined {
    const end = chunk.indexOf(endOfHead);
    if (end < 12) return undefined;
    const text = chunk.toString('latin1', 0, end);
    const head = this.known?.text === text ? this.known : plainHead(text);
    this.known = head;
    if (head === undefined || chunk.length !== end + endOfHead.length + head.length) return undefined;
    const { status, header } = head;
    return { status, header, keepsAlive: true, body: Buffer.from(chunk.subarray(end + endOfHead.length)) };
  }

  private outcome(result: number | Error): Read {
    if (this.tooMuch !== undefined) return { wrong: this.tooMuch };
    if (result instanceof Error) return { wrong: `is no HTTP: ${result.message}` };
    if (this.finished.length === 0) return nothing;
    const answers = this.finished;
    this.finished = [];
    return { answers };
  }

  private newParser(): Parser {
    const parser = new HTTPParser(HTTPParser.RESPONSE);
    this.incoming = fresh();
    parser[HTTPParser.kOnHeadersComplete] = (info) => {
      const { incoming } = this;
      incoming.status = info.statusCode;
      incoming.headers = info.headers;
      incoming.keepsAlive = info.shouldKeepAlive;
      this.refuseTooMuch(Number(valueIn(info.headers, 'content-length') ?? 0));
    };
    parser[HTTPParser.kOnBody] = (chunk, offset, length) => {
      const { pieces } = this.incoming;
      this.sinceBody = 0;
      this.refuseTooMuch(pieces.length + length);
      if (this.tooMuch === undefined) pieces.add(chunk.subarray(offset, offset + length));
    };
    parser[HTTPParser.kOnMessageComplete] = () => {
      // Informational ones may be any number before the final one.
      if (this.incoming.status >= 200) this.sinceBody = 0;
      this.finished.push(answerOf(this.incoming));
      // The next answer is looked at anew.
      this.incoming = fresh();
      this.parser = undefined;
    };
    return parser;
  }

  private refuseTooMuch(size: number): void {
    if (size > this.most) this.tooMuch ??= this.refused(size).wrong;
  }

  private refused(size: number): { readonly wrong: string } {
    return { wrong: `answered too much: ${size} bytes, and at most ${this.most} are taken` };
  }
}

const tooMuchWithoutBody = `answered too much: over ${mostWithoutBody} bytes of heads, chunk sizes or trailers without a byte of a body`;

interface Incoming {
  status: number;
  headers: readonly string[];
  readonly pieces: Pieces;
  keepsAlive: boolean;
}

const fresh = (): Incoming => ({ status: 0, headers: [], pieces: new Pieces(true), keepsAlive: true });

function answerOf({ status, headers, pieces, keepsAlive }: Incoming): HttpAnswer {
  const [only, ...others] = pieces.list();
  return {
    status,
    keepsAlive,
    header: (name) => valueIn(headers, name),
    body: only !== undefined && others.length === 0 ? only : Buffer.concat(pieces.list()),
  };
}

/** @param headers names and values in turn */
function valueIn(headers: readonly string[], wanted: string): string | undefined {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === wanted);
  return at === -1 ? undefined : headers[at + 1];
}

/** A head of 1.1 that says all there is to know of its answer; read once as long as the next ones are the same. */
interface PlainHead {
  readonly text: string;
  readonly status: number;
  readonly length: number;
  readonly header: (name: string) => string | undefined;
}

/** An answer with a length of its own and nothing that makes it another; else undefined. */
function plainHead(text: string): PlainHead | undefined {
  if (!text.startsWith('HTTP/1.1 ')) return undefined;
  const head = text.toLowerCase();
  const status = Number(text.slice(9, 12));
  const length = Number(fieldOf(text, head, 'content-length') ?? NaN);
  const isPlain =
    // Informational answers, and those without a body, have rules of their own.
    status >= 200 &&
    status !== 204 &&
    status !== 304 &&
    length >= 0 &&
    !head.includes('\r\ntransfer-encoding:') &&
    !head.includes('\r\nconnection:') &&
    // A header continued on the next line.
    !head.includes('\r\n ') &&
    !head.includes('\r\n\t');
  return isPlain ? { text, status, length, header: (name) => fieldOf(text, head, name) } : undefined;
}

/** @param lower `head` in lower case */
function fieldOf(head: string, lower: string, name: string): string | undefined {
  const at = lower.indexOf(`\r\n${name}:`);
  if (at === -1) return undefined;
  const from = at + name.length + 3;
  const to = head.indexOf('\r\n', from);
  return head.slice(from, to === -1 ? undefined : to).trim();
}
