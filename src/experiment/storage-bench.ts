/** Where a run's objects lie: its services, its folder, and what each cell needs of them. */
import { chmodSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostSide } from '../control-plane/invoke/host-side.js';
import { encodeConfigure, type Configuration } from '../control-plane/invoke/storage-frames.js';
import type { Network } from '../control-plane/network/network.js';
import { openFileStore } from '../control-plane/storage/file-store.js';
import type { Clock } from '../domain/clock.js';
import { emulatedNetwork } from '../domain/environment.js';
import { invalidInput } from '../domain/errors.js';
import type { Experiment } from '../domain/experiment.js';
import type { Cell, Storage } from '../domain/factors.js';
import { checkedRunId } from '../domain/names.js';
import type { ObjectStore, StorageService, StoreOptions } from '../domain/object-store.js';
import type { ServiceRecord } from '../domain/run-manifest.js';
import type { Prepared, Reach } from '../domain/runtime.js';
import { fromMebibytes } from '../domain/units.js';
import { makeFolderIn, pathIn, removeFolderInNow } from '../files/contained.js';
import type { ReadyPayload } from './ready-payloads.js';
import { unemulated, type RunEnvironments } from './environments.js';
import { CellStorage, type TrialStorage } from './trial-storage.js';

type ServiceName = StorageService['storage'];

/** How a function, or the host for it, reaches a service. */
type Route = Pick<StorageService, 'address' | 'connect'> & { readonly network?: Network };

const routeKey = (service: ServiceName, environment: string): string =>
  JSON.stringify([service, environment]);

/** Starts a service of its own, or finds the one that was given. @throws LumosError `missing-dependency` */
export type ServiceSource = (storage: ServiceName) => Promise<StorageService>;

export class StorageBench {
  private readonly services = new Map<ServiceName, StorageService>();
  private readonly cells = new Map<string, CellStorage>();
  private readonly routes = new Map<string, Route>();
  constructor(
    private readonly runId: string,
    private readonly experiment: Experiment,
    private readonly source: ServiceSource,
    private readonly clock: Clock,
    private readonly environments: RunEnvironments = unemulated(experiment),
  ) {}

  /** Starts what any of `cells` needs. @throws LumosError */
  async start(cells: readonly Cell[], onStep: (text: string) => void): Promise<void> {
    for (const name of servicesOf(cells)) {
      if (this.services.has(name)) continue;
      onStep(`starting ${name}`);
      this.services.set(name, await this.source(name));
    }
    for (const cell of cells) {
      const service = this.serviceOf(cell);
      if (service !== undefined) await this.routeTo(service, cell.environment);
    }
  }

  /** The way to a service in an environment: its own, or by the network that is in front of it there. */
  private async routeTo(service: StorageService, environment: string): Promise<void> {
    const key = routeKey(service.storage, environment);
    if (this.routes.has(key)) return;
    const network = await this.environments.network(environment);
    if (network !== undefined && service.origin === 'given') {
      throw invalidInput(
        `environment ${environment} is to emulate the network to ${service.storage}, and the one that was given has its own`,
        'Let Lumos start the service itself, or name the environment in a file that is not emulated.',
      );
    }
    this.routes.set(
      key,
      network === undefined ? service : { ...service.at(await network.portTo(service)), network },
    );
  }

  private routeOf(service: StorageService, environment: string): Route {
    const route = this.routes.get(routeKey(service.storage, environment));
    if (route === undefined && emulatedNetwork(this.environments.named(environment)) !== undefined)
      throw new Error(`the network of ${environment} was not made`);
    return route ?? service;
  }

  private serviceOf({ storage }: Pick<Cell, 'storage'>): StorageService | undefined {
    return storage === 'redis' || storage === 's3' ? this.services.get(storage) : undefined;
  }

  records(): ServiceRecord[] {
    return [...this.services.values()].map(({ storage, version, origin }) => ({ storage, version, origin }));
  }

  /** What a function reaches by itself in `cell`. */
  reach(cell: Cell): Reach {
    if (cell.access !== 'direct') return {};
    if (reachesSockets(cell)) return { sockets: true };
    return { folder: this.folderOf(cell.function) };
  }

