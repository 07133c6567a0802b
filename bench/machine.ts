/** The machine the figures belong to, and whether something else was using it. */
import { fingerprintHost } from '../src/data-plane/host/fingerprint.js';
import type { Fingerprint } from '../src/domain/run-manifest.js';
import { lumosVersion } from './repository.js';

/** A 1-minute load average above this means that something else was running. */
const quietLoad = 0.5;

export interface Machine {
  readonly host: Fingerprint;
  readonly measuredAt: string;
  readonly text: string;
  /** Whether it was quiet before the first part, in words; absent figures are said to be. */
  readonly load: string;
  readonly quiet: boolean;
}

/** Taken before anything is measured. */
export function lookAtMachine(): Machine {
  const host = fingerprintHost(lumosVersion(), undefined);
  const gibibytes = (host.memoryBytes / 2 ** 30).toFixed(1);
  const { loadAverage } = host;
  const quiet = loadAverage !== undefined && loadAverage <= quietLoad;
  const average = loadAverage === undefined ? 'not known' : loadAverage.toFixed(2);
  return {
    host,
    measuredAt: new Date().toISOString(),
    text: [
      host.cpuModel,
      `${host.cores} cores`,
      `${gibibytes} GiB`,
      ...(host.virtualization === undefined ? [] : [host.virtualization]),
      host.operatingSystem,
      `Linux ${host.kernel}`,
      `Node ${host.nodeVersion}`,
      `Lumos ${host.lumosVersion}`,
    ].join(', '),
    load: quiet
      ? `load average before: ${average}`
      : `load average before: ${average}: something else was running, these figures are not to be relied on`,
    quiet,
  };
}
