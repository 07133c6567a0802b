/** An emulated network between functions and the services that keep their objects. */
import type { EnvironmentNetwork } from '../../domain/environment.js';
import type { StorageService } from '../../domain/object-store.js';

export interface Network {
  /** What it is made with and what it does, for the manifest. */
  readonly description: string;
  /** The port of the loopback behind which `service` is, by way of this network; the same each time. @throws LumosError `failed` */
  portTo(service: StorageService): Promise<number>;
  /** Whether it carries now; one whose program has ended is started again, on the same ports. */
  revive(): Promise<boolean>;
  /** Takes it down. Idempotent. */
  stop(): Promise<void>;
}

/** Makes a network. @throws LumosError `missing-dependency` */
export type NetworkSource = (wanted: EnvironmentNetwork) => Promise<Network>;
