/** Where a run's objects lie: its services, its folder, and what each cell needs of them. */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostSide } from '../control-plane/invoke/host-side.js';
import { encodeConfigure, type Configuration } from '../control-plane/invoke/storage-frames.js';
import { openFileStore } from '../control-plane/storage/file-store.js';
import type { Clock } from '../domain/clock.js';
import type { Experiment } from '../domain/experiment.js';
import type { Cell, Storage } from '../domain/factors.js';
import type { ObjectStore, StorageService, StoreOptions } from '../domain/object-store.js';
import type { ServiceRecord } from '../domain/run-manifest.js';
import type { Prepared, Reach } from '../domain/runtime.js';
import { fromMebibytes } from '../domain/units.js';
import type { ReadyPayload } from './ready-payloads.js';
import { CellStorage, type TrialStorage } from './trial-storage.js';

type ServiceName = StorageService['storage'];

/** Starts a service of its own, or finds the one that was given. @throws LumosError `missing-dependency` */
export type ServiceSource = (storage: ServiceName) => Promise<StorageService>;

export class StorageBench {
  private readonly services = new Map<ServiceName, StorageService>();
  private readonly cells = new Map<string, CellStorage>();
  private readonly folder: string;

  constructor(
    private readonly runId: string,
    private readonly experiment: Experiment,
    private readonly source: ServiceSource,
    private readonly clock: Clock,
  ) {
    this.folder = objectsFolderOf(runId);
  }

  /** Starts what any of `cells` needs. @throws LumosError */
  async start(cells: readonly Cell[], onStep: (text: string) => void): Promise<void> {
    for (const name of servicesOf(cells)) {
      if (this.services.has(name)) continue;
      onStep(`starting ${name}`);
      this.services.set(name, await this.source(name));
    }
  }

  records(): ServiceRecord[] {
    return [...this.services.values()].map(({ storage, version, origin }) => ({ storage, version, origin }));
  }

  /** What a function reaches by itself in `cell`. */
  reach(cell: Cell): Reach {
    if (cell.access !== 'direct') return {};
    if (reachesSockets(cell)) return { sockets: true };
    const folder = join(this.folder, cell.function);
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    mkdirSync(folder, { recursive: true });
    return { folder };
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
    const results = await Promise.allSettled([...this.services.values()].map((service) => service.stop()));
    this.services.clear();
    removeObjectsFolder(this.runId);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  private make(cell: Cell, payload: ReadyPayload, prepared: Prepared): CellStorage {
    const { storage = 'inline', access, connection } = cell;
    const options = this.storeOptions(cell);
    const common = { storage, limit: String(options.limit) };
    if (access === undefined) return new CellStorage({ configure: encodeConfigure(common) });
    const service = storage === 'redis' || storage === 's3' ? this.services.get(storage) : undefined;
    const connect = (): Promise<ObjectStore> => this.connect(cell, service, options);
    const outside = {
      objects: payload.objects,
      stored: payload.stored,
      connect,
      ...(service === undefined ? {} : { service }),
    };
    if (access === 'host') {
      const keys = new Set([...Object.keys(payload.objects), ...Object.keys(payload.stored)]);
      const policy = { keys, limit: options.limit, connection: connection ?? 'reused' };
      const host = new HostSide(connect, policy, this.clock);
      return new CellStorage({ configure: encodeConfigure({ ...common, access }), host, outside });
    }
    const way = this.directWay(cell, service, options, prepared);
    const reuse = connection === undefined ? {} : { connection };
    return new CellStorage({ configure: encodeConfigure({ ...common, access, ...reuse, ...way }), outside });
  }

  private directWay(
    cell: Cell,
    service: StorageService | undefined,
    { prefix }: StoreOptions,
    prepared: Prepared,
  ): Configuration {
    if (service === undefined) return { folder: join(prepared.folder ?? '', cell.payload) };
    const { url, region } = service.address;
    return { url, prefix, ...(region === undefined ? {} : { region }) };
  }

  private async connect(
    cell: Cell,
    service: StorageService | undefined,
    options: StoreOptions,
  ): Promise<ObjectStore> {
    if (service !== undefined) return await service.connect(options);
    const folder = join(this.folder, cell.function, cell.payload);
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    mkdirSync(folder, { recursive: true });
    // A container's user may be another; the folder above lets nobody else in.
    chmodSync(folder, 0o777);
    // The folder is the function's and payload's own: no key needs more than itself.
    return openFileStore(folder, { ...options, prefix: '' });
  }

  private storeOptions({ function: name, payload }: Cell): StoreOptions {
    return {
      prefix: `lumos/${this.runId}/${name}/${payload}/`,
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
const objectsFolderOf = (runId: string): string => join(tmpdir(), `lumos-objects-${runId}`);

/** Removes a run's folder of objects. */
export const removeObjectsFolder = (runId: string): void =>
  rmSync(objectsFolderOf(runId), { recursive: true, force: true });
