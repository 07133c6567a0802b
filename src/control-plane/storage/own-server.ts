/** A server that this run starts for itself, and starts again when it has died. */
import { join } from 'node:path';
import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LumosError } from '../../domain/errors.js';
import { StorageError } from '../../domain/object-store.js';
import type { Milliseconds } from '../../domain/units.js';
import { ServiceProcess } from '../process/service-process.js';
import { freeLoopbackPort } from '../process/free-port.js';
import { createServiceFolder, removeServiceFolder } from './service-folder.js';

/** Where a server of ours runs. */
export interface ServerPlace {
  readonly port: number;
  /** Empty at each start, and removed at the end. */
  readonly folder: string;
}

/** What there is to know of a server to run it. */
export interface ServerKind {
  /** What it is called in an error. */
  readonly name: string;
  readonly shim: string;
  command(place: ServerPlace): {
    readonly file: string;
    readonly args: readonly string[];
    readonly stdin: string;
    /** Its whole environment; empty where absent. */
    readonly env?: Readonly<Record<string, string>>;
  };
  /** Puts what it needs into its folder, before each start. */
  prepare?(place: ServerPlace): Promise<void>;
  /** Told what a server said that did not come up, so that the next start can be another one. */
  learn?(said: string): void;
  /** Resolves when it answers and is ready for functions. @throws StorageError */
  greet(place: ServerPlace): Promise<void>;
}

const attempts = 5;
const pollEvery = 20;
/** A process that was killed is still in the list for a moment. */
const mayTakeToEnd = 250;

export class OwnServer {
  private process: ServiceProcess | undefined;
  private reviving: Promise<boolean> | undefined;
  private stopped = false;

  private constructor(
    private readonly kind: ServerKind,
    private readonly root: string,
    private readonly startLimit: Milliseconds,
    readonly place: ServerPlace,
  ) {}

  /** @throws LumosError `failed` with the last of what it said when it does not come up */
  static async start(kind: ServerKind, startLimit: Milliseconds): Promise<OwnServer> {
    const root = await createServiceFolder();
    let said = '';
    try {
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const place = { port: await freeLoopbackPort(), folder: join(root, 'data') };
        const server = new OwnServer(kind, root, startLimit, place);
        const why = await server.launch();
        if (why === undefined) return server;
        said = why;
        kind.learn?.(why);
      }
      throw new LumosError('failed', `${kind.name} does not come up: ${said}`);
    } catch (error) {
      await removeServiceFolder(root);
      throw error;
    }
  }

  /** The server's process, while there is one. */
  get processId(): number | undefined {
    return this.process?.ended === false ? this.process.processId : undefined;
  }

  /** Whether it answers; one that has ended is started again first, empty. */
  revive(): Promise<boolean> {
    this.reviving ??= this.reviveNow().finally(() => (this.reviving = undefined));
    return this.reviving;
  }

  /** Ends it and removes its folder. Idempotent. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.reviving?.catch(() => undefined);
    await this.process?.stop();
    await removeServiceFolder(this.root);
  }

  private async reviveNow(): Promise<boolean> {
    if (this.stopped) return false;
    if (await this.answers()) return true;
    const ended = this.process?.exited.then(() => true) ?? true;
    if (!(await Promise.race([ended, sleep(mayTakeToEnd, false, { ref: false })]))) return false;
    return (await this.launch()) === undefined;
  }

  private async answers(): Promise<boolean> {
    if (this.process?.ended !== false) return false;
    return await this.kind.greet(this.place).then(
      () => true,
      () => false,
    );
  }

  /** Starts it; tells why it did not come up, if it did not. */
  private async launch(): Promise<string | undefined> {
    await rm(this.place.folder, { recursive: true, force: true });
    await mkdir(this.place.folder, { mode: 0o700 });
    await this.kind.prepare?.(this.place);
    const { shim } = this.kind;
    const process = await ServiceProcess.start({ shim, ...this.kind.command(this.place) });
    this.process = process;
    const ends = performance.now() + this.startLimit;
    let why = 'it never answered';
    while (!process.ended && performance.now() < ends) {
      try {
        await this.kind.greet(this.place);
        return undefined;
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        why = error.message;
      }
      await sleep(pollEvery);
    }
    const said = lastLine(process.said());
    await process.stop();
    return said ?? why;
  }
}

const lastLine = (text: string): string | undefined =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .at(-1);
