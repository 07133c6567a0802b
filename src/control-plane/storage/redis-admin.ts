/** Looks after a Redis: whether it answers, which version it is, and what it has counted without what the looking itself took. */
import type { ServiceCounters } from '../../domain/object-store.js';
import { bytes, type Milliseconds } from '../../domain/units.js';
import { parseRedisInfo, type RedisInfo } from './redis-info.js';
import { isRefusal, RedisWire, type Reply } from './redis-wire.js';
import type { RedisPlace } from './service-url.js';
import { serviceFailure } from './storage-failure.js';

interface Reading {
  readonly info: RedisInfo;
  /** What this and all earlier questions of ours have added to the counts in `info`. */
  readonly own: { readonly commands: number; readonly sent: number; readonly got: number };
}

const nothing = { commands: 0, sent: 0, got: 0 };

export class RedisAdmin {
  private wire: RedisWire | undefined;
  private commandsOnWire = 0;
  /** What connections cost that have ended, in this life of the server. */
  private past = nothing;
  private runId: string | undefined;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly place: RedisPlace,
    private readonly timeLimit: Milliseconds,
  ) {}

  /** The server's name and version. @throws StorageError when it does not answer, or refuses the credentials */
  async version(): Promise<string> {
    return (await this.reading()).info.version;
  }

  /** What the server has counted without what was asked here. @throws StorageError */
  async counters(): Promise<ServiceCounters> {
    const { info, own } = await this.reading();
    return {
      requests: info.commands - own.commands,
      receivedBytes: bytes(info.received - own.sent),
      sentBytes: bytes(info.sent - own.got),
    };
  }

  close(): void {
    this.wire?.close();
  }

  private reading(): Promise<Reading> {
    const turn = this.queue.then(() => this.read());
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async read(): Promise<Reading> {
    const wire = await this.connected();
    // Redis counts a command once it is done, what comes in when it is read and what goes out when it is written: INFO
    // shows its own question, but neither itself nor its answer.
    const before = { commands: this.commandsOnWire, got: wire.got };
    const reply = await this.ask(wire, 'INFO');
    if (!reply.ok) throw serviceFailure(isRefusal(reply.error) ? 'denied' : 'failed', 'INFO');
    const info = parseRedisInfo(reply.text);
    if (info === undefined) throw serviceFailure('failed', 'INFO lacks a count');
    // Another life of the server knows only this connection of ours.
    if (this.runId !== info.runId) this.past = nothing;
    this.runId = info.runId;
    const { past } = this;
    return {
      info,
      own: {
        commands: past.commands + before.commands,
        sent: past.sent + wire.sent,
        got: past.got + before.got,
      },
    };
  }

  private async connected(): Promise<RedisWire> {
    if (this.wire?.usable === true) return this.wire;
    this.past = {
      commands: this.past.commands + this.commandsOnWire,
      sent: this.past.sent + (this.wire?.sent ?? 0),
      got: this.past.got + (this.wire?.got ?? 0),
    };
    this.wire = undefined;
    this.commandsOnWire = 0;
    const { host, port, user, password } = this.place;
    const wire = await RedisWire.open(host, port, this.timeLimit);
    this.wire = wire;
    if (password !== undefined) {
      const reply = await this.ask(wire, ...['AUTH', ...(user === undefined ? [] : [user]), password]);
      if (!reply.ok) {
        wire.close();
        throw serviceFailure(isRefusal(reply.error) ? 'denied' : 'failed', 'AUTH');
      }
    }
    return wire;
  }

  private async ask(wire: RedisWire, ...words: readonly string[]): Promise<Reply> {
    const reply = await wire.ask(...words);
    this.commandsOnWire += 1;
    return reply;
  }
}
