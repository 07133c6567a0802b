/** An answer of HTTP/1.1 as it comes in: whole in one piece, as nearly all of a load's are, or in any number of them. */
import type { Bytes } from '../../domain/units.js';
import {
  isField,
  MalformedResponse,
  mostHeadBytes,
  parseHead,
  quoted,
  type ResponseHead,
} from './http-head.js';
import { Pieces } from './pieces.js';

export interface HttpAnswer {
  readonly status: number;
  /** The value of a header by its name in lower case; of several the first. */
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
  /** The server takes further requests on this connection. */
  readonly keepsAlive: boolean;
}

/** The answer; nothing yet; or what is wrong with what came. */
export type Read = { readonly answer?: HttpAnswer } | { readonly wrong: string };

export interface AnswerReaderOptions {
  /** Bytes that a body may have. */
  readonly most: Bytes;
  /** Whether the requests are HEAD: their answers have no body, whatever their heads say. */
  readonly toHead?: boolean | undefined;
}

const endOfHead = '\r\n\r\n';
const nothing: Read = {};
const lineFeed = 0x0a;

/** What the next bytes belong to. */
type Part = 'head' | 'body' | 'body-until-end' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer';

/**
 * Reads the answers of one connection, each to a request of its own. One that lies in a single piece and says its length is
 * taken from it by a search and a few comparisons; everything else goes line by line. Both read heads by one grammar.
 */
export class AnswerReader {
  private part: Part = 'head';
  /** The lines of the head so far, and what has come of the next one. */
  private head = '';
  private line = '';
  private parsed: ResponseHead | undefined;
  /** Bytes that are still to come of the body, or of the chunk. */
  private missing = 0;
  private body: Pieces;
  private trailerBytes = 0;
  private known: { readonly text: string; readonly head: ResponseHead } | undefined;

  constructor(private readonly options: AnswerReaderOptions) {
    this.body = new Pieces(true);
  }

  /** @param chunk only looked at until this returns: what is kept of it is a copy */
  read(chunk: Buffer): Read {
    try {
      if (this.part === 'head' && this.head === '' && this.line === '') {
        const answer = this.wholeIn(chunk);
        if (answer !== undefined) return { answer };
      }
      return this.take(chunk);
    } catch (error) {
      if (error instanceof MalformedResponse) return { wrong: error.message };
      throw error;
    }
  }

  /** The server will send no more: that is the end of a body without a length. */
  end(): Read {
    return this.part === 'body-until-end' ? { answer: this.finish() } : nothing;
  }

  /** The answer that is all of `chunk`, if there is one. */
  private wholeIn(chunk: Buffer): HttpAnswer | undefined {
    const end = chunk.indexOf(endOfHead);
    if (end === -1 || end > mostHeadBytes) return undefined;
    const text = chunk.toString('latin1', 0, end);
    const head = this.known?.text === text ? this.known.head : parseHead(text, this.options.toHead === true);
    this.known = { text, head };
    const { framing, isInterim, status, header, keepsAlive } = head;
    const from = end + endOfHead.length;
    if (isInterim || framing.kind !== 'length' || chunk.length !== from + framing.length) return undefined;
    this.refuseTooMuch(framing.length);
    return { status, header, keepsAlive, body: Buffer.from(chunk.subarray(from)) };
  }

  private take(chunk: Buffer): Read {
    let at = 0;
    while (at < chunk.length) {
      at = this.isOfBody() ? this.takeBody(chunk, at) : this.takeLine(chunk, at);
      // What has no bytes of its own is over with its line.
      if (!this.isWhole()) continue;
      const answer = this.finish();
      if (at < chunk.length)
        throw new MalformedResponse(
          `sent more than the response it announced: ${quoted(chunk.toString('latin1', at, at + 100))}`,
        );
      return { answer };
    }
    return nothing;
  }

  private isOfBody(): boolean {
    return this.part === 'body' || this.part === 'chunk' || this.part === 'body-until-end';
  }

