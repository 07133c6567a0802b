/** `lumos doctor`: what can run here, with versions, and what to do about the rest. */
import { cacheFolder } from '../../control-plane/build/cache-folder.js';
import { probeCriu } from '../../control-plane/setup/criu.js';
import { fingerprintHost } from '../../data-plane/host/fingerprint.js';
import { describeProbes } from '../../data-plane/probes/counters.js';
import type { Fingerprint } from '../../domain/run-manifest.js';
import type { Availability, Runtime } from '../../domain/runtime.js';
import { isVerified, readVerifiedMark } from '../../records/verified-marks.js';
import { wrapText } from '../../report/wrap-text.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { print, printJson, tableWidth } from '../output.js';
import { packageVersion } from '../package-root.js';
import { createWorkbench, type Workbench } from '../workbench.js';
import {
  missingTable,
  runtimesTable,
  servicesTable,
  snapshotsTable,
  type RuntimeLine,
  type ServiceLine,
  type SnapshotsLine,
} from './doctor-table.js';
import { verify } from './doctor-verify.js';

export interface DoctorOptions {
  readonly json?: boolean;
  /** Run the conformance suite over these runtimes; over all that can run here if none is named. */
  readonly verify?: boolean | readonly string[];
}

export async function doctor(options: DoctorOptions): Promise<ExitCode> {
  const workbench = await createWorkbench();
  const { verify: wanted = false, json = false } = options;
  if (wanted !== false) return await verify(workbench, wanted === true ? [] : wanted, { json });
  const runtimes: RuntimeLine[] = [];
  for (const runtime of workbench.registry) runtimes.push(await examineRuntime(runtime));
  const services = await examineServices(workbench);
  const snapshots = await examineSnapshots(workbench);
  const host = fingerprintHost(packageVersion(), workbench.hierarchy?.version);
  if (json) {
    printJson({ runtimes, services, snapshots, host, probes: describeProbes(workbench.hierarchy?.version) });
    return exitCodes.done;
  }
  print(runtimesTable(runtimes));
  if (runtimes.some(({ usable }) => !usable)) print(missingTable(runtimes));
  if (runtimes.some(({ usable, verified }) => usable && !verified))
    printWrapped(
      'verified no: it has not passed the conformance suite on this machine in this version; `lumos doctor --verify` runs it.',
    );
  print(snapshotsTable(snapshots));
  print(servicesTable(services));
  printWrapped(hostLine(host));
  return exitCodes.done;
}

const printWrapped = (text: string): void => print(wrapText(text, tableWidth(), 2).join('\n'));

const describe = (availability: Availability): Omit<ServiceLine, 'name'> =>
  availability.usable
    ? { usable: true, version: availability.version }
    : { usable: false, why: availability.why, remedy: availability.remedy };

async function examineRuntime(runtime: Runtime): Promise<RuntimeLine> {
  const { id, engine, mode, class: kind, transports, starts } = runtime;
  const availability = await runtime.probe();
  const mark = readVerifiedMark(cacheFolder(), id);
  const verified = availability.usable && isVerified(mark, availability.version);
  return {
    id,
    engine,
    ...(mode === undefined ? {} : { mode }),
    class: kind,
    transports,
    starts,
    verified,
    ...(verified && mark !== undefined ? { verifiedAt: mark.at } : {}),
    ...describe(availability),
  };
}

/** What the runtimes' artefacts are made with, and the daemons and engines they run on. */
async function examineServices({ dependencies }: Workbench): Promise<ServiceLine[]> {
  const lines: ServiceLine[] = [];
  for (const dependency of Object.values(dependencies))
    lines.push({ name: dependency.name, ...describe(await dependency.probe()) });
  return lines;
}

/** What the start `snapshot` is restored by, and what else could restore something and has no start here. */
async function examineSnapshots({ engines }: Workbench): Promise<SnapshotsLine[]> {
  const lines: SnapshotsLine[] = [];
  for (const { snapshots, runtimes } of engines) {
    if (snapshots === undefined) continue;
    const ids = runtimes.filter(({ starts }) => starts.includes('snapshot')).map(({ id }) => id);
    lines.push({
      ...{ name: snapshots.name, of: snapshots.of, runtimes: ids },
      ...describe(await snapshots.probe()),
    });
  }
  const criu = describe(await probeCriu());
  return [...lines, { name: 'criu', of: 'processes and containers', runtimes: [], ...criu }];
}

const hostLine = (host: Fingerprint): string =>
  `host: ${host.operatingSystem}, Linux ${host.kernel}, ${host.cores} x ${host.cpuModel}, Node ${host.nodeVersion}, ` +
  (host.cgroupVersion === undefined
    ? 'no control groups we may use: counters from /proc alone'
    : `cgroup v${host.cgroupVersion}`);
