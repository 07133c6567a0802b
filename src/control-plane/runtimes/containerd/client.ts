/**
 * A containerd of our own and its client.
 *
 * The client is `ctr`, the program that comes with the daemon, and not gRPC from here: it is the path that a person can
 * repeat by hand, and it brings the whole of what a client of containerd has to do (lease, snapshot, specification, streams).
 * Its own start is part of a cold figure: what `ctr version` takes, some 12 ms here.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { missingDependency } from '../../../domain/errors.js';
import { milliseconds } from '../../../domain/units.js';
import { isRealFolder } from '../../../files/contained.js';
import { isAlive, startOf } from '../../../files/process-identity.js';
import { ServiceProcess } from '../../process/service-process.js';
import { SharedService } from '../../process/shared-service.js';
import { attemptCommand, runCommand, type CommandResult } from '../../process/run-command.js';
import { removeContainer } from './remove-container.js';
import { findContainerd, type ContainerdPrograms } from './dependency.js';

/** Everything of Lumos is in this namespace of the daemon, and nothing else. */
const namespace = 'lumos';
const startLimit = milliseconds(20_000);
const greetLimit = milliseconds(2000);
const commandLimit = milliseconds(120_000);

const usualFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

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

/** What of a daemon of ours is on this machine: everything in one folder. */
const socketIn = (place: string): string => join(place, 'containerd.sock');

export class Containerd {
  private readonly service: SharedService | undefined;
  private readonly given: string | undefined;
  private place: string | undefined;
  private events: ServiceProcess | undefined;
  private importing: Promise<unknown> = Promise.resolve();

  /**
   * @param folder where daemons of ours have a folder each: one a process, since two cannot share what they keep
   * @param shimFolders where it looks for shims besides PATH
   * @param given the socket of a daemon that is to be used instead of one of our own
   * @param abandoned the folder of a dead process's daemon that is to be taken up
   */
  constructor(
    private readonly folder: string,
    private readonly supervisor: () => Promise<string>,
    private readonly shimFolders: readonly string[],
    given = process.env['CONTAINERD_ADDRESS'],
    private readonly abandoned?: string,
  ) {
    this.place = abandoned;
    this.given = given === '' ? undefined : given;
    if (this.given === undefined) this.service = this.ownService();
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

  private get socket(): string {
    return this.given ?? socketIn(this.place ?? this.folder);
  }

  private ownService(): SharedService {
    return new SharedService({
      name: 'containerd',
      shim: this.supervisor,
      startLimit,
      command: async () => {
        const { containerd } = await programs();
        await this.reclaim();
        this.place ??= join(this.folder, `${process.pid}-${startOf(process.pid) ?? '0'}`);
        await mkdir(this.place, { recursive: true, mode: 0o700 });
        await rm(this.socket, { force: true });
        const config = join(this.place, 'config.toml');
        await writeFile(config, daemonConfig(this.place, this.socket));
        const path = [...this.shimFolders, process.env['PATH'] ?? '', ...usualFolders, dirname(containerd)];
        const args = ['--config', config, '--log-level', 'error'];
        return { file: containerd, args, env: { PATH: path.join(':') } };
      },
      greet: () => this.greet(),
      beforeEnd: () => this.removeAll(),
      tidy: async () => {
        await this.events?.stop();
        if (this.place !== undefined) await rm(this.place, { recursive: true, force: true });
        this.place = undefined;
      },
    });
  }

  /** Containers that nobody gave back: the daemon's last use is over, and they are of this process alone. */
  private async removeAll(): Promise<void> {
    const containers = (await this.run('containers', 'list', '--quiet')).split('\n');
    for (const container of containers.filter((line) => line !== '')) await removeContainer(this, container);
  }

  /**
   * Takes up the daemons of processes that were killed: their containers run on without a daemon, so each gets one again,
   * removes what it has, and goes for good.
   */
  private async reclaim(): Promise<void> {
    if (this.abandoned !== undefined) return;
    for (const name of await readdir(this.folder).catch(() => [])) {
      const [, pid, start] = /^(\d+)-(\d+)$/.exec(name) ?? [];
      if (pid === undefined || !isRealFolder(join(this.folder, name))) continue;
      if (isAlive(Number(pid), start)) continue;
      const heir = new Containerd(
        this.folder,
        this.supervisor,
        this.shimFolders,
        '',
        join(this.folder, name),
      );
      // Another Lumos may be at the same; what cannot be had now is there the next time.
      await heir.use().then(
        (giveBack) => giveBack(),
        () => undefined,
      );
    }
  }
}