  /** The folder of a function's objects, made where it is not there. */
  private folderOf(name: string): string {
    const folder = pathIn(makeFolderIn(tmpdir(), objectsFolderName(this.runId)), name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** The storage of a cell; `undefined` for a function without. */
  forCell(cell: Cell, payload: ReadyPayload, prepared: Prepared): TrialStorage | undefined {
    if (cell.storage === undefined) return undefined;
    const key = JSON.stringify([
      cell.function,
      cell.payload,
      cell.runtime,
      cell.storage,
      cell.access,
      cell.connection,
      cell.environment,
      // A runtime may show a function its folder elsewhere with other options.
      ...[cell.transport, cell.language, cell.options],
    ]);
    const known = this.cells.get(key) ?? this.make(cell, payload, prepared);
    this.cells.set(key, known);
    return known;
  }

  /** Ends the services and removes their data and the run's folder. */
  async dispose(): Promise<void> {
    await Promise.all([...this.cells.values()].map((cell) => cell.close()));
    this.cells.clear();
    const services = [...this.services.values()];
    const results = await Promise.allSettled([
      this.environments.dispose(),
      ...services.map((service) => service.stop()),
    ]);
    this.services.clear();
    this.routes.clear();
    removeObjectsFolder(this.runId);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  private make(cell: Cell, payload: ReadyPayload, prepared: Prepared): CellStorage {
    const { storage = 'inline', access, connection } = cell;
    const options = this.storeOptions(cell);
    const common = { storage, limit: String(options.limit) };
    if (access === undefined) return new CellStorage({ configure: encodeConfigure(common) });
    const service = this.serviceOf(cell);
    const route = service === undefined ? undefined : this.routeOf(service, cell.environment);
    // What a function has no part in takes the short way.
    const outside = {
      objects: payload.objects,
      stored: payload.stored,
      connect: (): Promise<ObjectStore> => this.connect(cell, service, options),
      ...(service === undefined ? {} : { service }),
      ...(route?.network === undefined ? {} : { network: route.network }),
    };
    const connect = (): Promise<ObjectStore> => this.connect(cell, route, options);
    if (access === 'host') {
      const keys = new Set([...Object.keys(payload.objects), ...Object.keys(payload.stored)]);
      const policy = { keys, limit: options.limit, connection: connection ?? 'reused' };
      const host = new HostSide(connect, policy, this.clock);
      return new CellStorage({ configure: encodeConfigure({ ...common, access }), host, outside });
    }
    const way = this.directWay(cell, route, options, prepared);
    const reuse = connection === undefined ? {} : { connection };
    return new CellStorage({ configure: encodeConfigure({ ...common, access, ...reuse, ...way }), outside });
  }

  private directWay(
    cell: Cell,
    route: Route | undefined,
    { prefix }: StoreOptions,
    prepared: Prepared,
  ): Configuration {
    if (route === undefined) return { folder: join(prepared.folder ?? '', cell.payload) };
    const { url, region } = route.address;
    return { url, prefix, ...(region === undefined ? {} : { region }) };
  }

  private async connect(
    cell: Cell,
    route: Pick<Route, 'connect'> | undefined,
    options: StoreOptions,
  ): Promise<ObjectStore> {
    if (route !== undefined) return await route.connect(options);
    const folder = pathIn(this.folderOf(cell.function), cell.payload);
    mkdirSync(folder, { recursive: true });
    // A container's user may be another; the folder above lets nobody else in.
    chmodSync(folder, 0o777);
    // The folder is the function's and payload's own: no key needs more than itself.
    return openFileStore(folder, { ...options, prefix: '' });
  }

  private storeOptions({ function: name, payload }: Cell): StoreOptions {
    return {
      prefix: `lumos/${checkedRunId(this.runId)}/${name}/${payload}/`,
      limit: fromMebibytes(this.experiment.limits.objectMiB),
      timeLimit: this.experiment.timeLimitMs,
    };
  }
}

/** Whether the function of a cell opens connections itself. */
export const reachesSockets = ({ access, connection }: Pick<Cell, 'access' | 'connection'>): boolean =>
  access === 'direct' && connection !== undefined;

/** The services that any of `cells` needs. */
export function servicesOf(cells: readonly Pick<Cell, 'storage'>[]): ServiceName[] {
  const storages = new Set<Storage | undefined>(cells.map((cell) => cell.storage));
  return (['redis', 's3'] as const).filter((name) => storages.has(name));
}

/** Named after the run, so that what a run that died left is found again. */
const objectsFolderName = (runId: string): string => `lumos-objects-${checkedRunId(runId)}`;

/** Removes a run's folder of objects. */
export function removeObjectsFolder(runId: string): void {
  removeFolderInNow(tmpdir(), objectsFolderName(runId));
}
