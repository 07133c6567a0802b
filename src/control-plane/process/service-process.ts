/**
 * A server of our own in the background. It runs under the supervisor (`shim/`), whose parent-death signal ends it
 * with us, however we end. Its environment is what it is given, and its secrets come by its standard input: neither stands in a list of
 * processes.
 */
import { bytes } from '../../domain/units.js';
import { TailBuffer } from './command-output.js';
import { SupervisedProcess } from './supervised-process.js';

const outputKept = bytes(8 * 1024);

export interface ServiceCommand {
  /** The supervisor's path. */
  readonly shim: string;
  /** The server's absolute path. */
  readonly file: string;
  readonly args: readonly string[];
  /** Written to its standard input, which is then closed. */
  readonly stdin: string;
  /** Its whole environment; empty where absent. */
  readonly env?: Readonly<Record<string, string>>;
}

export class ServiceProcess {
  private gone = false;
  private readonly output = new TailBuffer(outputKept);

  private constructor(private readonly supervised: SupervisedProcess) {
    supervised.stdout.on('data', (chunk: Buffer) => this.output.push(chunk));
    supervised.stdin.on('error', () => undefined); // it may end without reading; that it ended tells enough
    void supervised.exited.then(() => (this.gone = true));
  }

  /** @throws LumosError `failed` when the supervisor does not start */
  static async start({ shim, file, args, stdin, env = {} }: ServiceCommand): Promise<ServiceProcess> {
    const supervised = await SupervisedProcess.stage({ shim, groupFiles: [], file, args, env });
    const service = new ServiceProcess(supervised);
    supervised.go();
    supervised.stdin.end(stdin);
    return service;
  }

  /** The server's own process id; absent until it has been started. */
  get processId(): number | undefined {
    return this.supervised.pid;
  }

  get ended(): boolean {
    return this.gone;
  }

  /** Resolves when it has ended. */
  get exited(): Promise<void> {
    return this.supervised.exited.then(() => undefined);
  }

  /** The last of what it said on its standard output and standard error. */
  said(): string {
    return `${this.output.text()}\n${this.supervised.stderrTail()}`.trim();
  }

  /** Kills it and waits until it is gone. Idempotent. */
  async stop(): Promise<void> {
    if (!this.gone) await this.supervised.kill();
  }
}