  private isWhole(): boolean {
    return this.part === 'body' && this.missing === 0;
  }

  private takeBody(chunk: Buffer, at: number): number {
    const to = this.part === 'body-until-end' ? chunk.length : Math.min(chunk.length, at + this.missing);
    this.refuseTooMuch(this.body.length + to - at);
    this.body.add(chunk.subarray(at, to));
    if (this.part === 'body-until-end') return to;
    this.missing -= to - at;
    if (this.part === 'chunk' && this.missing === 0) this.part = 'chunk-end';
    return to;
  }

  /** Takes what there is of a line; a whole one is understood. */
  private takeLine(chunk: Buffer, at: number): number {
    const found = chunk.indexOf(lineFeed, at);
    const end = found === -1 ? chunk.length : found;
    this.line += chunk.toString('latin1', at, end);
    if (this.head.length + this.line.length + this.trailerBytes > mostHeadBytes)
      throw new MalformedResponse(`sent a head of more than ${mostHeadBytes} bytes`);
    this.refuseOtherProtocol();
    if (found === -1) return end;
    if (!this.line.endsWith('\r'))
      throw new MalformedResponse(`ended a line without a carriage return: ${quoted(this.line)}`);
    const line = this.line.slice(0, -1);
    this.line = '';
    this.understand(line);
    return found + 1;
  }

  /** What does not begin as a response is refused at once: no end of its first line may ever come. */
  private refuseOtherProtocol(): void {
    if (this.part !== 'head' || this.head !== '') return;
    const begin = 'HTTP/1.';
    const { line } = this;
    if (!line.startsWith(begin.slice(0, line.length)))
      throw new MalformedResponse(`is no HTTP/1.x server: it sent ${quoted(line)}`);
  }

  private understand(line: string): void {
    if (this.part === 'chunk-size') this.openChunk(line);
    else if (this.part === 'chunk-end') this.endChunk(line);
    else if (this.part === 'trailer') this.takeTrailer(line);
    else if (line === '') this.openBody(parseHead(this.head, this.options.toHead === true));
    else this.head += this.head === '' ? line : `\r\n${line}`;
  }

  private endChunk(line: string): void {
    if (line !== '') throw new MalformedResponse(`sent a chunk longer than its size: ${quoted(line)}`);
    this.part = 'chunk-size';
  }

  private openBody(head: ResponseHead): void {
    this.head = '';
    if (head.isInterim) return;
    this.parsed = head;
    const { framing } = head;
    if (framing.kind === 'chunked') this.part = 'chunk-size';
    else if (framing.kind === 'until-end') this.part = 'body-until-end';
    else {
      this.refuseTooMuch(framing.length);
      this.part = 'body';
      this.missing = framing.length;
    }
  }

  private openChunk(line: string): void {
    const size = /^([0-9a-f]+)(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?$/i.exec(line)?.[1];
    if (size === undefined) throw new MalformedResponse(`sent a malformed chunk size: ${quoted(line)}`);
    this.missing = Number.parseInt(size, 16);
    this.refuseTooMuch(this.body.length + this.missing);
    this.part = this.missing === 0 ? 'trailer' : 'chunk';
  }

  private takeTrailer(line: string): void {
    if (line === '') this.part = 'body';
    else if (!isField(line)) throw new MalformedResponse(`sent a malformed trailer: ${quoted(line)}`);
    this.trailerBytes += line.length;
  }

  private finish(): HttpAnswer {
    const { parsed, body } = this;
    this.part = 'head';
    this.parsed = undefined;
    this.body = new Pieces(true);
    this.trailerBytes = 0;
    if (parsed === undefined) throw new MalformedResponse('sent a body without a head');
    const { status, header, keepsAlive } = parsed;
    return { status, header, keepsAlive, body: body.joined() };
  }

  private refuseTooMuch(size: number): void {
    const { most } = this.options;
    if (size > most)
      throw new MalformedResponse(`answered too much: ${size} bytes, and at most ${most} are taken`);
  }
}
