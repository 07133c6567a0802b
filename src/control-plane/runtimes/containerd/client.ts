/**
 * A containerd of our own and its client.
 *
 * The client is `ctr`, the program that comes with the daemon, and not gRPC from here: it is the path that a person can
 * repeat by hand, and it brings the whole of what a client of containerd has to do (lease, snapshot, specification, streams).
 * Its own start is part of a cold figure: what `ctr version` takes, some 12 ms here.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { missingDependency } from '../../../domain/errors.js';
import { milliseconds } from '../../../domain/units.js';
import { ServiceProcess } from '../../process/service-process.js';
import { SharedService } from '../../process/shared-service.js';
import { attemptCommand, runCommand, type CommandResult } from '../../process/run-command.js';
import { findContainerd, type ContainerdPrograms } from './dependency.js';

/** Everything of Lumos is in this namespace of the daemon, and nothing else. */
const namespace = 'lumos';
const startLimit = milliseconds(20_000);
const greetLimit = milliseconds(2000);
const commandLimit = milliseconds(120_000);

/** What a daemon without Kubernetes has no use for, or warns of. */
const disabledPlugins = [
  'io.containerd.grpc.v1.cri',
  ...['aufs', 'btrfs', 'devmapper', 'zfs'].map((name) => `io.containerd.snapshotter.v1.${name}`),
];

/** The daemon's configuration file (TOML); a JSON string is a TOML string. */
export const daemonConfig = (folder: string, socket: string): string =>
  [
    'version = 2',
    `root = ${JSON.stringify(join(folder, 'root'))}`,
    `state = ${JSON.stringify(join(folder, 'state'))}`,
    `disabled_plugins = ${JSON.stringify(disabledPlugins)}`,
    '[grpc]',
    `address = ${JSON.stringify(socket)}`,
    '[ttrpc]',
    `address = ${JSON.stringify(`${socket}.ttrpc`)}`,
    '',
  ].join('\n');

async function programs(): Promise<ContainerdPrograms> {
  const found = await findContainerd();
  if ('ctr' in found) return found;
  throw missingDependency(`there is no ${found.join(', no ')} on PATH`, 'lumos setup containerd');
}

function connectTo(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path }, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

export class Containerd {
  private readonly service: SharedService | undefined;
  private readonly socket: string;
  private events: ServiceProcess | undefined;
  private importing: Promise<unknown> = Promise.resolve();

  /**
   * @param folder where the daemon keeps what it has: always the same, so that the next Lumos finds what a killed one left
   * @param shimFolders where it looks for shims besides PATH
   * @param given the socket of a daemon that is to be used instead of one of our own
   */
  constructor(
    private readonly folder: string,
    private readonly supervisor: () => Promise<string>,
    shimFolders: readonly string[],
    given = process.env['CONTAINERD_ADDRESS'],
  ) {
    this.socket = given === undefined || given === '' ? join(folder, 'containerd.sock') : given;
    if (this.socket !== given) this.service = this.ownService(shimFolders);
  }

  /** Makes sure that the daemon is up. @returns gives it back; idempotent */
  async use(): Promise<() => Promise<void>> {
    return (await this.service?.use()) ?? (() => Promise.resolve());
  }

  /** The command line of the client. */
  async client(
    args: readonly string[],
  ): Promise<{ readonly file: string; readonly args: readonly string[] }> {
    const { ctr } = await programs();
    return { file: ctr, args: ['--address', this.socket, '--namespace', namespace, ...args] };
  }

  /** Runs the client to its end. @throws LumosError `failed` with its words */
  async run(...args: readonly string[]): Promise<string> {
    const command = await this.client(args);
    return (await runCommand(command.file, command.args, { timeout: commandLimit })).stdout;
  }

  /** As `run`, for what may fail because there is nothing to do. */
  async attempt(...args: readonly string[]): Promise<CommandResult> {
    const command = await this.client(args);
    return await attemptCommand(command.file, command.args, { timeout: commandLimit });
  }

  /** One import after the other: two of the same image would take its name away from each other. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.importing.then(work);
    this.importing = turn.catch(() => undefined);
    return await turn;
  }

  async greet(): Promise<void> {
    // The client tries for two seconds where there is nothing; whether there is something, the socket tells at once.
    await connectTo(this.socket);
    const command = await this.client(['version']);
    await runCommand(command.file, command.args, { timeout: greetLimit });
  }

  /** Follows what the daemon tells of its tasks, for `killedForMemory`. */
  async follow(): Promise<void> {
    if (this.events?.ended === false) return;
    const shim = await this.supervisor();
    this.events = await ServiceProcess.start({ shim, ...(await this.client(['events'])), stdin: '' });
  }

  /** Whether the daemon has told that this container was killed for memory. */
  killedForMemory(container: string): boolean {
    return this.events?.said().includes(`/tasks/oom {"container_id":"${container}"}`) ?? false;
  }

  private ownService(shimFolders: readonly string[]): SharedService {
    const config = join(this.folder, 'config.toml');
    return new SharedService({
      name: 'containerd',
      shim: this.supervisor,
      startLimit,
      command: async () => {
        const { containerd } = await programs();
        await mkdir(this.folder, { recursive: true, mode: 0o700 });
        await writeFile(config, daemonConfig(this.folder, this.socket));
        const path = [
          ...shimFolders,
          process.env['PATH'] ?? '',
          '/usr/sbin:/usr/bin:/sbin:/bin',
          dirname(containerd),
        ];
        return {
          file: containerd,
          args: ['--config', config, '--log-level', 'error'],
          env: { PATH: path.join(':') },
        };
      },
      greet: () => this.greet(),
      tidy: async () => {
        await this.events?.stop();
        // What it keeps stays for the next start; its sockets are nobody's any more.
        for (const socket of [this.socket, `${this.socket}.ttrpc`]) await rm(socket, { force: true });
      },
    });
  }
}
