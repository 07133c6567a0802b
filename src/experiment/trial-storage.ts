/** The objects of one cell: put in place before each invocation, handed out by the host, and verified after it. */
import type { Network } from '../control-plane/network/network.js';
import type { HostSide, HostTimes } from '../control-plane/invoke/host-side.js';
import type { Measurement } from '../domain/measurement.js';
import type { StoredObjects } from '../domain/function-manifest.js';
import {
  StorageError,
  type ObjectStore,
  type ServiceCounters,
  type StorageService,
} from '../domain/object-store.js';
import { bytes } from '../domain/units.js';
import { verifyOutput } from '../user-plane/functions/verify.js';

/** What of a row the storage is asked for. */
export type StorageFigures = HostTimes &
  Partial<Pick<Measurement, 'serviceRequests' | 'serviceReceivedBytes' | 'serviceSentBytes'>>;

export interface TrialStorage {
  /** The frame that tells a function where its objects are; sent before the first invocation. May hold credentials. */
  readonly configure: Buffer;
  /** Who answers the function's requests, where access is by the host. */
  readonly host?: HostSide;
  /** Everything that is to be done right before an invocation. @throws StorageError */
  before(): Promise<void>;
  /** Ends an invocation: what was counted meanwhile. Never rejects: what cannot be had is absent. */
  after(): Promise<StorageFigures>;
  /** What is wrong with the objects the function must have stored. Never rejects: an object that is not there is wrong. */
  verify(): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface CellStorageParts {
  readonly configure: Buffer;
  readonly host?: HostSide;
  /** Where the objects lie outside the payload. */
  readonly outside?: {
    readonly objects: StoredObjects;
    readonly stored: StoredObjects;
    /** Opens a connection for putting and verifying, which no function has a part in. */
    readonly connect: () => Promise<ObjectStore>;
    readonly service?: StorageService;
    /** The emulated network between the function and the service. */
    readonly network?: Pick<Network, 'revive'>;
  };
}

export class CellStorage implements TrialStorage {
  readonly configure: Buffer;
  readonly host?: HostSide;
  private store: ObjectStore | undefined;
  private counted: ServiceCounters | undefined;

  constructor(private readonly parts: CellStorageParts) {
    this.configure = parts.configure;
    if (parts.host !== undefined) this.host = parts.host;
  }

  async before(): Promise<void> {
    try {
      await this.putInPlace();
    } catch (error) {
      // A service of our own that has ended is started again; what it held is put in place anew.
      if (!(await this.revived(error))) throw error;
      await this.putInPlace();
    }
    // It carries nothing but what functions ask for: nobody else notices that it has gone.
    if ((await this.parts.outside?.network?.revive()) === false)
      throw new StorageError('unreachable', 'the emulated network does not come back');
    await this.host?.open();
    this.counted = await this.counters();
  }

  async after(): Promise<StorageFigures> {
    const times = this.host?.endInvocation() ?? {};
    const before = this.counted;
    const now = before === undefined ? undefined : await this.counters();
    if (before === undefined || now === undefined || now.requests < before.requests) return times;
    return {
      ...times,
      serviceRequests: now.requests - before.requests,
      serviceReceivedBytes: bytes(now.receivedBytes - before.receivedBytes),
      serviceSentBytes: bytes(now.sentBytes - before.sentBytes),
    };
  }

  async verify(): Promise<string | undefined> {
    for (const [key, expected] of Object.entries(this.parts.outside?.stored ?? {})) {
      try {
        const wrong = verifyOutput(expected, await (await this.connected()).get(key));
        if (wrong !== undefined) return `object "${key}": ${wrong.replace(/^answer/, 'stored')}`;
      } catch (error) {
        const why =
          error instanceof StorageError && error.failure === 'missing' ? 'it was not stored' : textOf(error);
        await this.close();
        return `object "${key}": ${why}`;
      }
    }
    return undefined;
  }

  async close(): Promise<void> {
    const store = this.store;
    this.store = undefined;
    await Promise.all([store?.close(), this.host?.close()]);
  }

  /** The objects the function finds are there as they were made; those it is to store are not. */
  private async putInPlace(): Promise<void> {
    const { outside } = this.parts;
    if (outside === undefined) return;
    const store = await this.connected();
    for (const key of Object.keys(outside.stored)) if (!(key in outside.objects)) await store.delete(key);
    for (const [key, object] of Object.entries(outside.objects)) await store.put(key, object);
  }

  private async connected(): Promise<ObjectStore> {
    const { outside } = this.parts;
    if (outside === undefined) throw new Error('this cell has no objects outside the payload');
    this.store ??= await outside.connect();
    return this.store;
  }

  private async revived(error: unknown): Promise<boolean> {
    if (!(error instanceof StorageError)) return false;
    await this.close();
    return (await this.parts.outside?.service?.revive()) ?? error.failure === 'unreachable';
  }

  private async counters(): Promise<ServiceCounters | undefined> {
    return this.parts.outside?.service?.counters?.().catch(() => undefined);
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
