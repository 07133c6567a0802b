/** A plain connection to Redis that knows every byte it has sent and got, which a client library does not tell. */
import { connect, type Socket } from 'node:net';
import type { Milliseconds } from '../../domain/units.js';
import { connectionCode, serviceFailure, withinTime } from './storage-failure.js';

/** A bulk or simple string; a number is given as its digits. */
export type Reply =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string };

const longestReply = 1024 * 1024;

const refusals = /^(NOAUTH|WRONGPASS|NOPERM)\b|^ERR AUTH .* without any password|^ERR invalid password/;

/** Whether the text of an error reply means that the credentials are not good enough. */
export const isRefusal = (error: string): boolean => refusals.test(error);

export class RedisWire {
  private buffer = Buffer.alloc(0) as Buffer;
  private readBytes = 0;
  private writtenBytes = 0;
  private waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | undefined;
  private ended: Error | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly timeLimit: Milliseconds,
  ) {
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('error', (error) => this.end(serviceFailure('unreachable', connectionCode(error))));
    socket.on('close', () => this.end(serviceFailure('unreachable', 'the connection was closed')));
  }

  /** @throws StorageError `unreachable` */
  static async open(host: string, port: number, timeLimit: Milliseconds): Promise<RedisWire> {
    const socket = connect({ host, port, noDelay: true });
    const wire = new RedisWire(socket, timeLimit);
    const connected = new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('close', () => reject(wire.ended ?? serviceFailure('unreachable')));
    });
    await withinTime(timeLimit, connected, () => socket.destroy());
    // The connection to the service must not keep a command that is done from ending.
    socket.unref();
    return wire;
  }

  /** Bytes of all answers so far. */
  get got(): number {
    return this.readBytes;
  }

  /** Bytes of all questions so far. */
  get sent(): number {
    return this.writtenBytes;
  }

  get usable(): boolean {
    return this.ended === undefined;
  }

  /** One question at a time. @throws StorageError `unreachable`, `failed` for what is no Redis */
  async ask(...words: readonly string[]): Promise<Reply> {
    if (this.ended !== undefined) throw this.ended;
    const question = encodeCommand(words);
    const answer = new Promise<Reply>((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
    this.writtenBytes += question.length;
    this.socket.write(question);
    return await withinTime(this.timeLimit, answer, () => this.close());
  }

  close(): void {
    this.end(serviceFailure('unreachable', 'the connection was closed'));
  }

  private take(chunk: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    const read = readReply(this.buffer);
    if (read === 'incomplete' && this.buffer.length <= longestReply) return;
    if (typeof read === 'string' || read.used !== this.buffer.length || this.waiting === undefined) {
      this.end(serviceFailure('failed', 'not the Redis protocol'));
      return;
    }
    this.readBytes += read.used;
    this.buffer = Buffer.alloc(0);
    const { waiting } = this;
    this.waiting = undefined;
    waiting.resolve(read.reply);
  }

  private end(error: Error): void {
    this.ended ??= error;
    this.waiting?.reject(this.ended);
    this.waiting = undefined;
    this.socket.destroy();
  }
}

/** A command as an array of bulk strings. */
export const encodeCommand = (words: readonly string[]): Buffer =>
  Buffer.from(
    `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
  );

type Read = { readonly reply: Reply; readonly used: number } | 'incomplete' | 'unknown';

/** Reads one reply of RESP2: a simple string, error, number or bulk string. */
export function readReply(buffer: Buffer): Read {
  const end = buffer.indexOf('\r\n');
  if (end < 0) return /^[+:$-]/.test(buffer.toString('latin1', 0, 1)) ? 'incomplete' : 'unknown';
  const text = buffer.toString('utf8', 1, end);
  switch (String.fromCharCode(buffer[0] ?? 0)) {
    case '+':
    case ':':
      return { reply: { ok: true, text }, used: end + 2 };
    case '-':
      return { reply: { ok: false, error: text }, used: end + 2 };
    case '$': {
      if (!/^\d{1,7}$/.test(text)) return 'unknown';
      const used = end + 2 + Number(text) + 2;
      if (buffer.length < used) return 'incomplete';
      return { reply: { ok: true, text: buffer.toString('utf8', end + 2, used - 2) }, used };
    }
    default:
      return 'unknown';
  }
}
